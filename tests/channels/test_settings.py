import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.vault import Vault
from channels.settings import Settings, kept_key
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
    # It tells NumPy and FAISS, which listen to nothing else, unless somebody has told them.
    assert readers == [ROOT / "channels/cli/serve.py"]


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


def test_telegram_is_off_until_there_is_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().telegram_token is None
    monkeypatch.setenv("KALAUZ_TELEGRAM_TOKEN", " ")
    monkeypatch.setenv("KALAUZ_TELEGRAM_WEBHOOK_URL", "")
    assert (settings().telegram_token, settings().telegram_webhook_url) == (None, None)
    monkeypatch.setenv("KALAUZ_TELEGRAM_TOKEN", "42:TEST\n")
    assert settings().telegram_token == "42:TEST"


def test_an_address_of_telegrams_api_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALAUZ_TELEGRAM_API_BASE", "api.telegram.org")
    with pytest.raises(ValidationError):
        settings()


BRIDGE = {"URL": "https://zammad.example.org", "SECRET": "a secret for the tests", "STAFF": "zammad"}


def bridged(patch: pytest.MonkeyPatch, kind: str, **changes: str) -> Settings:
    patch.setenv("KALAUZ_BRIDGE", kind)
    for name, value in {**BRIDGE, **changes}.items():
        patch.setenv(f"KALAUZ_BRIDGE_{name}", value)
    return settings()


def test_there_is_no_other_desk_until_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().bridged is None
    assert bridged(monkeypatch, " ").bridged is None


def test_another_desk_has_all_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = bridged(monkeypatch, "zammad", TOKEN="token\n", PLACE="Migrants").bridged
    assert desk is not None
    assert (desk.kind, desk.token, desk.place) == ("zammad", "token", "Migrants")
    assert BRIDGE["SECRET"] not in repr(desk)


@pytest.mark.parametrize(
    ("kind", "changes", "complaint"),
    [
        ("zammad", {}, "KALAUZ_BRIDGE=zammad needs KALAUZ_BRIDGE_TOKEN, KALAUZ_BRIDGE_PLACE"),
        ("webhook", {"STAFF": " "}, "KALAUZ_BRIDGE=webhook needs KALAUZ_BRIDGE_STAFF"),
        ("webhook", {"SECRET": "short"}, "KALAUZ_BRIDGE_SECRET needs at least 16 characters"),
        ("webhook", {"URL": "desk.example.org"}, "bridge_url"),
        ("chatwoot", {"TOKEN": "token", "PLACE": "Migrants"}, "KALAUZ_BRIDGE_PLACE is Chatwoot's account and inbox"),
        ("freshdesk", {}, "bridge"),
    ],
)
def test_half_a_bridge_is_refused(
    monkeypatch: pytest.MonkeyPatch, kind: str, changes: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        bridged(monkeypatch, kind, **changes)


def test_an_unknown_log_level_is_refused() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KALAUZ_LOG_LEVEL", "trace")
        with pytest.raises(ValidationError):
            settings()


def test_a_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    (made,) = settings().secret_keys
    file = tmp_path / "data" / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(made) >= 32
    assert file.read_text("ascii").strip() == made
    assert settings().secret_keys == (made,)
    assert [path.name for path in file.parent.iterdir()] == ["secret.key"]


def test_every_data_folder_has_a_key_of_its_own(tmp_path: Path) -> None:
    assert kept_key(tmp_path / "one" / "secret.key") != kept_key(tmp_path / "other" / "secret.key")


MAKE = """
import sys
from pathlib import Path
from channels.settings import kept_key

print("ready", flush=True)
sys.stdin.readline()
for number in range(100):
    print(kept_key(Path(sys.argv[1]) / str(number) / "secret.key"))
"""


def test_processes_that_make_keys_at_once_agree(tmp_path: Path) -> None:
    command, pipe = [sys.executable, "-c", MAKE, str(tmp_path)], subprocess.PIPE
    processes = [subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) for _ in range(4)]
    assert [process.stdout and process.stdout.readline() for process in processes] == ["ready\n"] * 4
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = [process.communicate()[0].split() for process in processes]
    files = [tmp_path / str(number) / "secret.key" for number in range(100)]
    assert keys == [[file.read_text("ascii").strip() for file in files]] * 4
    assert sorted(tmp_path.rglob("*.*")) == sorted(files)


def test_a_key_that_is_given_is_not_kept_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALAUZ_SECRET_KEY", "a key of at least sixteen letters")
    assert settings().secret_keys == ("a key of at least sixteen letters",)
    assert not (tmp_path / "data").exists()


def test_the_first_of_several_keys_seals_and_all_open(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = Vault("the old key of this site").seal({"callback_name": "Anna"})
    monkeypatch.setenv("KALAUZ_SECRET_KEY", " the new key of this site, the old key of this site,")
    assert settings().secret_keys == ("the new key of this site", "the old key of this site")
    vault = Vault(*settings().secret_keys)
    assert vault.open(sealed) == {"callback_name": "Anna"}
    assert Vault("the new key of this site").open(vault.seal({"callback_name": "Ben"})) == {"callback_name": "Ben"}


def test_a_key_that_is_easily_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALAUZ_SECRET_KEY", "x" * 15)
    with pytest.raises(ValidationError):
        settings()


@pytest.mark.parametrize("name", ["secret_key", "telegram_token", "bridge_secret", "bridge_token", "bridge"])
def test_what_is_wrong_is_told_without_the_secret(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALAUZ_BRIDGE", "webhook")
    monkeypatch.setenv(f"KALAUZ_{name.upper()}", "sesame ?")
    with pytest.raises(ValidationError) as caught:
        settings()
    assert "sesame" not in str(caught.value)


def test_settings_that_are_printed_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = {name for name in Settings.model_fields if name.endswith(("key", "token", "secret", "database_url"))}
    assert len(secret) == 6
    for name in secret:
        monkeypatch.setenv(f"KALAUZ_{name.upper()}", "open-sesame-please")
    assert settings().secret_key == "open-sesame-please"
    assert "sesame" not in f"{settings()!r} {settings()}"


def test_websites_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().origins == frozenset()
    monkeypatch.setenv("KALAUZ_WIDGET_ORIGINS", " https://www.example.org, http://localhost:9000 ,")
    assert settings().origins == {"https://www.example.org", "http://localhost:9000"}


@pytest.mark.parametrize(
    "origins", ["*", "www.example.org", "https://x/", "https://X.org", "ftp://x", "https://a https://b"]
)
def test_what_no_browser_sends_as_an_origin_is_refused(origins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KALAUZ_WIDGET_ORIGINS", origins)
    with pytest.raises(ValidationError, match="is no origin"):
        settings()
