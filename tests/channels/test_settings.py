import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.settings import Settings
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KALAUZ_{name.upper()}", raising=False)


def settings() -> Settings:
    return Settings.model_validate({})


def documented() -> dict[str, str]:
    """The settings of the operators' guide and their meanings."""
    guide = (ROOT / "docs" / "operations.md").read_text("utf-8")
    return {name.lower(): meaning for name, meaning in re.findall(r"^\| `KALAUZ_(\w+)` \|.*\| (.+) \|$", guide, re.M)}


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    assert documented() == {name: field.description for name, field in Settings.model_fields.items()}


def test_only_the_settings_read_the_environment() -> None:
    reads = re.compile(r"\benviron\b|\bgetenv\b")
    rooms = ("bot", "channels", "knowledge_base", "retrieval")
    readers = [path for room in rooms for path in (ROOT / room).rglob("*.py") if reads.search(path.read_text("utf-8"))]
    assert readers == []


def test_every_setting_has_a_default_that_works() -> None:
    assert settings().database == "sqlite+aiosqlite:///data/kalauz.db"
    assert settings().index_dir == Path("data/index")


def test_the_environment_sets() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KALAUZ_DATA_DIR", "/srv/kalauz")
        assert settings().database == "sqlite+aiosqlite:////srv/kalauz/kalauz.db"
        patch.setenv("KALAUZ_DATABASE_URL", "sqlite+aiosqlite:///other.db")
        assert settings().database == "sqlite+aiosqlite:///other.db"


def test_a_file_of_settings_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KALAUZ_SITE=my-town.yaml\nSOMETHING_ELSE=1\n", "utf-8")
    assert settings().site == "my-town.yaml"


def test_an_empty_database_url_is_none() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KALAUZ_DATABASE_URL", "")
        assert settings().database == "sqlite+aiosqlite:///data/kalauz.db"


def test_an_unknown_log_level_is_refused() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KALAUZ_LOG_LEVEL", "trace")
        with pytest.raises(ValidationError):
            settings()
