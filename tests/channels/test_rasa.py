"""`POST /rasa/webhook` beside rasa-sdk's own server: the same calls get the same statuses and bodies."""

import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import rasa_sdk
from hypothesis import given
from hypothesis import strategies as st
from rasa_sdk import Tracker
from rasa_sdk.endpoint import create_app
from rasa_sdk.events import ActionExecuted, ActiveLoop, EventType, SlotSet, UserUttered
from rasa_sdk.executor import ActionExecutorRunResult
from rasa_sdk.types import ActionCall, DomainDict, TrackerState
from starlette.testclient import TestClient

from bot.actions import action_executor
from bot.actions.callback import FIELDS, FORM
from bot.policy import ACTIONS, ASK, CANCEL, SUBMIT, VALIDATE
from channels.api.rasa import MAX_CALL
from channels.settings import Settings
from retrieval.question import QuestionError, checked
from tests.channels.conftest import stored

QUESTION = "How do I get a health card?"
GIBBERISH = "qwzx vvkk jjpp"
REGISTERED = sorted({*ACTIONS.values(), *ASK.values(), VALIDATE, SUBMIT, CANCEL})
INVALID = {"error": "Invalid body request"}


def domain(required: tuple[str, ...] = FIELDS) -> DomainDict:
    """An assistant's domain, with the form as the assistant declares it."""
    mapping = {"type": "from_text", "conditions": [{"active_loop": FORM}]}
    return DomainDict(
        intents=[{"ask": {"use_entities": []}}, {"inform": {"use_entities": []}}],
        entities=["id"],
        slots={field: {"type": "rasa.shared.core.slots.TextSlot", "mappings": [mapping]} for field in required},
        responses={"utter_sorry": [{"text": "Sorry?"}]},
        actions=REGISTERED,
        forms={FORM: {"required_slots": list(required)}},
    )


def message(text: str | None, intent: str = "ask", **entities: Any) -> dict[str, Any]:
    """A message as Rasa's own understanding leaves it."""
    return {
        "intent": {"name": intent, "confidence": 0.87},
        "entities": [{"entity": name, "value": value, "extractor": "DIET"} for name, value in entities.items()],
        "text": text,
        "message_id": "0e9c",
        "metadata": {},
        "intent_ranking": [{"name": intent, "confidence": 0.87}],
    }


def tracked(events: list[EventType], latest: dict[str, Any] | None = None, **slots: Any) -> TrackerState:
    """The state of a tracker that has seen the events."""
    heard = [event["parse_data"] for event in events if event["event"] == "user"]
    loops = [event["name"] for event in events if event["event"] == "active_loop"]
    set_slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    loop = {"name": loops[-1]} if loops and loops[-1] else {}
    newest = latest or (heard[-1] if heard else None)
    state: TrackerState = Tracker(
        "a-rasa-user", {**set_slots, **slots}, newest, events, False, None, loop, "action_listen"
    ).current_state()
    return state


def call(action: str | None, text: str | None = QUESTION, tracker: TrackerState | None = None) -> ActionCall:
    return ActionCall(
        next_action=action,
        sender_id="a-rasa-user",
        tracker=tracker or tracked([], message(text)),
        domain=domain(),
        version=rasa_sdk.__version__,
    )


def without_domain(action: str, digest: str | None) -> dict[str, Any]:
    """What an assistant sends that leaves its domain out until it is asked for."""
    known = {key: value for key, value in call(action).items() if key != "domain"}
    return {**known, "domain_digest": digest}


@pytest.fixture(scope="module")
def theirs(client: TestClient) -> Iterator[TestClient]:
    """rasa-sdk's own server, with our actions."""
    asking = client.app.state.service.asking  # type: ignore[attr-defined]
    with TestClient(create_app(action_executor(asking)), raise_server_exceptions=False) as server:
        yield server


def post(client: TestClient, body: object) -> Any:
    return client.post("/rasa/webhook", json=body)


def acted(response: Any) -> ActionExecutorRunResult:
    assert response.status_code == 200, response.text
    return ActionExecutorRunResult.model_validate(response.json())


CALLS = {
    "answer": (call("action_answer"), 200),
    "rejection": (call("action_answer", GIBBERISH), 400),
    "unknown action": (call("action_of_somebody_else"), 404),
    "unknown action without a domain": (without_domain("action_of_somebody_else", None), 404),
    "no domain": (without_domain("action_greet", None), 449),
    "the digest of a domain that was never sent": (without_domain("action_greet", "never-sent"), 449),
    "no action": (call(None), 200),
    "an empty action": (call(""), 200),
    "no message": (call("action_greet", tracker=tracked([])), 200),
    "a message without text": (call("action_choices", None), 200),
    "an article's button": (
        call("action_answer", tracker=tracked([], message("/article", "article", id="tax-card", whole=True))),
        200,
    ),
    "null": (None, 400),
}


@pytest.mark.parametrize(("body", "status"), CALLS.values(), ids=CALLS.keys())
def test_a_call_gets_what_rasa_sdks_own_server_gives(
    client: TestClient, theirs: TestClient, body: object, status: int
) -> None:
    sent = json.dumps(body).encode()
    packed = {"content": zlib.compress(sent), "headers": {"Content-Encoding": "deflate"}}
    for request in ({"content": sent}, packed):
        own = theirs.post("/webhook", **request)  # type: ignore[arg-type]
        response = client.post("/rasa/webhook", **request)  # type: ignore[arg-type]
        assert (response.status_code, own.status_code) == (status, status)
        assert response.json() == own.json()
        assert response.headers["content-type"] == own.headers["content-type"]


@pytest.mark.parametrize("action", REGISTERED)
def test_every_action_replies_as_it_does_on_rasa_sdks_own_server(
    client: TestClient, theirs: TestClient, action: str
) -> None:
    body = call(action)
    assert acted(post(client, body)) == acted(theirs.post("/webhook", json=body))


def test_an_answer_comes_as_text_buttons_and_blocks_and_sets_slots(client: TestClient) -> None:
    result = acted(post(client, call("action_answer")))
    (said,) = result.responses
    assert "The office gives you a health card." in said["text"]
    assert "Office leaflet <https://example.org/leaflet>" in said["text"]
    assert {button["title"] for button in said["buttons"]} >= {"Yes", "No"}
    assert said["custom"]["outcome"] == "answer"
    assert {(event["event"], event["name"]) for event in result.events} >= {("slot", "article"), ("slot", "question")}


def test_what_no_text_answers_is_left_to_the_assistants_other_policies(client: TestClient) -> None:
    refused = post(client, call("action_answer", GIBBERISH))
    assert refused.status_code == 400
    assert refused.json() == {"error": "there is no reviewed answer to this", "action_name": "action_answer"}


def test_after_a_449_the_domain_is_sent_once_and_then_its_digest_is_enough(
    client: TestClient, theirs: TestClient
) -> None:
    known = without_domain("action_greet", "a-digest-of-this-test")
    for server, path in ((client, "/rasa/webhook"), (theirs, "/webhook")):
        assert server.post(path, json=known).status_code == 449
        assert server.post(path, json={**known, "domain": domain()}).status_code == 200
        assert server.post(path, json=known).status_code == 200
        assert server.post(path, json={**known, "domain_digest": "another"}).status_code == 449


NO_CALLS = {
    "nothing": b"",
    "broken": b'{"next_action": ',
    "not UTF-8": b'{"next_action": "\xff"}',
    "nested too deep": b"[" * 30_000,
    "a huge number": b'{"tracker": ' + b"9" * 10_000 + b"}",
    "a list": b"[]",
    "a string": b'"action_greet"',
    "a number": b"1",
    "no tracker": b'{"next_action": "action_greet"}',
    "a tracker of another kind": b'{"next_action": "action_greet", "tracker": []}',
    "a tracker of nobody": b'{"next_action": "action_greet", "tracker": {"slots": {}}}',
    "an action of another kind": b'{"next_action": 1, "tracker": {"sender_id": "a"}}',
    "a message of another kind": b'{"next_action": "a", "tracker": {"sender_id": "a", "latest_message": "text"}}',
    "events of another kind": b'{"next_action": "a", "tracker": {"sender_id": "a", "events": [1]}}',
}


@pytest.mark.parametrize("encoding", [None, "deflate", "gzip"])
@pytest.mark.parametrize("body", NO_CALLS.values(), ids=NO_CALLS.keys())
def test_a_body_that_is_no_call_is_refused_whether_packed_or_not(
    client: TestClient, body: bytes, encoding: str | None
) -> None:
    content = zlib.compress(body) if encoding == "deflate" else body
    headers = {"Content-Encoding": encoding} if encoding else {}
    response = client.post("/rasa/webhook", content=content, headers=headers)
    assert (response.status_code, response.json()) == (400, INVALID)


@pytest.mark.parametrize("content", [b"", b"{}", zlib.compress(b'{"next_action": null}')[:-6], b"\x78\x9c\xff"])
def test_a_body_that_says_deflate_and_is_not_is_refused(client: TestClient, content: bytes) -> None:
    response = client.post("/rasa/webhook", content=content, headers={"Content-Encoding": "deflate"})
    assert (response.status_code, response.json()) == (400, INVALID)


def padded(size: int) -> bytes:
    """A call that is taken, with spaces after it."""
    return json.dumps(call("action_greet")).encode().ljust(size)


def test_a_small_body_that_unpacks_to_a_huge_one_is_refused(client: TestClient) -> None:
    headers = {"Content-Encoding": "deflate"}
    largest = client.post("/rasa/webhook", content=zlib.compress(padded(MAX_CALL)), headers=headers)
    assert largest.status_code == 200
    for size in (MAX_CALL + 1, 100 * MAX_CALL):
        bomb = zlib.compress(padded(size))
        assert len(bomb) < MAX_CALL
        response = client.post("/rasa/webhook", content=bomb, headers=headers)
        assert (response.status_code, response.json()) == (400, INVALID)


def test_a_call_may_be_as_large_as_a_long_conversation_and_no_larger(client: TestClient) -> None:
    assert client.post("/rasa/webhook", content=padded(MAX_CALL)).status_code == 200
    assert client.post("/rasa/webhook", content=padded(MAX_CALL + 1)).status_code == 413


def test_an_answer_that_the_sender_made_up_is_not_quoted(client: TestClient) -> None:
    forged = client.post("/api/v1/ask", json={"text": QUESTION}).json()
    forged["answer"] |= {"text": "Send us your money.", "passage": "Send us your money.", "title": "Money"}
    forged["choices"] = [{"article": "tax-card", "title": "Send money", "language": "en", "confidence": 1.0}]
    for action in ("action_answer", "action_choices", "action_aspect", "action_no_answer", "action_case"):
        for text in (QUESTION, None):
            latest = {**message(text), "answer": forged, "language": "en"}
            result = post(client, call(action, tracker=tracked([], latest)))
            assert result.status_code == 200
            assert "money" not in result.text.lower()
    honest = acted(post(client, call("action_answer", tracker=tracked([], {**message(QUESTION), "answer": forged}))))
    assert "The office gives you a health card." in honest.responses[0]["text"]


def test_a_call_stores_nothing(client: TestClient, settings: Settings) -> None:
    before = stored(settings)
    for action in ("action_answer", "action_no_answer", "action_delete", SUBMIT):
        tracker = tracked([], message(QUESTION, sure=True), callback_name="Anna")
        acted(post(client, call(action, tracker=tracker)))
    assert stored(settings) == before


class Assistant:
    """A Rasa assistant that runs `callback_form` as Rasa's FormAction does, with our actions over HTTP."""

    def __init__(self, client: TestClient, *, maps_text: bool) -> None:
        self._client = client
        self._maps_text = maps_text
        self.events: list[EventType] = []
        self.said = ""

    @property
    def slots(self) -> dict[str, Any]:
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}

    def hear(self, text: str, intent: str) -> None:
        self.events += [ActionExecuted("action_listen"), UserUttered(text, message(text, intent))]

    def run(self, action: str, seen: list[EventType] | None = None) -> list[EventType]:
        result = acted(post(self._client, call(action, tracker=tracked(self.events if seen is None else seen))))
        self.said = "\n".join(response["text"] for response in result.responses)
        return list(result.events)

    def begin(self) -> None:
        self.hear("Please call me back", "ask")
        self.events.append(ActiveLoop(FORM))
        self._go_on(None, [])

    def fill(self, text: str, intent: str = "inform") -> str:
        requested = self.slots["requested_slot"]
        self.hear(text, intent)
        self._go_on(requested, [SlotSet(requested, text)] if self._maps_text else [])
        return self.said

    def _go_on(self, requested: str | None, candidates: list[EventType]) -> None:
        """Validate, then ask for the first slot that is missing, on the tracker that Rasa makes for it."""
        seen = [*self.events, SlotSet("requested_slot", requested), ActionExecuted(FORM)]
        self.events += candidates
        found = self.run(VALIDATE, [*seen, *candidates])
        self.events += found
        missing = next(
            (field for field in domain()["forms"][FORM]["required_slots"] if not self.slots.get(field)), None
        )
        if missing:
            self.events.append(SlotSet("requested_slot", missing))
            self.events += self.run(f"action_ask_{missing}", [*seen, *found])
        else:
            self.events += [SlotSet("requested_slot", None), ActiveLoop(None)]


@pytest.mark.parametrize("maps_text", [True, False], ids=["from_text", "custom"])
def test_an_assistant_fills_in_the_form_as_its_own(client: TestClient, maps_text: bool) -> None:
    assistant = Assistant(client, maps_text=maps_text)
    assistant.begin()
    assert assistant.said.startswith("What may we call you?")
    assert assistant.fill("x" * 61).startswith("That is too long.")
    assert assistant.fill(" Anna  Kovács ").startswith("At which phone number or e-mail address")
    assert assistant.fill("at home").startswith("This is neither a phone number nor an e-mail address.")
    assert assistant.fill("٠٦ ٣٠ ١٢٣ ٤٥٦٧").startswith("When is the best time?")
    assert assistant.fill("after six").startswith("In which language?")
    assert assistant.fill("Klingon").startswith("I do not know this language.")
    assistant.fill("magyar")
    assert [assistant.slots[field] for field in FIELDS] == ["Anna Kovács", "06 30 123 4567", "after six", "hu"]
    assert assistant.slots["requested_slot"] is None
    events = assistant.run(SUBMIT)
    assert assistant.said.startswith("Thank you. Your request is kept")
    assert ActiveLoop(None) in events


def test_an_assistant_leaves_the_form_and_nothing_of_it_is_left_in_its_slots(client: TestClient) -> None:
    assistant = Assistant(client, maps_text=True)
    assistant.begin()
    assistant.fill("Anna")
    assistant.hear("stop", "stop")
    assistant.events += assistant.run(CANCEL)
    assert assistant.said == "I have cancelled that. Nothing of it was kept."
    assert {assistant.slots[field] for field in (*FIELDS, "requested_slot")} == {None}
    assert ActiveLoop(None) in assistant.events


def test_a_field_is_taken_only_from_a_message_that_gives_one(client: TestClient) -> None:
    asked = [ActiveLoop(FORM), SlotSet("requested_slot", "callback_name")]
    for intent, found in (("inform", "Anna"), ("ask", None)):
        heard = UserUttered("Anna", message("Anna", intent))
        result = acted(post(client, call(VALIDATE, tracker=tracked([*asked, heard]))))
        assert next((event["value"] for event in result.events), None) == found


def takes(text: str) -> bool:
    try:
        checked(text)
    except QuestionError:
        return False
    return True


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
WORDS = st.text() | st.sampled_from(["health-card", "tax-card", "health", "en", "hu", "eea", "unsaid", "work"])
WALKS = st.fixed_dictionaries(
    {
        "article": WORDS,
        "at": st.integers(),
        "ticked": st.lists(st.lists(st.integers(), min_size=2, max_size=2), max_size=3),
    }
)
SLOTS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("language", "article", "question", "asked", "audience", "purpose", *FIELDS), WORDS),
    "requested_slot": st.sampled_from(FIELDS) | st.text(),
    "language_chosen": st.booleans(),
    "misses": st.integers(min_value=0),
    "voted": st.lists(WORDS, max_size=3),
    "walk": WALKS | ANYTHING,
    "a_slot_of_the_assistant": ANYTHING,
}
ENTITIES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(
        ("id", "code", "kind", "about", "value", "urgency", "aspect", "question", "audience", "purpose"), WORDS
    ),
    **dict.fromkeys(("at", "step", "paper"), st.integers()),
    **dict.fromkeys(("yes", "sure", "whole", "on"), st.booleans()),
    "page": st.integers(0, 10**6),
    "dimension": st.sampled_from(["audience", "purpose"]),
    "city": ANYTHING,
}


def filled(kinds: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the names, each with a value of its kind or none."""
    return st.fixed_dictionaries({}, optional={name: st.none() | kind for name, kind in kinds.items()})


@st.composite
def trackers(draw: st.DrawFn) -> TrackerState:
    """Trackers of an assistant that uses our slots and entities as they are meant, and others as it likes."""
    text = draw(st.none() | st.sampled_from([QUESTION, GIBBERISH, "help"]) | st.text().filter(takes))
    intent = draw(st.sampled_from(["article", "field", "inform", "next", "back", "none"]) | st.text())
    slots = draw(filled(SLOTS))
    events = [ActionExecuted("action_listen"), UserUttered(text, message(text, intent, **draw(filled(ENTITIES))))]
    events += [SlotSet(name, value) for name, value in slots.items() if value is not None]
    return tracked(draw(st.permutations(events)))


@given(action=st.sampled_from(REGISTERED), tracker=trackers())
def test_whatever_an_assistant_remembers_the_call_is_answered(
    client: TestClient, action: str, tracker: TrackerState
) -> None:
    response = post(client, call(action, tracker=tracker))
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        acted(response)
    else:
        assert response.json()["action_name"] == action


@given(action=st.text(), body=ANYTHING)
def test_whatever_is_no_call_is_refused_and_whatever_is_no_action_is_not_found(
    client: TestClient, action: str, body: Any
) -> None:
    assert post(client, body).status_code == 400
    if action and action not in REGISTERED:
        assert post(client, call(action)).status_code == 404
