"""What is installed is what `pyproject.toml` asks for, and nothing that may not be passed on with the program.

Whether a package has a known hole cannot be told from here: that takes the advisories of today, and so a network.
"""

import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
DECLARED = [Requirement(line) for line in PROJECT["dependencies"]]
FOR_TESTS = [Requirement(line) for line in PROJECT["optional-dependencies"]["dev"]]
# Words of licences under which the program may be passed on as a whole.
FREE = (
    "MIT",
    "BSD",
    "Apache",
    "ISC",
    "PSF",
    "Python Software Foundation",
    "MPL",
    "Mozilla",
    "Zlib",
    "HPND",
    "Unlicense",
)
# Linked and not changed; whoever passes the program on passes their sources on too.
LESSER = {"python-telegram-bot": "LGPL"}


def closure() -> Iterator[Distribution]:
    """Every package that the program needs to run, on this machine."""
    waiting, seen = list(DECLARED), set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in seen or (
            wanted.marker and not any(wanted.marker.evaluate({"extra": e}) for e in {"", *wanted.extras})
        ):
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            # An extra's own, which pip left out.
            continue
        seen.add(name)
        yield found
        waiting += [
            needed
            for line in found.requires or ()
            if (needed := Requirement(line)).marker is None
            or any(needed.marker.evaluate({"extra": extra}) for extra in {"", *wanted.extras})
        ]


def licence(of: Distribution) -> str:
    """What a package says of its licence; of several that one may choose from, the free ones."""
    said = [of.metadata.get("License-Expression") or ""]
    if " OR " in said[0]:
        return "; ".join(one for one in said[0].split(" OR ") if any(word in one for word in FREE)) or said[0]
    said += [line for line in of.metadata.get_all("Classifier", []) if line.startswith("License")]
    return "; ".join(filter(None, said)) or (of.metadata.get("License") or "")[:200]


RUNNING = {canonicalize_name(found.metadata["Name"]): found for found in closure()}


@pytest.mark.parametrize("wanted", DECLARED + FOR_TESTS, ids=lambda wanted: wanted.name)
def test_what_is_installed_is_within_what_is_asked_for(wanted: Requirement) -> None:
    version = distribution(wanted.name).version
    assert wanted.specifier.contains(version, prereleases=True), f"{wanted} is asked for, {version} is installed"


@pytest.mark.parametrize("wanted", DECLARED + FOR_TESTS, ids=lambda wanted: wanted.name)
def test_every_version_has_a_lower_bound(wanted: Requirement) -> None:
    assert {one.operator for one in wanted.specifier} & {">=", "=="}, wanted


@pytest.mark.parametrize("name", sorted(RUNNING))
def test_what_the_program_needs_may_be_passed_on_with_it(name: str) -> None:
    said = licence(RUNNING[name])
    allowed = (LESSER[name],) if name in LESSER else FREE
    assert any(word in said for word in allowed), f"{name}: {said!r}"
    assert name in LESSER or "GPL" not in said, f"{name}: {said!r}"


def test_everything_that_is_declared_was_looked_at() -> None:
    assert {canonicalize_name(wanted.name) for wanted in DECLARED} <= RUNNING.keys()
    assert len(RUNNING) > len(DECLARED)
