"""What `docker/` says can be done, as far as a machine without Docker can tell."""

import os
import re
import shutil
import subprocess
import sys
import time
from configparser import ConfigParser
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
    assert config.count("{") == config.count("}")
    (upstream,) = re.findall(r"reverse_proxy (.+) \{", config)
    assert upstream.split() == [f"{name}:8000" for name in ("one", "two")]
    assert "health_uri /ready" in config


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
