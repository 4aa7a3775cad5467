"""Every command, as a shell calls it: what it prints and its exit status: 0, 1 (the answer is no), 2 (bad use)."""

import json
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import argon2
import pytest
import typer.main
from typer.testing import CliRunner

from bot.vault import Vault
from channels.cli import application
from channels.settings import Settings
from channels.web.scripts import embed_line
from knowledge_base.files import read, write
from retrieval.encoder import DEFAULT, Encoder, load_encoder, ngram_training, transformer_training
from retrieval.encoder.ngram import NgramEncoder, read_config
from tests import builders
from tests.channels.conftest import data_folder
from tests.retrieval.encoder import tiny

QUESTION = "How do I get a health card?"


class Shell:
    """Runs `kalauz` in the process, with the test's environment."""

    def __init__(self) -> None:
        self.status = 0
        self.out = ""
        self.err = ""

    def kalauz(self, *arguments: str, input: str | None = None) -> int:
        result = CliRunner().invoke(application(), arguments, input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.status, self.out, self.err = result.exit_code, result.stdout, result.stderr
        return self.status

    def json(self, *arguments: str) -> Any:
        self.kalauz(*arguments, "--json")
        return json.loads(self.out)


@pytest.fixture
def empty_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell in an empty folder, with no settings but the data folder."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KALAUZ_{name.upper()}", raising=False)
    monkeypatch.setenv("KALAUZ_DATA_DIR", str(tmp_path / "data"))
    return Shell()


@pytest.fixture
def shell(empty_shell: Shell, tmp_path: Path, encoder: Encoder) -> Shell:
    """A shell whose data folder has the small content."""
    data_folder(tmp_path / "data", encoder)
    return empty_shell


def commands() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command: its words after `kalauz`, and what runs it."""

    def walk(words: tuple[str, ...], group: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from walk((*words, name), command)
            else:
                yield (*words, name), command

    yield from walk((), typer.main.get_command(application()))


COMMANDS = dict(commands())


def column(folder: Path, table: str, name: str) -> list[Any]:
    """A column of the database in the shell's data folder."""
    connection = sqlite3.connect(folder / "data" / "kalauz.db")
    found = [row[0] for row in connection.execute(f"SELECT {name} FROM {table}")]
    connection.close()
    return found


def rows(folder: Path, table: str) -> int:
    return len(column(folder, table, "1"))


def test_the_commands_of_the_contract_are_there() -> None:
    assert {" ".join(words) for words in COMMANDS} == {
        *("serve", "widget", "panel", "chat", "ask", "encoder train", "encoder tune", "encoder info"),
        *("index build", "index info"),
        *("kb import", "kb export", "kb check", "kb status"),
        *("questions", "stats export", "callbacks list", "callbacks done"),
        *("backup", "restore", "erase", "conversation export", "conversation id", "retention run", "keys rotate"),
        *("user add", "user list", "user password", "user close", "user open", "user codes-off"),
        *("evaluate retrieval", "evaluate questions", "evaluate language", "evaluate bitext"),
    }


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_commands_help_shows_an_example(empty_shell: Shell, words: tuple[str, ...]) -> None:
    assert empty_shell.kalauz(*words, "--help") == 0
    assert f"Example: kalauz {' '.join(words)}" in " ".join(empty_shell.out.split())


@pytest.mark.parametrize(("words", "command"), COMMANDS.items(), ids=map(" ".join, COMMANDS))
def test_a_commands_example_has_only_options_that_it_knows(words: tuple[str, ...], command: Any) -> None:
    example = next(line for line in command.help.splitlines() if line.startswith("Example: kalauz "))
    arguments = shlex.split(example)[2 + len(words) :]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {argument for argument in arguments if argument.startswith("--")} <= known


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_unknown_option_is_bad_use(empty_shell: Shell, words: tuple[str, ...]) -> None:
    assert empty_shell.kalauz(*words, "--no-such-option") == 2
    assert "No such option" in empty_shell.err


def test_every_command_is_in_the_operators_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs/operations.md").read_text("utf-8")
    for words in COMMANDS:
        assert f"| `kalauz {' '.join(words)}` |" in guide


class TestWidget:
    def test_it_prints_the_line_and_the_policy(self, empty_shell: Shell) -> None:
        assert empty_shell.kalauz("widget", "https://kalauz.example.org") == 0
        assert embed_line("https://kalauz.example.org") in empty_shell.out
        assert "script-src https://kalauz.example.org; connect-src https://kalauz.example.org" in empty_shell.out

    @pytest.mark.parametrize("address", ["kalauz.example.org", "https://x/chat", 'https://x"><script>', ""])
    def test_what_is_no_address_is_bad_use(self, empty_shell: Shell, address: str) -> None:
        assert empty_shell.kalauz("widget", address) == 2
        assert "write it as https://kalauz.example.org" in empty_shell.err


class TestAsk:
    def test_it_quotes_the_answer_with_its_source(self, shell: Shell) -> None:
        assert shell.kalauz("ask", QUESTION) == 0
        assert "The office gives you a health card." in shell.out
        assert "Office leaflet <https://example.org/leaflet>" in shell.out

    def test_json_is_the_object_of_the_api(self, shell: Shell) -> None:
        found = shell.json("ask", QUESTION)
        assert shell.status == 0
        assert set(found) == {
            *("question", "language", "outcome", "confidence", "answer"),
            *("choices", "notices", "contacts", "elapsed_ms"),
            *("meaning", "depends_on", "topic"),
        }
        assert found["answer"]["article"] == "health-card"

    def test_choices_are_no_answer(self, shell: Shell) -> None:
        assert shell.kalauz("ask", "card football tonight stadium") == 1
        assert "- Health card (health-card)" in shell.out

    def test_no_answer_names_who_may_know(self, shell: Shell) -> None:
        assert shell.kalauz("ask", "qwzx vvkk jjpp") == 1
        assert "Help line" in shell.out

    def test_json_of_no_answer_is_json_too(self, shell: Shell) -> None:
        assert shell.json("ask", "qwzx vvkk jjpp")["outcome"] == "no_answer"
        assert shell.status == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            ("",),
            ("x" * 2001,),
            ("a\x1bb",),
            ("a\udcffb",),
            (QUESTION, "--language", "Hungarian"),
            (QUESTION, "--country", "hungary"),
            (),
        ],
    )
    def test_what_cannot_be_asked_is_bad_use(self, shell: Shell, arguments: tuple[str, ...]) -> None:
        assert shell.kalauz("ask", *arguments) == 2
        assert shell.err
        assert shell.out == ""

    def test_without_content_it_says_what_to_do(self, empty_shell: Shell) -> None:
        assert empty_shell.kalauz("ask", QUESTION) == 1
        assert "run `kalauz kb import` first" in empty_shell.err


class TestChat:
    def test_it_greets_answers_and_ends_with_the_input(self, shell: Shell) -> None:
        assert shell.kalauz("chat", "--language", "en", input=f"{QUESTION}\n") == 0
        assert "Hello." in shell.out
        assert "The office gives you a health card." in shell.out

    def test_an_empty_line_ends_it(self, shell: Shell) -> None:
        assert shell.kalauz("chat", input=f"\n{QUESTION}\n") == 0
        assert "The office" not in shell.out

    def test_a_number_presses_a_button(self, shell: Shell) -> None:
        shell.kalauz("chat", "--language", "en", input="card football tonight stadium\n4\n\n")
        assert "1: Health card" in shell.out or "1: Tax card" in shell.out
        assert "None of these, then." in shell.out

    def test_a_number_ticks_a_paper_and_ticks_it_off_again(self, shell: Shell) -> None:
        assert shell.kalauz("chat", "--language", "en", input='/step{"id": "tax-card", "at": 0}\n1\n1\n2\n') == 0
        assert [line for line in shell.out.splitlines() if "Passport" in line] == [
            *("  1: ☐ Passport", ">   1: ☑ Passport", ">   1: ☐ Passport"),
        ]

    def test_a_number_goes_on_in_a_procedure(self, shell: Shell) -> None:
        shell.kalauz("chat", "--language", "en", input='/step{"id": "tax-card", "at": 0}\n2\n')
        assert "  2: Next step" in shell.out
        assert shell.out.index("Step 1 of 2") < shell.out.index("Step 2 of 2")

    def test_a_number_that_is_on_no_button_is_a_message(self, shell: Shell) -> None:
        assert shell.kalauz("chat", "--language", "en", input="0\n99\n١٢\n") == 0
        assert shell.out.count("> ") == 4

    def test_deleting_ends_it_and_leaves_nothing(self, shell: Shell, tmp_path: Path) -> None:
        assert shell.kalauz("chat", "--language", "en", input=f"/delete\n1\n{QUESTION}\n") == 0
        assert "Everything that you wrote here is deleted." in shell.out
        assert "The office" not in shell.out
        assert rows(tmp_path, "conversations") == rows(tmp_path, "events") == 0

    def test_keeping_does_not_end_it(self, shell: Shell) -> None:
        assert shell.kalauz("chat", "--language", "en", input=f"/delete\n2\n{QUESTION}\n") == 0
        assert "Nothing was deleted." in shell.out
        assert "The office gives you a health card." in shell.out

    def test_too_many_messages_are_refused_in_a_sentence_and_do_not_end_it(self, shell: Shell) -> None:
        assert shell.kalauz("chat", "--language", "en", input="ok\n" * 201 + "/human\n") == 0
        assert "Very many messages came in a short time." in shell.out
        assert shell.out.rindex("Very many messages") < shell.out.index("A person can help you.")

    def test_a_text_that_cannot_be_taken_does_not_end_it(self, shell: Shell) -> None:
        assert shell.kalauz("chat", "--language", "en", input=f"a\x1bb\n{QUESTION}\n") == 0
        assert "which is not text" in shell.out
        assert "The office gives you a health card." in shell.out

    def test_a_bad_language_is_bad_use(self, shell: Shell) -> None:
        assert shell.kalauz("chat", "--language", "Hungarian") == 2

    def test_without_content_it_says_what_to_do(self, empty_shell: Shell) -> None:
        assert empty_shell.kalauz("chat") == 1


class TestCallbacks:
    REQUEST = "/callback\nAnna Kovács\n+36 30 123 4567\n1\nEnglish\n"
    URGENT = "I want to kill myself\n/callback\nBen\nben@example.org\n3\nmagyar\n"

    @pytest.fixture
    def shell(self, empty_shell: Shell, tmp_path: Path, encoder: Encoder) -> Shell:
        """A shell of a site that calls back."""
        data_folder(tmp_path / "data", encoder, builders.content(sites=[builders.site(callbacks=True)]))
        return empty_shell

    def ask(self, shell: Shell, written: str) -> None:
        assert shell.kalauz("chat", "--language", "en", input=written) == 0

    def test_where_nobody_waits_the_answer_is_no(self, shell: Shell) -> None:
        assert shell.kalauz("callbacks", "list") == 1
        assert (shell.out, shell.err) == ("", "kalauz: nobody waits to be called back\n")
        assert shell.json("callbacks", "list") == []
        assert shell.status == 1

    def test_a_request_is_listed_with_all_that_it_holds(self, shell: Shell, tmp_path: Path) -> None:
        self.ask(shell, self.REQUEST)
        (found,) = shell.json("callbacks", "list")
        assert shell.status == 0
        assert datetime.fromisoformat(found.pop("asked_at"))
        assert found == {
            "conversation_id": column(tmp_path, "conversations", "id")[0],
            "urgent": False,
            "channel": "terminal",
            "name": "Anna Kovács",
            "contact": "+36 30 123 4567",
            "time": "morning",
            "language": "en",
        }
        assert shell.kalauz("callbacks", "list") == 0
        assert {"Anna", "Kovács", "morning"} <= set(shell.out.split())

    def test_urgent_requests_come_first_and_are_marked(self, shell: Shell) -> None:
        self.ask(shell, self.REQUEST)
        self.ask(shell, self.URGENT)
        found = shell.json("callbacks", "list")
        assert [(request["name"], request["urgent"]) for request in found] == [("Ben", True), ("Anna Kovács", False)]
        assert [(request["contact"], request["time"], request["language"]) for request in found] == [
            ("ben@example.org", "evening", "hu"),
            ("+36 30 123 4567", "morning", "en"),
        ]

    @pytest.mark.parametrize("written", ["/callback\nAnna\n", f"{REQUEST}/callback\nAnna\n/delete\n1\n", "Anna\n"])
    def test_what_was_not_finished_or_was_deleted_is_no_request(self, shell: Shell, written: str) -> None:
        self.ask(shell, written)
        assert shell.json("callbacks", "list") == []

    def test_a_request_that_is_done_is_forgotten_and_the_others_stay(self, shell: Shell, tmp_path: Path) -> None:
        self.ask(shell, self.REQUEST)
        self.ask(shell, self.REQUEST.replace("Anna Kovács", "Cecil"))
        first, second = shell.json("callbacks", "list")
        assert shell.kalauz("callbacks", "done", "--", first["conversation_id"]) == 0
        assert (shell.out, shell.err) == ("", "")
        assert shell.json("callbacks", "list") == [second]
        assert shell.kalauz("callbacks", "done", "--", second["conversation_id"]) == 0
        assert shell.kalauz("callbacks", "list") == 1
        assert (rows(tmp_path, "callbacks"), rows(tmp_path, "conversations")) == (0, 2)

    def test_what_is_no_request_cannot_be_done(self, shell: Shell, tmp_path: Path) -> None:
        self.ask(shell, "/callback\nAnna\n")
        (begun,) = column(tmp_path, "conversations", "id")
        for conversation in ("nobody", "", begun):
            assert shell.kalauz("callbacks", "done", "--", conversation) == 1
            assert shell.err == "kalauz: there is no such request\n"
        assert rows(tmp_path, "callbacks") == 1
        assert shell.kalauz("callbacks", "done") == 2

    def test_only_the_sites_keys_open_a_request(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KALAUZ_SECRET_KEY", "the old key of this site")
        self.ask(shell, self.REQUEST)
        monkeypatch.setenv("KALAUZ_SECRET_KEY", "the new key of this site")
        (sealed,) = shell.json("callbacks", "list")
        assert (sealed["name"], sealed["contact"]) == ("", "this was sealed with another KALAUZ_SECRET_KEY")
        monkeypatch.setenv("KALAUZ_SECRET_KEY", "the new key of this site,the old key of this site")
        assert [request["name"] for request in shell.json("callbacks", "list")] == ["Anna Kovács"]

    def test_what_was_written_into_the_form_is_nowhere_in_the_files(self, shell: Shell, tmp_path: Path) -> None:
        self.ask(shell, self.REQUEST)
        content = b"".join(file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file())
        assert b"action_submit_callback" in content
        assert "Kovács".encode() not in content
        assert b"123 4567" not in content


class TestKnowledgeBase:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        write(builders.content(), tmp_path / "content")
        return tmp_path / "content"

    @pytest.fixture
    def bad_folder(self, folder: Path) -> Path:
        (folder / "articles" / "health-card" / "en.md").write_text("no front matter", "utf-8")
        return folder

    def test_import_takes_a_folder_in(self, empty_shell: Shell, folder: Path) -> None:
        assert empty_shell.kalauz("kb", "import", str(folder)) == 0
        assert empty_shell.out.startswith("3 texts new or changed")

    def test_importing_again_changes_nothing(self, empty_shell: Shell, folder: Path) -> None:
        first = empty_shell.json("kb", "import", str(folder))
        again = empty_shell.json("kb", "import", str(folder))
        assert first["revisions"] == 3
        assert (again["revisions"], again["unchanged"], again["documents"]) == (0, 3, 0)

    def test_import_if_empty_leaves_a_database_with_articles_alone(self, shell: Shell, folder: Path) -> None:
        assert shell.kalauz("kb", "import", str(folder), "--if-empty") == 0
        assert "nothing was imported" in shell.out
        assert shell.json("kb", "import", str(folder), "--if-empty")["unchanged"] == 0

    def test_a_bad_file_is_named_and_nothing_is_imported(self, empty_shell: Shell, bad_folder: Path) -> None:
        assert empty_shell.kalauz("kb", "import", str(bad_folder)) == 1
        assert "health-card/en.md:1:" in empty_shell.err
        assert empty_shell.json("kb", "status")["articles"] == 0

    def test_a_folder_that_is_not_there_is_no_content(self, empty_shell: Shell) -> None:
        for command in ("import", "check"):
            assert empty_shell.kalauz("kb", command, "no-such-folder") in (1, 2)
            assert "no-such-folder" in empty_shell.err + empty_shell.out

    def test_check_says_that_a_good_folder_has_no_problems(self, empty_shell: Shell, folder: Path) -> None:
        assert empty_shell.kalauz("kb", "check", str(folder)) == 0
        assert empty_shell.out == "3 articles in 3 texts, no problems, 0 places to look at.\n"
        assert empty_shell.json("kb", "check", str(folder)) == {
            "articles": 3,
            "texts": 3,
            "problems": [],
            "findings": [],
        }

    def test_check_names_every_bad_file_with_line_and_reason(self, empty_shell: Shell, bad_folder: Path) -> None:
        assert empty_shell.kalauz("kb", "check", str(bad_folder)) == 1
        assert "health-card/en.md:1:" in empty_shell.out
        (problem,) = empty_shell.json("kb", "check", str(bad_folder))["problems"]
        assert set(problem) == {"path", "line", "reason"}
        assert empty_shell.status == 1

    def test_export_writes_what_import_takes(self, shell: Shell, tmp_path: Path) -> None:
        assert shell.kalauz("kb", "export", str(tmp_path / "exported")) == 0
        assert {article.id for article in read(tmp_path / "exported").articles} == {
            *("health-card", "rent-contract", "tax-card")
        }

    def test_export_to_a_file_is_bad_use(self, shell: Shell, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        assert shell.kalauz("kb", "export", str(tmp_path / "file")) == 2

    def test_export_of_nothing_is_refused(self, empty_shell: Shell, tmp_path: Path) -> None:
        assert empty_shell.kalauz("kb", "export", str(tmp_path / "exported")) == 1
        assert not (tmp_path / "exported").exists()

    def test_status_counts(self, shell: Shell) -> None:
        assert shell.kalauz("kb", "status") == 0
        assert "3 articles" in shell.out
        found = shell.json("kb", "status")
        assert found["articles"] == 3
        assert {row["language"] for row in found["languages"]} >= {"en"}


class TestIndex:
    def test_info_before_a_build_says_what_to_do(self, empty_shell: Shell) -> None:
        assert empty_shell.kalauz("index", "info") == 1
        assert "run `kalauz index build`" in empty_shell.err

    def test_build_fits_and_reports(self, shell: Shell) -> None:
        found = shell.json("index", "build")
        assert shell.status == 0
        assert found["articles"] == 3
        assert {"passages", "answer_from", "fitted_on"} <= set(found)
        assert shell.kalauz("index", "build") == 0
        assert shell.out.startswith("3 articles,")
        described = shell.json("index", "info")
        assert shell.status == 0
        assert described["texts"] > 0

    def test_build_without_content_says_what_to_do(self, empty_shell: Shell) -> None:
        assert empty_shell.kalauz("index", "build") == 1
        assert "run `kalauz kb import` first" in empty_shell.err


class TestEncoder:
    def test_info_describes_it(self, empty_shell: Shell, encoder: Encoder) -> None:
        found = empty_shell.json("encoder", "info")
        assert (found["dimensions"], found["digest"]) == (encoder.dimensions, encoder.digest)
        assert empty_shell.kalauz("encoder", "info") == 0
        assert f"dimensions: {encoder.dimensions}" in empty_shell.out

    def test_an_encoder_that_is_not_there_is_named(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("KALAUZ_ENCODER", str(tmp_path / "no-encoder"))
        for words in (("encoder", "info"), ("index", "info"), ("index", "build"), ("ask", QUESTION)):
            assert shell.kalauz(*words) == 1, words
            assert "no-encoder" in shell.err

    def test_info_tells_how_each_of_its_parts_was_trained(self, empty_shell: Shell) -> None:
        found = empty_shell.json("encoder", "info")
        for part in ("ngram", "transformer"):
            config = read_config(DEFAULT / part)
            assert found[config["name"]] == config["training"]

    def test_training_without_a_corpus_is_bad_use(self, empty_shell: Shell, tmp_path: Path) -> None:
        assert empty_shell.kalauz("encoder", "train", "--out", "x") == 2

    @pytest.fixture
    def given_folders(self, tmp_path: Path) -> tuple[str, ...]:
        """Options that name a tiny corpus of Hungarian and a tiny teacher."""
        corpus, teacher = tiny.write_corpus(tmp_path / "corpus"), tiny.write_teacher(tmp_path / "teacher")
        return ("--corpus", str(corpus), "--teacher", str(teacher))

    def test_training_writes_an_encoder(
        self, empty_shell: Shell, given_folders: tuple[str, ...], tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        options = (*given_folders, "--out", str(out), "--language", "hu", "--steps", "2")
        assert empty_shell.kalauz("encoder", "train", *options) == 0
        assert empty_shell.out == f"written to {out}\n"
        assert isinstance(load_encoder(out), NgramEncoder)
        assert read_config(out)["training"]["steps"] == 2

    @pytest.mark.parametrize(
        ("kind", "of"), [("ngram", ngram_training), ("transformer", transformer_training)], ids=["ngram", "transformer"]
    )
    @pytest.mark.parametrize("steps", [None, 7])
    def test_training_takes_the_recipes_own_steps_unless_it_is_told(
        self,
        empty_shell: Shell,
        given_folders: tuple[str, ...],
        monkeypatch: pytest.MonkeyPatch,
        kind: str,
        of: ModuleType,
        steps: int | None,
    ) -> None:
        """Hours of training are left out here."""
        recipes: list[Any] = []
        monkeypatch.setattr(of, "train", lambda *_, recipe, **__: recipes.append(recipe))
        told = () if steps is None else ("--steps", str(steps))
        options = (*given_folders, "--out", "x", "--kind", kind, "--seed", "3", *told)
        assert empty_shell.kalauz("encoder", "train", *options) == 0
        assert (recipes[0].steps, recipes[0].seed) == (of.Recipe().steps if steps is None else steps, 3)

    def test_languages_that_the_corpus_lacks_are_named(
        self, empty_shell: Shell, given_folders: tuple[str, ...]
    ) -> None:
        options = (*given_folders, "--out", "x", "--language", "hu", "--language", "ps")
        assert empty_shell.kalauz("encoder", "train", *options) == 2
        assert "translation lines of ps in" in empty_shell.err.replace("\n", " ")

    @pytest.mark.parametrize("kind", ["ngram", "transformer"])
    def test_a_teacher_that_is_none_is_named(
        self, empty_shell: Shell, given_folders: tuple[str, ...], tmp_path: Path, kind: str
    ) -> None:
        options = ("--corpus", given_folders[1], "--out", "x", "--language", "hu", "--kind", kind)
        assert empty_shell.kalauz("encoder", "train", *options, "--teacher", str(tmp_path / "nobody")) == 1
        assert "is no BERT to learn from" in empty_shell.err.replace("\n", " ")

    def test_an_ngram_training_does_not_go_on_from_anything(
        self, empty_shell: Shell, given_folders: tuple[str, ...]
    ) -> None:
        assert empty_shell.kalauz("encoder", "train", *given_folders, "--out", "x", "--start", "y") == 2
        assert "kalauz encoder tune" in empty_shell.err.replace("\n", " ")

    def test_tuning_to_a_content_writes_an_encoder(
        self, empty_shell: Shell, given_folders: tuple[str, ...], tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        options = (*given_folders[:2], "--out", str(out), "--language", "hu", "--steps", "1")
        assert empty_shell.kalauz("encoder", "tune", *options) == 0
        assert empty_shell.out == f"written to {out}\n"
        assert read_config(out)["training"]["tuned"]["steps"] == 1

    def test_what_cannot_be_tuned_is_said(
        self, empty_shell: Shell, given_folders: tuple[str, ...], tmp_path: Path
    ) -> None:
        options = (*given_folders[:2], "--out", str(tmp_path / "out"), "--language", "hu")
        assert empty_shell.kalauz("encoder", "tune", *options, "--start", str(DEFAULT / "transformer")) == 1
        assert "kalauz-distilled-1" in empty_shell.err
        (tmp_path / "content").mkdir()
        assert empty_shell.kalauz("encoder", "tune", *options, "--content", str(tmp_path / "content")) == 2


class TestUser:
    PASSWORD = "a plain long sentence"

    def add(self, shell: Shell, login: str = "anna", role: str = "editor", *more: str) -> int:
        return shell.kalauz("user", "add", login, "--role", role, *more, input=f"{self.PASSWORD}\n")

    def test_an_account_is_made_with_a_password_that_is_read(self, empty_shell: Shell, tmp_path: Path) -> None:
        assert self.add(empty_shell, "anna", "counsellor", "--name", "Anna K.", "--language", "hu") == 0
        assert empty_shell.out == "anna can sign in as counsellor\n"
        (found,) = empty_shell.json("user", "list")
        assert {name: found[name] for name in ("login", "name", "role", "language", "active")} == {
            "login": "anna",
            "name": "Anna K.",
            "role": "counsellor",
            "language": "hu",
            "active": True,
        }
        (stored,) = column(tmp_path, "staff", "password_hash")
        assert argon2.PasswordHasher().verify(stored, self.PASSWORD)
        assert column(tmp_path, "audit", "login") == ["(terminal)"]

    def test_left_empty_a_password_is_made_and_shown_once(self, empty_shell: Shell, tmp_path: Path) -> None:
        assert empty_shell.kalauz("user", "add", "anna", "--role", "admin", input="\n") == 0
        made = empty_shell.out.splitlines()[1].removeprefix("password, shown only now: ")
        (stored,) = column(tmp_path, "staff", "password_hash")
        assert argon2.PasswordHasher().verify(stored, made)
        assert empty_shell.kalauz("user", "list") == 0
        assert made not in empty_shell.out
        assert {"anna", "admin", "open"} <= set(empty_shell.out.split())

    def test_as_json_the_made_password_is_in_the_object(self, empty_shell: Shell, tmp_path: Path) -> None:
        made = empty_shell.json("user", "add", "anna", "--role", "editor")
        (stored,) = column(tmp_path, "staff", "password_hash")
        assert argon2.PasswordHasher().verify(stored, made["password"])
        assert not {"password", "password_hash", "epoch"} & set(empty_shell.json("user", "list")[0])

    @pytest.mark.parametrize(
        ("arguments", "input", "reason"),
        [
            (("Anna", "--role", "editor"), "", "cannot be a login"),
            (("anna", "--role", "king"), "", "--role is one of editor, counsellor, admin, not 'king'"),
            (("anna", "--role", "editor", "--language", "xx"), "", "the console speaks ar, en, fa, hu, not 'xx'"),
            (("anna", "--role", "editor"), "short\n", "at least 12 characters"),
            (("anna", "--role", "editor", "--name", "\n"), "", "a name has 1 to 60 characters"),
            (("anna",), "", "--role"),
        ],
    )
    def test_what_cannot_be_is_bad_use(
        self, empty_shell: Shell, tmp_path: Path, arguments: tuple[str, ...], input: str, reason: str
    ) -> None:
        assert empty_shell.kalauz("user", "add", *arguments, input=input) == 2
        assert reason in " ".join(empty_shell.err.replace("│", "").split())
        assert not (tmp_path / "data").exists()

    def test_a_login_that_is_taken_is_a_no(self, empty_shell: Shell) -> None:
        assert self.add(empty_shell) == 0
        assert self.add(empty_shell, role="admin") == 1
        assert "there is already an account 'anna'" in empty_shell.err
        assert [found["role"] for found in empty_shell.json("user", "list")] == ["editor"]

    def test_without_an_account_the_list_says_how_to_make_one(self, empty_shell: Shell) -> None:
        assert empty_shell.kalauz("user", "list") == 1
        assert "`kalauz user add NAME --role admin` makes one" in empty_shell.err
        assert empty_shell.json("user", "list") == []

    def test_an_account_is_closed_and_opened(self, empty_shell: Shell, tmp_path: Path) -> None:
        self.add(empty_shell)
        assert empty_shell.kalauz("user", "close", "anna") == 0
        assert column(tmp_path, "staff", "session_epoch") == [2]
        assert empty_shell.json("user", "list")[0]["active"] is False
        assert empty_shell.json("user", "open", "anna")["active"] is True

    def test_a_new_password_ends_the_sessions(self, empty_shell: Shell, tmp_path: Path) -> None:
        self.add(empty_shell)
        assert empty_shell.kalauz("user", "password", "anna", input="another long sentence\n") == 0
        (stored,) = column(tmp_path, "staff", "password_hash")
        assert argon2.PasswordHasher().verify(stored, "another long sentence")
        assert column(tmp_path, "staff", "session_epoch") == [2]

    def test_codes_at_the_sign_in_are_removed(self, empty_shell: Shell, tmp_path: Path) -> None:
        self.add(empty_shell)
        database = sqlite3.connect(tmp_path / "data" / "kalauz.db")
        with database:
            database.execute("UPDATE staff SET code_secret = 'x'")
            database.execute("INSERT INTO recovery_codes VALUES (1, 'x')")
        database.close()
        assert empty_shell.json("user", "list")[0]["uses_codes"] is True
        assert empty_shell.json("user", "codes-off", "anna")["uses_codes"] is False
        assert column(tmp_path, "recovery_codes", "code_hash") == []

    def test_the_last_admin_stays(self, empty_shell: Shell) -> None:
        self.add(empty_shell, "root", "admin")
        assert empty_shell.kalauz("user", "close", "root") == 1
        assert "the last open account of an admin" in empty_shell.err

    @pytest.mark.parametrize("command", ["password", "close", "open", "codes-off"])
    def test_an_account_that_there_is_not_is_a_no(self, empty_shell: Shell, command: str) -> None:
        assert empty_shell.kalauz("user", command, "anna", input="") == 1
        assert "there is no account 'anna'" in empty_shell.err


class TestEvaluate:
    @pytest.fixture
    def pages(self, tmp_path: Path) -> Path:
        folder = tmp_path / "pages"
        (folder / "qrels").mkdir(parents=True)
        page = {"_id": "1", "title": "Health card", "text": "The office gives you a card.", "language": "en"}
        question = {"_id": "q", "text": QUESTION, "language": "en"}
        (folder / "corpus.en.jsonl").write_text(json.dumps(page) + "\n", "utf-8")
        (folder / "queries.dev.en.jsonl").write_text(json.dumps(question) + "\n", "utf-8")
        (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\n", "utf-8")
        return folder

    def test_retrieval_reports_rows_of_the_contract(self, empty_shell: Shell, pages: Path) -> None:
        for retriever in ("hybrid", "dense", "lexical"):
            report = empty_shell.json("evaluate", "retrieval", str(pages), "--retriever", retriever)
            assert set(report) == {"meta", "rows"}
            (row,) = report["rows"]
            assert (row["language"], row["corpus_language"], row["recall@1"]) == ("en", "en", 1.0)
            assert {"recall@3", "recall@10", "MRR@10", "nDCG@10"} <= set(row)

    def test_questions_reports_rows_of_the_contract(self, shell: Shell, tmp_path: Path) -> None:
        file = tmp_path / "en.tsv"
        file.write_text(f"in\tnormal\t{QUESTION}\thealth-card\nout\tnormal\tWho won the cup?\t\n", "utf-8")
        report = shell.json("evaluate", "questions", str(file))
        total = next(row for row in report["rows"] if row["variant"] == "all")
        assert total["top1"] == 1.0
        assert {"top3", "answered_right", "answered_wrong", "abstained", "out_answered", "language_right"} <= set(total)

    def test_language_reports_rows(self, empty_shell: Shell, tmp_path: Path) -> None:
        file = tmp_path / "short.tsv"
        file.write_text("hu\tHogyan kapok engedélyt?\nen\tHow do I get a permit?\n", "utf-8")
        assert empty_shell.json("evaluate", "language", str(file))["rows"]
        assert empty_shell.status == 0

    def test_bitext_reports_rows_of_the_contract(self, empty_shell: Shell, tmp_path: Path) -> None:
        file = tmp_path / "hu.tsv"
        file.write_text("health card\tegészségügyi kártya\nrent\tlakbér\n", "utf-8")
        (row,) = empty_shell.json("evaluate", "bitext", str(file))["rows"]
        assert row["language"] == "hu"
        assert {"p@1", "p@1_back"} <= set(row)

    def test_a_report_reads_as_a_table_too(self, empty_shell: Shell, tmp_path: Path) -> None:
        file = tmp_path / "hu.tsv"
        file.write_text("health card\tegészségügyi kártya\n", "utf-8")
        assert empty_shell.kalauz("evaluate", "bitext", str(file)) == 0
        assert "p@1" in empty_shell.out

    @pytest.mark.parametrize("command", ["questions", "language", "bitext"])
    def test_a_file_of_another_format_is_bad_use(self, shell: Shell, tmp_path: Path, command: str) -> None:
        file = tmp_path / "en.tsv"
        file.write_text("one column\n", "utf-8")
        assert shell.kalauz("evaluate", command, str(file)) == 2
        assert "en.tsv:1:" in shell.err

    @pytest.mark.parametrize("command", ["retrieval", "questions", "language", "bitext"])
    def test_a_path_that_is_not_there_is_bad_use(self, empty_shell: Shell, command: str) -> None:
        assert empty_shell.kalauz("evaluate", command, "no-such") == 2

    def test_a_folder_of_another_kind_is_bad_use(self, empty_shell: Shell, tmp_path: Path) -> None:
        assert empty_shell.kalauz("evaluate", "retrieval", str(tmp_path)) == 2
        assert empty_shell.err


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value", "status"),
        [
            ("KALAUZ_LOG_LEVEL", "loud", 2),
            ("KALAUZ_DATABASE_URL", "nonsense", 1),
            ("KALAUZ_DATABASE_URL", "sqlite:///kalauz.db", 1),
            ("KALAUZ_DATABASE_URL", "mysql+aiomysql://localhost/kalauz", 1),
            ("KALAUZ_DATABASE_URL", "postgresql+asyncpg://127.0.0.1:1/kalauz", 1),
            ("KALAUZ_SITE", "atlantis", 1),
            ("KALAUZ_SITE", "no-such.yaml", 1),
            ("KALAUZ_DATA_DIR", "/dev/null/data", 1),
        ],
    )
    def test_a_bad_setting_is_named_in_a_sentence(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str, status: int
    ) -> None:
        monkeypatch.setenv(name, value)
        assert shell.kalauz("ask", QUESTION) == status
        assert shell.err.startswith("kalauz: ")
        assert "Traceback" not in shell.err

    def test_serving_with_a_bad_setting_is_bad_use(self, empty_shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KALAUZ_LOG_LEVEL", "loud")
        assert empty_shell.kalauz("serve") == 2
        assert "KALAUZ_LOG_LEVEL" in empty_shell.err

    @pytest.mark.parametrize("port", ["-1", "65536", "http"])
    def test_serving_on_no_port_is_bad_use(self, empty_shell: Shell, port: str) -> None:
        assert empty_shell.kalauz("serve", "--port", port) == 2


def test_a_backup_fills_a_new_machine(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell.kalauz("user", "add", "anna", "--role", "admin", input="a plain long sentence\n") == 0
    assert shell.kalauz("backup", "monday.zip") == 0
    assert "written to monday.zip" in shell.out
    before = shell.json("kb", "status")
    monkeypatch.setenv("KALAUZ_DATA_DIR", str(tmp_path / "new"))
    assert shell.kalauz("restore", "monday.zip") == 0
    assert shell.json("kb", "status") == before
    shell.kalauz("user", "list")
    assert "anna" in shell.out


def test_a_database_that_holds_something_is_not_restored_into(shell: Shell) -> None:
    assert shell.kalauz("backup", "monday.zip") == 0
    assert shell.kalauz("restore", "monday.zip") == 1
    assert "the database is not empty" in shell.err


def test_what_is_no_backup_restores_nothing(empty_shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("no backup")
    assert empty_shell.kalauz("restore", "notes.zip") == 1
    assert "notes.zip is no whole backup" in empty_shell.err
    assert empty_shell.kalauz("restore", "gone.zip") == 1
    assert "No such file" in empty_shell.err


def test_there_is_nothing_to_back_up_before_the_first_start(empty_shell: Shell, tmp_path: Path) -> None:
    assert empty_shell.kalauz("backup", "monday.zip") == 1
    assert "the database has no data yet" in empty_shell.err
    assert not list(tmp_path.glob("monday*"))


def test_a_conversation_is_erased_by_its_id(shell: Shell, tmp_path: Path) -> None:
    assert shell.kalauz("chat", input=f"{QUESTION}\n") == 0
    (conversation,) = column(tmp_path, "conversations", "id")
    assert shell.kalauz("erase", conversation) == 0
    assert rows(tmp_path, "events") == 0
    assert shell.kalauz("erase", conversation) == 1
    assert "no such conversation" in shell.err


def test_everything_of_a_conversation_can_be_exported(shell: Shell, tmp_path: Path) -> None:
    assert shell.kalauz("chat", input=f"{QUESTION}\n") == 0
    (conversation,) = column(tmp_path, "conversations", "id")
    assert shell.kalauz("conversation", "export", conversation) == 0
    copy = json.loads(shell.out)
    assert QUESTION in [message["text"] for message in copy["messages"]]
    assert len(copy["records"]["events"]) == rows(tmp_path, "events")
    for unknown in ("nobody", "no/body"):
        assert shell.kalauz("conversation", "export", unknown) == 1
        assert "no such conversation" in shell.err


def test_a_case_at_the_desk_leads_to_its_conversation(shell: Shell, tmp_path: Path) -> None:
    assert shell.kalauz("chat", input=f"{QUESTION}\n") == 0
    (conversation,) = column(tmp_path, "conversations", "id")
    at = "2026-11-29 12:00:00.000000"
    connection = sqlite3.connect(tmp_path / "data" / "kalauz.db")
    with connection:
        connection.execute(
            "INSERT INTO handoffs (id, conversation_id, state, reason, urgent, language, requested_at, since) "
            "VALUES (17, ?, 'waiting', 'asked', 0, 'en', ?, ?)",
            (conversation, at, at),
        )
    connection.close()
    assert shell.kalauz("conversation", "id", "17") == 0
    assert shell.out == f"{conversation}\n"
    assert shell.kalauz("conversation", "id", "18") == 1
    assert shell.kalauz("conversation", "id", "0") == 2


def test_conversations_are_erased_when_the_site_keeps_them_no_longer(shell: Shell, tmp_path: Path) -> None:
    assert shell.kalauz("chat", input=f"{QUESTION}\n") == 0
    assert shell.kalauz("retention", "run") == 0
    assert "for 180 days in 0 conversations" in shell.out
    connection = sqlite3.connect(tmp_path / "data" / "kalauz.db")
    with connection:
        connection.execute("UPDATE conversations SET started_at = '2020-01-01 00:00:00.000000'")
        connection.execute("UPDATE events SET data = json_set(data, '$.timestamp', 1577836800.0)")
    connection.close()
    assert shell.kalauz("retention", "run", "--dry-run") == 0
    assert "in 1 conversations, which would be erased" in shell.out
    assert rows(tmp_path, "conversations") == 1
    assert shell.kalauz("retention", "run") == 0
    assert "in 1 conversations, which are erased" in shell.out
    assert rows(tmp_path, "conversations") == rows(tmp_path, "events") == 0


def test_an_old_key_can_be_dropped_once_everything_is_sealed_with_the_new_one(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = "the new key of the shell", "the old key of the shell"
    assert shell.kalauz("chat", input=f"{QUESTION}\n") == 0
    (conversation,) = column(tmp_path, "conversations", "id")
    fields = {"name": "Zsófia", "contact": "+36 20 555 0199", "time": "morning", "language": "hu"}
    sealed = Vault(old).seal({f"callback_{name}": value for name, value in fields.items()})
    connection = sqlite3.connect(tmp_path / "data" / "kalauz.db")
    with connection:
        row = (conversation, None, sealed, False, "2026-11-29 12:00:00.000000")
        connection.execute("INSERT INTO callbacks VALUES (?, ?, ?, ?, ?)", row)
    connection.close()

    def keys(*known: str) -> None:
        monkeypatch.setenv("KALAUZ_SECRET_KEY", ",".join(known))

    keys(new)
    assert shell.kalauz("keys", "rotate") == 2
    assert "new,old" in shell.err
    keys(new, "a key that never sealed anything")
    assert shell.kalauz("keys", "rotate") == 1
    assert "1 were sealed with a key that is not there" in shell.err
    keys(new, old)
    assert shell.kalauz("keys", "rotate") == 0
    assert "1 sealed anew, 0 had the new key already" in shell.out
    keys(new)
    assert shell.kalauz("callbacks", "list") == 0
    assert "Zsófia" in shell.out
    keys(old)
    shell.kalauz("callbacks", "list")
    assert "Zsófia" not in shell.out


def test_the_command_is_there_before_anything_heavy_is() -> None:
    # `serve` also says how many cores NumPy and FAISS may use, which they ask when they are loaded.
    heavy = "{'numpy', 'faiss', 'scipy', 'torch', 'sqlalchemy', 'rasa_sdk', 'telegram'}"
    program = f"import sys, channels.cli, channels.app; sys.exit(' '.join({heavy} & set(sys.modules)) or 0)"
    subprocess.run([sys.executable, "-c", program], check=True)
