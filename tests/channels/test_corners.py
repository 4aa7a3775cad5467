"""Corners of the webhook and the commands, each found broken once."""

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa_sdk.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from starlette.testclient import TestClient

from bot.actions.callback import FIELDS, FORM
from bot.policy import VALIDATE
from bot.rasa import RasaActions
from retrieval.encoder import Encoder
from tests import builders
from tests.channels.conftest import Talk, data_folder, serving
from tests.channels.test_cli import Shell, column, empty_shell  # noqa: F401
from tests.channels.test_rasa import ANYTHING, ENTITIES, REGISTERED, SLOTS, acted, call, domain, message, post, tracked

REQUEST = "/callback\nAnna Kovács\n+36 30 123 4567\n1\nEnglish\n"


def test_a_packed_call_comes_in_pieces_as_aiohttp_sends_it(client: TestClient) -> None:
    """Rasa's COMPRESS_ACTION_SERVER_REQUEST=true: aiohttp's compress=True always sends chunked."""
    headers = {"Content-Encoding": "deflate", "Transfer-Encoding": "chunked"}
    body = zlib.compress(json.dumps(call("action_greet")).encode())
    response = client.post("/rasa/webhook", content=iter([body]), headers=headers)
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("required", [FIELDS[:3], FIELDS[::-1]])
def test_a_field_is_asked_for_a_first_time_too_where_the_assistants_form_is_another(
    client: TestClient, required: tuple[str, ...]
) -> None:
    """rasa-sdk then adds SlotSet(requested_slot), and Rasa runs action_ask_… on a tracker that has it already."""
    seen = [
        *(ActiveLoop(FORM), UserUttered("Anna", message("Anna", "inform")), SlotSet("requested_slot", FIELDS[0])),
        *(ActionExecuted(FORM), SlotSet("callback_name", "Anna")),
    ]
    found = acted(post(client, {**call(VALIDATE, tracker=tracked(seen)), "domain": domain(required)})).events
    asked = acted(post(client, call("action_ask_callback_contact", tracker=tracked([*seen, *found]))))
    assert asked.responses[0]["text"].startswith("At which phone number")


@pytest.mark.parametrize("text", ["x" * 2001, "a\x1bb", " ", "\u200d"])
@pytest.mark.parametrize("action", ["action_answer", "action_no_answer", "action_human"])
def test_a_message_that_cannot_be_taken_gets_a_status_of_the_contract(
    client: TestClient, action: str, text: str
) -> None:
    response = post(client, call(action, text))
    assert response.status_code in (200, 400), response.text
    if response.status_code == 400:
        assert response.json()["action_name"] == action


EVENTS = st.lists(
    st.fixed_dictionaries({"event": st.just("slot"), "name": st.sampled_from(FIELDS), "value": ANYTHING})
    | st.dictionaries(st.text(), ANYTHING, max_size=2),
    max_size=3,
)
ENTITY = st.fixed_dictionaries({"entity": st.sampled_from(sorted({*ENTITIES, "page"}))}, optional={"value": ANYTHING})


@settings(max_examples=2000)
@given(
    action=st.sampled_from(REGISTERED),
    slots=st.dictionaries(st.sampled_from(sorted(SLOTS)), ANYTHING, max_size=4),
    entities=st.lists(ENTITY, max_size=4),
    events=EVENTS,
)
def test_whatever_a_tracker_holds_is_no_internal_error(
    client: TestClient, action: str, slots: dict[str, Any], entities: list[Any], events: list[Any]
) -> None:
    tracker = tracked([], {**message(None), "entities": entities}, **slots) | {"events": events}
    assert post(client, call(action, tracker=tracker)).status_code in (200, 400)


@pytest.mark.parametrize(
    "body",
    [
        {"next_action": "\ud800", "tracker": {"sender_id": "a"}, "domain": {}},
        call("action_case", tracker=tracked([], message("x", question="\ud800"))),
    ],
)
def test_half_a_character_is_no_internal_error(client: TestClient, body: Any) -> None:
    assert client.post("/rasa/webhook", content=json.dumps(body)).status_code in (200, 400, 404)


async def test_an_empty_domain_in_the_first_call_is_no_error(client: TestClient) -> None:
    actions = RasaActions(client.app.state.service.asking)  # type: ignore[attr-defined]
    assert (await actions.act({**call(VALIDATE), "domain": {}})).status == 200


def test_a_site_that_does_not_call_back_asks_for_no_name(talk: Talk) -> None:
    """The site of these tests has callbacks=False; typed, or pressed on an old button."""
    assert "What may we call you?" not in talk.write("/callback").json()["messages"][1]["text"]


def test_with_another_key_a_begun_form_can_be_left_and_help_is_reached(tmp_path: Path, encoder: Encoder) -> None:
    settings = data_folder(tmp_path / "data", encoder, builders.content(sites=[builders.site(callbacks=True)]))
    with serving(settings.model_copy(update={"secret_key": "the old key of this site"})) as client:
        talk = Talk(client)
        talk.write("/callback")
        talk.write("Anna", "message-2")
    with serving(settings.model_copy(update={"secret_key": "the new key of this site"})) as client:
        talk._client = client
        texts = ["+36 30 1234567", "I want to kill myself", "/human", "/stop", '/delete{"sure": true}']
        statuses = [talk.write(text, f"message-{n}-new").status_code for n, text in enumerate(texts)]
    assert 500 not in statuses


@pytest.fixture
def shell(empty_shell: Shell, tmp_path: Path, encoder: Encoder) -> Shell:  # noqa: F811
    data_folder(tmp_path / "data", encoder, builders.content(sites=[builders.site(callbacks=True)]))
    return empty_shell


def test_a_name_with_brackets_does_not_hide_all_requests(shell: Shell) -> None:
    shell.kalauz("chat", "--language", "en", input=REQUEST.replace("Anna", "Anna [/b] [red]"))
    assert shell.kalauz("callbacks", "list") == 0
    assert "[/b]" in shell.out


def test_the_table_shows_ids_and_contacts_whole(shell: Shell, tmp_path: Path) -> None:
    shell.kalauz("chat", "--language", "en", input=REQUEST)
    assert shell.kalauz("callbacks", "list") == 0
    assert column(tmp_path, "conversations", "id")[0] in shell.out
    assert "+36 30 123 4567" in shell.out


def test_a_request_that_no_key_opens_does_not_hide_the_others(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, name in (("the old key of this site", "Anna"), ("the new key of this site", "Ben")):
        monkeypatch.setenv("KALAUZ_SECRET_KEY", key)
        shell.kalauz("chat", "--language", "en", input=REQUEST.replace("Anna Kovács", name))
    listed = [(request["name"], request["contact"]) for request in shell.json("callbacks", "list")]
    assert ("", "this was sealed with another KALAUZ_SECRET_KEY") in listed
    assert "Ben" in dict(listed)


def test_a_key_of_nothing_but_commas_is_bad_use(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("," * 20, " " * 20, "a,bbbbbbbbbbbbbbbbbbbb"):
        monkeypatch.setenv("KALAUZ_SECRET_KEY", key)
        assert shell.kalauz("callbacks", "list") == 2, key


def test_after_a_tick_the_steps_buttons_still_have_numbers(shell: Shell) -> None:
    shell.kalauz("chat", "--language", "en", input='/step{"id": "tax-card", "at": 0}\n1\n2\n')
    assert "Step 2 of 2" in shell.out
