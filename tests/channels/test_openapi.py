"""The API keeps its word: whatever its document allows or forbids, it answers as the document says."""

from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from channels.app import create_app
from channels.settings import Settings
from tests.channels.conftest import Talk

EXAMPLES = 25
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DOCUMENT = create_app(Settings(site="hungary", log_level="info")).openapi()
OPERATIONS = {
    result.ok().label: result.ok() for result in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
}
# What a conversation's owner does; its stream has no end.
OWNERS = [label for label in OPERATIONS if "{conversation_id}" in label and not label.endswith("/stream")]
# Good and bad requests; who takes nothing cannot be sent anything bad.
MODES = {mode.value: mode for mode in schemathesis.GenerationMode}
EMPTY = {"GET /health", "GET /ready", "POST /rasa/webhook"}


def answered(client: TestClient, case: Any, headers: dict[str, str]) -> Any:
    sent = case.as_transport_kwargs(base_url="http://testserver")
    content = {"content": sent["data"]} if isinstance(sent.get("data"), bytes | str) else {}
    body = content or {key: sent[key] for key in ("json", "data") if sent.get(key) is not None}
    # The bytes that come over the wire: a client of ours would refuse to send some of them.
    raw = {name: value.encode("latin-1") for name, value in {**(sent["headers"] or {}), **headers}.items()}
    return client.request(sent["method"], sent["url"], params=sent.get("params"), headers=raw, **body)


@pytest.mark.parametrize(
    ("label", "mode"),
    [(label, mode) for label in OPERATIONS for mode in MODES if mode == "positive" or label not in EMPTY],
)
def test_every_answer_is_one_that_the_document_tells(client: TestClient, label: str, mode: str) -> None:
    @hypothesis_settings(max_examples=EXAMPLES)
    @given(case=OPERATIONS[label].as_strategy(generation_mode=MODES[mode]))
    def asked(case: Any) -> None:
        case.validate_response(answered(client, case, {}), checks=CHECKS)

    asked()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("label", OWNERS)
def test_every_answer_to_a_conversations_owner_too(client: TestClient, label: str, mode: str) -> None:
    taken = []

    @hypothesis_settings(max_examples=EXAMPLES)
    @given(case=OPERATIONS[label].as_strategy(generation_mode=MODES[mode]))
    def asked(case: Any) -> None:
        talk = Talk(client)
        case.path_parameters = {"conversation_id": talk.started["id"]}
        response = answered(client, case, talk.headers)
        taken.append(response.status_code < 300)
        case.validate_response(response, checks=CHECKS)

    asked()
    assert any(taken) or mode == "negative"
