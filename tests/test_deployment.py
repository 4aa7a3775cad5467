"""What `docker/` says can be done, as far as a machine without Docker can tell."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from dockerfile_parse import DockerfileParser

from channels.settings import Settings
from tests.conftest import ROOT
from tests.end_to_end.conftest import DEADLINE_S, free_port

DOCKER = ROOT / "docker"
COMPOSED = {name: yaml.safe_load((DOCKER / name).read_text("utf-8")) for name in ("compose.yaml", "compose.small.yaml")}
SERVICES = [(file, name) for file, whole in COMPOSED.items() for name in whole["services"]]
SITE = COMPOSED["compose.yaml"]["services"]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions and what stands behind each."""
    file = BytesIO((DOCKER / "Dockerfile").read_bytes())
    found = DockerfileParser(fileobj=file).structure
    return [(one["instruction"], one["value"]) for one in found if one["instruction"] != "COMMENT"]


def last_stage() -> list[tuple[str, str]]:
    whole = instructions()
    return whole[max(index for index, (name, _) in enumerate(whole) if name == "FROM") :]


def start_command() -> str:
    """What the image runs, in a shell."""
    (command,) = [value for name, value in last_stage() if name == "CMD"]
    shell, flag, line = yaml.safe_load(command)
    assert (shell, flag) == ("sh", "-c")
    return str(line)


def test_the_image_is_built_in_two_stages_of_a_named_version_of_python() -> None:
    bases = [value.split()[0] for name, value in instructions() if name == "FROM"]
    assert len(bases) == 2
    required = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert required
    assert set(bases) == {f"python:{required[1]}-slim"}


def test_nothing_is_copied_that_there_is_not_or_that_git_does_not_know() -> None:
    for name, value in instructions():
        if name == "COPY" and not value.startswith("--from"):
            for source in value.split()[:-1]:
                assert (ROOT / source).exists(), source
    assert "ADD" not in dict(instructions())


def test_the_program_runs_as_nobody_special_and_says_whether_it_lives() -> None:
    stage = dict(last_stage())
    assert stage["USER"] == "kalauz"
    assert "/health" in stage["HEALTHCHECK"]
    assert stage["VOLUME"] == "/data"
    assert "exec kalauz serve" in start_command(), "the process must hear a stop"


@pytest.mark.parametrize(("file", "name"), SERVICES)
def test_a_service_is_of_a_named_version_comes_back_and_keeps_its_data(file: str, name: str) -> None:
    whole, service = COMPOSED[file], COMPOSED[file]["services"][name]
    assert "restart" in service
    assert {"max-size", "max-file"} <= set(service["logging"]["options"]), "its log grows without end"
    if "build" in service:
        assert (DOCKER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    else:
        assert re.fullmatch(r"[a-z]+:\d+(\.\d+)?-alpine", service["image"])
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert (DOCKER / source).is_file() if source.startswith(".") else source in whole["volumes"]
    assert set(service.get("depends_on", [])) <= set(whole["services"])
    assert set(service.get("networks", [])) <= set(whole.get("networks", []))
    assert "privileged" not in service


def test_only_the_proxy_can_be_reached_and_the_database_from_inside_only() -> None:
    assert [name for name, service in SITE.items() if "ports" in service] == ["proxy"]
    assert SITE["database"]["networks"] == ["inside"]
    assert COMPOSED["compose.yaml"]["networks"]["inside"] == {"internal": True}
    assert "outside" not in SITE["backup"]["networks"]
    (small,) = COMPOSED["compose.small.yaml"]["services"].values()
    assert all(port.startswith("127.0.0.1:") for port in small["ports"])


def test_two_processes_have_one_database_and_one_key_and_each_its_own_index() -> None:
    one, two = SITE["one"], SITE["two"]
    assert one["environment"] == two["environment"]
    assert one["volumes"] != two["volumes"]
    text = (DOCKER / "compose.yaml").read_text("utf-8")
    for secret in ("KALAUZ_SECRET_KEY", "KALAUZ_DATABASE_PASSWORD", "KALAUZ_HOST"):
        assert f"${{{secret}:?" in text, "without it nothing starts"
    known = {f"KALAUZ_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in one["environment"] if name.startswith("KALAUZ_")} <= known


def test_the_proxy_knows_the_processes_and_asks_whether_they_are_ready() -> None:
    config = (DOCKER / "Caddyfile").read_text("utf-8")
    upstreams = re.findall(r"reverse_proxy (?:@\w+ )?(.+) \{", config)
    assert [one.split() for one in upstreams] == [["one:8000", "two:8000"]] * 2
    assert "health_uri /ready" in config


class Process:
    """What the proxy takes for one of Kalauz: it says who answered what, and whether it is ready."""

    def __init__(self, name: str) -> None:
        self.ready = True
        process = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                self.send_response(503 if self.path == "/ready" and not process.ready else 200)
                self.end_headers()
                self.wfile.write(f"{name} {self.path} {sent}".encode())

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def proxied(one: Process, two: Process, folder: Path) -> Iterator[httpx.Client]:
    """The site's proxy before two processes, in a hurry; what it logs goes to `log`."""
    config = (DOCKER / "Caddyfile").read_text("utf-8")
    config = config.replace("health_interval 5s", "health_interval 200ms").replace("try_duration 5s", "try_duration 1s")
    config = config.replace("one:8000", one.address).replace("two:8000", two.address)
    (folder / "Caddyfile").write_text(config.replace("{\n", "{\n\tadmin off\n", 1), "utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    places = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        command = ["caddy", "run", "--config", str(folder / "Caddyfile")]
        process = subprocess.Popen(command, env={**os.environ, **places, "KALAUZ_HOST": url}, stderr=log)
    # The visitor has another address than the processes, or nobody could tell whose the log has.
    visitor = httpx.HTTPTransport(local_address="127.0.0.9", retries=5)
    try:
        with httpx.Client(base_url=url, transport=visitor, timeout=10) as client:
            yield client
    finally:
        process.terminate()
        process.wait(timeout=30)


def seen(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_proxy_asks_who_is_ready_and_everybody_where_nobody_is_and_logs_no_visitor(tmp_path: Path) -> None:
    one, two = Process("one"), Process("two")
    with proxied(one, two, tmp_path) as client:

        def who() -> set[str]:
            return {client.get("/chat?marked").text.split()[0] for _ in range(8)}

        assert client.get("/metrics").status_code == 404
        one.ready = False
        seen(lambda: who() == {"two"})
        two.ready = False
        time.sleep(1)
        assert who() <= {"one", "two"}, "they were not asked"
        assert client.post("/api/v1/ask", content="marked").text.endswith("/api/v1/ask marked")
        assert client.get("/ready").status_code == 503
        one.end()
        assert who() == {"two"}
        two.end()
        seen(lambda: client.get("/chat?marked").status_code == 503)
    log = (tmp_path / "log").read_text("utf-8")
    assert "health_checker" in log, "whoever looks learns nothing"
    assert not re.search(r"marked|127\.0\.0\.9", log)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with the command `kalauz` in it, as the image has one."""
    command = tmp_path / "bin" / "kalauz"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec env PYTHONPATH="{ROOT}" "{sys.executable}" -m channels "$@"\n')
    command.chmod(0o755)
    return command


def test_the_images_own_command_takes_the_content_in_and_serves(program: Path, tmp_path: Path) -> None:
    port = free_port()
    environment: dict[str, Any] = {
        **os.environ,
        "PATH": f"{program.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "KALAUZ_DATA_DIR": str(tmp_path / "data"),
    }
    line = start_command().replace("--port 8000", f"--port {port}").replace("0.0.0.0", "127.0.0.1")
    process = subprocess.Popen(["sh", "-c", line], env=environment, cwd=tmp_path)
    try:
        checked = re.search(r"CMD (\[.+\])", dict(last_stage())["HEALTHCHECK"])
        assert checked
        check = [word.replace(":8000", f":{port}") for word in yaml.safe_load(checked[1])]
        deadline = time.monotonic() + DEADLINE_S
        while subprocess.run(check, env=environment, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            assert process.poll() is None, "it ended"
            assert time.monotonic() < deadline, "it is not healthy"
            time.sleep(0.2)
        assert httpx.get(f"http://127.0.0.1:{port}/ready").json()["code"] == "not_ready"
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_the_unit_is_one_that_systemd_takes(program: Path, tmp_path: Path) -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    text = (DOCKER / "kalauz.service").read_text("utf-8")
    unit.read_string(text)
    assert set(unit.sections()) == {"Unit", "Service", "Install"}
    assert unit["Service"]["DynamicUser"] == "yes"
    assert unit["Service"]["Restart"] == "always"
    verify = shutil.which("systemd-analyze")
    if verify is not None:
        file = tmp_path / "kalauz.service"
        file.write_text(text.replace("/opt/kalauz/bin/kalauz", str(program)), "utf-8")
        told = subprocess.run([verify, "verify", "--man=no", str(file)], capture_output=True, text=True, check=False)
        assert (told.returncode, told.stderr) == (0, ""), told.stderr
