"""The actions as a Rasa assistant calls them, with a tracker and an understanding of its own."""

from typing import Any

import pytest

from bot.actions import action_executor
from bot.actions.callback import FORM
from bot.policy import ACTIONS, ASK, CANCEL, SUBMIT
from retrieval.answers import Answers


async def act(
    answers: Answers,
    action: str,
    text: str | None,
    *,
    intent: str = "ask",
    entities: list[dict[str, Any]] | None = None,
    slots: dict[str, Any] | None = None,
    language: str | None = None,
) -> dict[str, Any]:
    latest = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": entities or []}
    latest |= {"language": language} if language else {}
    tracker = {
        "sender_id": "a-rasa-user",
        "slots": slots or {},
        "latest_message": latest,
        "events": [],
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": None,
    }
    call = {"next_action": action, "sender_id": "a-rasa-user", "tracker": tracker, "domain": {}}
    result: dict[str, Any] = (await action_executor(answers).run(call)).model_dump()
    return result


async def test_a_question_that_rasa_understood_is_asked_here(answers: Answers) -> None:
    result = await act(answers, "action_answer", "How do I get a health card?")
    assert "The office gives you a health card." in result["responses"][0]["text"]


async def test_only_a_known_language_is_remembered_in_a_slot(answers: Answers) -> None:
    result = await act(answers, "action_greet", None, slots={"language": None}, language="hu")
    assert [(event["event"], event["name"], event["value"]) for event in result["events"]] == [
        ("slot", "language", "hu")
    ]
    assert (await act(answers, "action_greet", None, slots={"language": None}))["events"] == []
    assert (await act(answers, "action_greet", None, slots={"language": "hu"}))["events"] == []


async def test_an_articles_button_is_opened(answers: Answers) -> None:
    entities = [{"entity": "id", "value": "tax-card"}, {"entity": "whole", "value": True}]
    result = await act(answers, "action_answer", "Tax card", intent="article", entities=entities)
    assert "Take it to the tax office" in result["responses"][0]["text"]


async def test_a_button_without_its_article_is_not_taken_for_a_question(answers: Answers) -> None:
    result = await act(answers, "action_answer", "How do I get a health card?", intent="article")
    assert result["responses"][0]["text"] == "This text is no longer here. Please write your question."


async def test_choices_come_as_rasas_buttons_too(answers: Answers) -> None:
    result = await act(answers, "action_choices", "card football tonight stadium")
    assert {button["payload"] for button in result["responses"][0]["buttons"]} == {
        '/article{"id": "health-card"}',
        '/article{"id": "tax-card"}',
        "/none",
    }


# The form itself says nothing: it asks by the actions of its fields.
@pytest.mark.parametrize("action", sorted({*ACTIONS.values(), *ASK.values(), SUBMIT, CANCEL} - {FORM}))
async def test_every_action_of_the_policy_replies_even_to_a_message_without_text(answers: Answers, action: str) -> None:
    result = await act(answers, action, None)
    assert len(result["responses"]) == 1
    assert result["responses"][0]["text"]
