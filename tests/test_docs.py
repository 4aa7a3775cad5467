"""The documentation is tested: what exists is documented, and what is documented exists."""

import re
import subprocess
from pathlib import Path

import pytest
import typer

from channels.cli import application
from tests.conftest import ROOT

DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).is_file()]


def commands() -> list[str]:
    found = []
    root = typer.main.get_command(application())
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found += [f"kalauz {name} {inner}" for inner in below] if below else [f"kalauz {name}"]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert f"`{command}`" in (ROOT / "docs/operations.md").read_text("utf-8")


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (path.parent / target).exists(), target


def test_every_make_target_has_its_line_of_help() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.search(r"^\.PHONY: (.+)$", makefile, re.M)
    assert targets
    for target in targets[1].split():
        assert re.search(rf"^{target}:.*## \S", makefile, re.M), target


def test_every_dependency_is_explained() -> None:
    explained = (ROOT / "docs/architecture.md").read_text("utf-8").split("## Why each dependency")[1]
    block = (ROOT / "pyproject.toml").read_text("utf-8").split("dependencies = [")[1].split("\n]")[0]
    for name in re.findall(r'^\s+"([a-z0-9-]+)', block, re.M):
        assert name in explained, name


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    forbidden = re.compile(rf"{re.escape(str(ROOT.parent))}/|/(home|root)/[a-z.]+")
    for path in tracked():
        if path.suffix in (".safetensors", ".onnx") or "content" in path.parts:
            continue
        assert not forbidden.search(path.read_text("utf-8")), path


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_test_that_a_document_names_is_there(path: Path) -> None:
    for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", path.read_text("utf-8")):
        assert re.search(rf"^\s*(async )?def {name}\(", (ROOT / file).read_text("utf-8"), re.M), f"{file}::{name}"
