"""What `docker/` says can be done, as far as a machine without Docker can tell."""

import os
import re
import shutil
import stat
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
from knowledge_base.files import write
from tests import builders
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


# As its shell reads it: compose takes the doubled sign for one.
BACKUP = SITE["backup"]["command"][2].replace("$$", "$")


@pytest.fixture
def backup(tmp_path: Path) -> Callable[[str], "subprocess.Popen[str]"]:
    """Runs what the service for backups does, where `kalauz backup` is a line of shell; $2 is the file."""
    command = tmp_path / "bin" / "kalauz"
    command.parent.mkdir()
    environment = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"}

    def run(line: str) -> "subprocess.Popen[str]":
        command.write_text(f"#!/bin/sh\n{line}\n")
        command.chmod(0o755)
        shell = ["sh", "-c", BACKUP.replace("/backups", str(tmp_path))]
        return subprocess.Popen(shell, env=environment, stdout=subprocess.PIPE, text=True)

    return run


def test_a_backup_that_fails_ends_the_service_so_that_somebody_sees_it(
    backup: Callable[[str], "subprocess.Popen[str]"],
) -> None:
    with backup("exit 3") as process:
        assert process.wait(timeout=DEADLINE_S) == 1
    assert SITE["backup"]["restart"] == "unless-stopped"


@pytest.mark.parametrize("then", ["touch $2; echo done", "echo started; exec sleep 600"], ids=["waiting", "writing"])
def test_the_service_for_backups_stops_at_once(backup: Callable[[str], "subprocess.Popen[str]"], then: str) -> None:
    assert SITE["backup"]["init"] is True, "the shell is told nothing where it is the first process"
    with backup(then) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(0.2)
        process.terminate()
        assert process.wait(timeout=5) == 0


def test_the_service_for_backups_is_healthy_while_the_newest_is_of_today(tmp_path: Path) -> None:
    kind, line = SITE["backup"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"

    def healthy() -> bool:
        check = ["sh", "-c", line.replace("/backups", str(tmp_path))]
        return subprocess.run(check, check=False).returncode == 0

    def written(name: str, hours_ago: float) -> None:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - 3600 * hours_ago,) * 2)

    assert not healthy()
    written("kalauz-1.zip", 27)
    written("kalauz-2.zip.x.partial", 0)
    written("before.zip", 0)
    assert not healthy()
    written("kalauz-2.zip", 25)
    assert healthy()


UNITS = ("kalauz.service", "kalauz-backup.service", "kalauz-backup.timer")


def unit(name: str) -> ConfigParser:
    found = ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string((DOCKER / name).read_text("utf-8"))
    return found


def test_the_units_are_such_that_systemd_takes(program: Path, tmp_path: Path) -> None:
    assert set(unit("kalauz.service").sections()) == {"Unit", "Service", "Install"}
    assert unit("kalauz.service")["Service"]["Restart"] == "always"
    assert unit("kalauz-backup.timer")["Timer"]["Persistent"] == "yes", "a machine that was off makes up for it"
    verify = shutil.which("systemd-analyze")
    if verify is not None:
        for name in UNITS:
            text = (DOCKER / name).read_text("utf-8")
            (tmp_path / name).write_text(text.replace("/opt/kalauz/bin/kalauz", str(program)), "utf-8")
        command = [verify, "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (told.returncode, told.stderr) == (0, ""), told.stderr


def test_who_makes_a_backup_or_runs_a_command_is_who_serves(tmp_path: Path) -> None:
    """Another account would take the folder away from the server; another setting is another database."""
    server, nightly = unit("kalauz.service")["Service"], unit("kalauz-backup.service")["Service"]
    (tmp_path / "systemd-run").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "systemd-run").chmod(0o755)
    told = subprocess.run(
        ["sh", DOCKER / "kalauz.sh", "user", "add", "an na"],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert told[-4:] == ["/opt/kalauz/bin/kalauz", "user", "add", "an na"]
    by_hand = dict(line.removeprefix("--property=").split("=", 1) for line in told if line.startswith("--property="))
    assert server["DynamicUser"] == "yes"
    for name in ("DynamicUser", "User", "UMask", "Environment", "EnvironmentFile", "WorkingDirectory"):
        assert server[name] == nightly[name] == by_hand[name], name
    assert server["StateDirectory"] in nightly["StateDirectory"].split()
    for name in ("StateDirectory", "StateDirectoryMode"):
        assert nightly[name] == by_hand[name]


def test_a_backup_is_tried_beside_the_database_that_people_use(program: Path, tmp_path: Path) -> None:
    """What the runbook says to do once a quarter, on a server whose settings name its database."""
    runbook = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    drill = re.search(r"^\(umask.+?\)$", runbook, re.M | re.S)
    assert drill
    live = tmp_path / "live.db"
    environment: dict[str, Any] = {
        **os.environ,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "KALAUZ_DATA_DIR": str(tmp_path / "data"),
        "KALAUZ_DATABASE_URL": f"sqlite+aiosqlite:///{live}",
    }
    line = drill[0].replace("/tmp/tried", str(tmp_path / "tried")).replace("FILE", "b.zip")
    write(builders.content(), tmp_path / "content")
    script = f"kalauz kb import content && kalauz backup b.zip && rm {live} && touch {live}"
    subprocess.run(["sh", "-c", script], env=environment, cwd=tmp_path, check=True)
    line = line.replace("rm -r", "ls -l")
    subprocess.run(["sh", "-ec", line], env=environment, cwd=tmp_path, check=True)
    assert live.stat().st_size == 0
    assert (tmp_path / "tried" / "kalauz.db").stat().st_size > 0
    assert stat.S_IMODE((tmp_path / "tried").stat().st_mode) == 0o700
