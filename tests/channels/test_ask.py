from datetime import timedelta
from typing import Any, get_args

import pytest
from starlette.testclient import TestClient

from bot.limits import Limits, Rate
from channels.settings import Settings
from retrieval.shown import Outcome
from tests.channels.conftest import stored

QUESTION = "How do I get a health card?"


def ask(client: TestClient, text: str, **more: Any) -> dict[str, Any]:
    response = client.post("/api/v1/ask", json={"text": text, **more})
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    return body


def test_an_answer_has_the_fields_of_the_contract(client: TestClient) -> None:
    found = ask(client, QUESTION)
    assert set(found) == {
        *("question", "language", "outcome", "confidence", "answer"),
        *("choices", "notices", "contacts", "elapsed_ms"),
        *("meaning", "depends_on", "topic"),
    }
    assert set(found["language"]) == {"code", "sure", "confidence", "alternatives"}
    contract = {"article", "title", "language", "passage", "text", "steps", "source", "reviewed", "revision"}
    assert contract | {"translation"} <= set(found["answer"])
    assert set(found["choices"][0]) == {"article", "title", "language", "confidence"}


def test_a_known_question_is_answered_word_for_word_with_source_and_date(client: TestClient) -> None:
    found = ask(client, QUESTION)
    assert found["question"] == QUESTION
    assert found["outcome"] == "answer"
    assert found["answer"]["article"] == "health-card"
    assert found["answer"]["passage"] == "The office gives you a health card."
    assert found["answer"]["source"] == [{"title": "Office leaflet", "url": "https://example.org/leaflet"}]
    assert found["answer"]["reviewed"] == "2026-11-22"
    assert found["answer"]["translation"] == "current"


def test_the_best_candidates_stand_beside_an_answer(client: TestClient) -> None:
    choices = ask(client, QUESTION)["choices"]
    assert choices[0]["article"] == "health-card"
    assert len(choices) <= 5
    assert all(0 <= choice["confidence"] <= 1 for choice in choices)


def test_in_the_middle_band_there_are_choices_and_no_answer(client: TestClient) -> None:
    found = ask(client, "card football tonight stadium")
    assert (found["outcome"], found["answer"]) == ("choices", None)
    assert {choice["article"] for choice in found["choices"]} >= {"health-card", "tax-card"}


def test_an_unknown_question_gets_no_answer_but_the_hotline(client: TestClient) -> None:
    found = ask(client, "qwzx vvkk jjpp")
    assert (found["outcome"], found["answer"]) == ("no_answer", None)
    assert [contact["id"] for contact in found["contacts"]] == ["help-line"]


def test_the_language_is_detected(client: TestClient) -> None:
    assert ask(client, "Hogyan kapok egészségügyi kártyát?")["language"]["code"] == "hu"


def test_the_readers_own_choice_of_language_is_not_doubted(client: TestClient) -> None:
    found = ask(client, QUESTION, language="ar")
    assert found["language"]["code"] == "ar"
    assert found["answer"]["translation"] == "other_language"


def test_a_country_without_articles_has_no_answer(client: TestClient) -> None:
    assert ask(client, QUESTION, country="CZ")["outcome"] == "no_answer"


def test_asking_stores_nothing(client: TestClient, settings: Settings) -> None:
    before = stored(settings)
    ask(client, QUESTION)
    assert stored(settings) == before


def test_markup_in_a_question_is_data(client: TestClient) -> None:
    text = "<script>alert(1)</script> health card?"
    response = client.post("/api/v1/ask", json={"text": text})
    assert response.json()["question"] == text
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("text", ["🙂", "?", "1", "‮abc", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙", "x" * 2000, "日本", "/none", "a\tb\nc"])
def test_any_text_gets_an_outcome(client: TestClient, text: str) -> None:
    assert ask(client, text)["outcome"] in get_args(Outcome)


def test_the_api_describes_itself(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {
        "/health",
        "/ready",
        "/api/v1/ask",
        "/api/v1/conversations/{conversation_id}/export",
        "/api/v1/texts",
        "/api/v1/conversations",
        "/api/v1/conversations/{conversation_id}",
        "/api/v1/conversations/{conversation_id}/messages",
        "/api/v1/conversations/{conversation_id}/stream",
        "/api/v1/conversations/{conversation_id}/typing",
        "/rasa/webhook",
    }


def test_a_network_asks_no_more_than_it_may_write(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    few = Limits(network=(Rate(2, timedelta(minutes=1)),))
    monkeypatch.setattr(client.app.state.service.conversing, "_limits", few)  # type: ignore[attr-defined]
    assert [client.post("/api/v1/ask", json={"text": QUESTION}).status_code for _ in range(2)] == [200, 200]
    refused = client.post("/api/v1/ask", json={"text": QUESTION, "language": "hu"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
    assert refused.headers["content-type"] == "application/problem+json"
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert client.post("/api/v1/conversations", json={}).status_code == 429
