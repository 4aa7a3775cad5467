import asyncio
from dataclasses import replace

import pytest
import rasa_sdk.events
from sqlalchemy import text as sql

from bot import conversations
from bot.engine import Engine
from bot.messages import Incoming, Message, Started, UnknownConversationError, WrongTokenError
from bot.replies import Button, Buttons, ContactCard, Notice, Quotation, Said, Steps
from bot.tables import ConversationRow
from knowledge_base.database import Database
from retrieval.answers import Answers
from retrieval.library import Library
from retrieval.question import QuestionError
from tests import builders
from tests.bot.conftest import engine_over, small_content

HEALTH = "How do I get a health card?"
GIBBERISH = "qwzx vvkk jjpp"


async def begin(engine: Engine, language: str | None = "en") -> Started:
    return await engine.start(channel="web", language=language)


async def say(engine: Engine, started: Started, text: str, client_id: str = "") -> list[Message]:
    """A message with an id of its own, unless the test names one."""
    client_id = client_id or f"message-{text}"
    return await engine.receive(started.conversation_id, started.token, Incoming(text, client_id))


async def all_events(database: Database, started: Started) -> list[conversations.StoredEvent]:
    async with database.reading() as session:
        return await conversations.events(session, started.conversation_id)


async def rows(database: Database) -> tuple[int, int]:
    async with database.reading() as session:
        counted = await session.execute(
            sql("SELECT (SELECT count(*) FROM conversations), (SELECT count(*) FROM events)")
        )
        conversation_rows, event_rows = counted.one()
        return conversation_rows, event_rows


def blocks(messages: list[Message]) -> list[object]:
    reply = messages[-1].reply
    assert reply is not None
    return list(reply.blocks)


def offered(messages: list[Message]) -> list[Button]:
    return [button for block in blocks(messages) if isinstance(block, Buttons) for button in block.buttons]


def outcome(messages: list[Message]) -> str | None:
    reply = messages[-1].reply
    assert reply is not None
    return reply.outcome


async def test_a_conversation_begins_with_a_greeting_in_the_clients_language(engine: Engine) -> None:
    started = await begin(engine, "hu")
    assert [message.sender for message in started.messages] == ["bot"]
    assert started.messages[0].text.startswith("Üdvözlöm!")


async def test_without_a_language_the_greeting_is_in_the_sites(engine: Engine) -> None:
    assert (await begin(engine, None)).messages[0].text.startswith("Hello.")


async def test_conversations_have_ids_and_tokens_of_their_own(engine: Engine) -> None:
    first, second = await begin(engine), await begin(engine)
    assert first.conversation_id != second.conversation_id
    assert first.token != second.token


async def test_the_token_is_not_stored(engine: Engine, database: Database) -> None:
    started = await begin(engine)
    async with database.reading() as session:
        row = await session.get_one(ConversationRow, started.conversation_id)
    assert started.token not in repr(vars(row))


async def test_a_known_question_is_answered_with_the_quotation(engine: Engine) -> None:
    asked, answered = await say(engine, await begin(engine), HEALTH)
    assert (asked.sender, asked.text, answered.sender) == ("migrant", HEALTH, "bot")
    assert outcome([answered]) == "answer"
    quotation = next(block for block in blocks([answered]) if isinstance(block, Quotation))
    assert quotation.markdown == "The office gives you a health card."


async def test_a_notice_in_force_stands_before_the_answer(engine: Engine) -> None:
    first = blocks(await say(engine, await begin(engine), HEALTH))[0]
    assert isinstance(first, Notice)
    assert first.text == "The office is closed since June 6, 2026."


async def test_in_the_middle_band_titles_are_offered(engine: Engine) -> None:
    said, buttons = blocks(await say(engine, await begin(engine), "card football tonight stadium"))
    assert isinstance(said, Said)
    assert isinstance(buttons, Buttons)
    assert {button.title for button in buttons.buttons} == {"Health card", "Tax card", "None of these"}


async def test_an_unknown_question_is_not_answered_but_names_who_may_know(engine: Engine) -> None:
    messages = await say(engine, await begin(engine), GIBBERISH)
    assert outcome(messages) == "no_answer"
    assert [b.name for b in blocks(messages) if isinstance(b, ContactCard)] == ["Help line"]


async def test_a_chosen_title_opens_its_article_and_reads_as_that_title(engine: Engine) -> None:
    pressed, answered = await say(engine, await begin(engine), '/article{"id": "tax-card"}')
    assert pressed.text == "Tax card"
    assert outcome([answered]) == "answer"


async def test_show_everything_shows_the_whole_article(engine: Engine) -> None:
    started = await begin(engine)
    part = await say(engine, started, "If I lose it, ask again?")
    button = next(button for button in offered(part) if button.title == "Show everything about this")
    whole = await say(engine, started, button.payload)
    quotation = next(block for block in blocks(whole) if isinstance(block, Quotation))
    assert "before you start to work" in quotation.markdown
    assert "If you lose it" in quotation.markdown
    assert any(isinstance(block, Steps) and block.steps[0].details for block in blocks(whole))
    assert button not in offered(whole)


async def test_none_of_these_asks_for_other_words_and_names_who_may_know(engine: Engine) -> None:
    pressed, answered = await say(engine, await begin(engine), "/none")
    assert pressed.text == "None of these"
    assert answered.text.startswith("None of these, then.")
    assert any(isinstance(block, ContactCard) for block in blocks([answered]))


@pytest.mark.parametrize(
    "payload",
    [
        '/article{"id": "no-such"}',
        "/article",
        "/article{}",
        "/article{not json}",
        '/article{"id": null}',
        '/article{"id": ["health-card"]}',
        '/article{"id": "\\ud800"}',
        '/article{"id": 1e999, "whole": {"a": 1}}',
        '/article{"id": ' + "[" * 1500 + "}",
    ],
)
async def test_a_button_of_no_article_says_that_the_text_is_gone(
    engine: Engine, database: Database, payload: str
) -> None:
    started = await begin(engine)
    pressed, answered = await say(engine, started, payload, "button-1")
    assert pressed.text == "…"
    assert answered.text == "This text is no longer here. Please write your question."
    heard = next(event.data for event in await all_events(database, started) if event.data["event"] == "user")
    assert heard["parse_data"]["entities"] == []


async def test_a_button_of_an_article_that_was_removed_says_so(
    engine: Engine, database: Database, answers: Answers, library: Library
) -> None:
    started = await begin(engine)
    offered = blocks(await say(engine, started, "card football tonight stadium"))[1]
    assert isinstance(offered, Buttons)
    content = small_content()
    content = content.model_copy(update={"articles": [a for a in content.articles if a.id != "tax-card"]})
    encoder = library.index.encoder
    later = Answers(Library(content, encoder), answers.calibration, answers.detector, answers.site)
    pressed = next(button.payload for button in offered.buttons if button.title == "Tax card")
    messages = await say(engine_over(database, later), started, pressed)
    assert messages[-1].text.startswith("This text is no longer here.")


@pytest.mark.parametrize("payload", ["/article" + "{" * 3000 + "}", '/article{"id": "\x00"}', '/none{"\ud800"}'])
async def test_a_payload_is_held_to_the_limits_of_every_message(
    engine: Engine, database: Database, payload: str
) -> None:
    started = await begin(engine)
    before = await rows(database)
    with pytest.raises(QuestionError):
        await say(engine, started, payload, "button-1")
    assert await rows(database) == before


async def test_the_language_is_switched_when_sure(engine: Engine) -> None:
    started = await begin(engine, "en")
    messages = await say(engine, started, "Hogyan kapok egészségügyi kártyát?")
    assert all(block.language == "hu" for block in blocks(messages) if isinstance(block, Said | Quotation))


async def test_the_language_is_remembered_when_a_message_does_not_tell(engine: Engine) -> None:
    started = await begin(engine, None)
    await say(engine, started, "Hogyan kapok egészségügyi kártyát?")
    for number, text in enumerate(("42", "ok", "???")):
        messages = await say(engine, started, text, f"unsure-{number}")
        assert blocks(messages)[0].language == "hu"  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["hello", "OK thanks", "Peter Schmidt", "112"])
async def test_a_greeting_or_a_name_does_not_switch_the_language(engine: Engine, text: str) -> None:
    started = await begin(engine, "hu")
    for said in (text, "zxqv"):
        messages = await say(engine, started, said)
        assert blocks(messages)[0].language == "hu"  # type: ignore[attr-defined]


async def test_a_first_message_that_tells_no_language_leaves_it_open(engine: Engine) -> None:
    started = await begin(engine, None)
    await say(engine, started, "112")
    messages = await say(engine, started, "Wohin kann ich gehen, wenn ich krank werde?")
    assert blocks(messages)[0].language == "de"  # type: ignore[attr-defined]


async def test_a_button_keeps_the_language(engine: Engine) -> None:
    started = await begin(engine, "hu")
    pressed, answered = await say(engine, started, '/article{"id": "health-card"}')
    assert pressed.text == "Egészségügyi kártya"
    assert next(b for b in blocks([answered]) if isinstance(b, Quotation)).language == "hu"


async def test_the_same_client_id_counts_once(engine: Engine, database: Database) -> None:
    started = await begin(engine)
    first = await say(engine, started, HEALTH, "message-1")
    await say(engine, started, GIBBERISH, "message-2")
    before = await rows(database)
    assert await say(engine, started, HEALTH, "message-1") == first
    assert await rows(database) == before


async def test_the_same_client_id_with_another_text_is_still_the_first_message(engine: Engine) -> None:
    started = await begin(engine)
    first = await say(engine, started, HEALTH, "message-1")
    assert await say(engine, started, "", "message-1") == first


async def test_the_same_client_id_in_two_conversations_is_two_messages(engine: Engine) -> None:
    one, other = await begin(engine), await begin(engine)
    await say(engine, one, HEALTH, "message-1")
    assert (await say(engine, other, GIBBERISH, "message-1"))[0].text == GIBBERISH


async def test_the_same_message_many_times_at_once_is_stored_and_answered_once(
    engine: Engine, database: Database
) -> None:
    started = await begin(engine)
    replies = await asyncio.gather(*(say(engine, started, HEALTH, "message-1") for _ in range(8)))
    assert all([(m.number, m.text, m.reply) for m in reply] == _seen(replies[0]) for reply in replies)
    kinds = [event.data["event"] for event in await all_events(database, started)]
    assert (kinds.count("user"), kinds.count("bot")) == (1, 2)


def _seen(messages: list[Message]) -> list[tuple[int, str, object]]:
    return [(message.number, message.text, message.reply) for message in messages]


async def test_different_messages_at_once_are_all_stored_and_each_is_answered_after_it(
    engine: Engine, database: Database
) -> None:
    started = await begin(engine)
    await asyncio.gather(*(say(engine, started, f"{HEALTH} {n}") for n in range(6)))
    stored = await all_events(database, started)
    assert [event.number for event in stored] == list(range(1, len(stored) + 1))
    talk = [event.data["event"] for event in stored if event.data["event"] in ("user", "bot")]
    assert talk == ["bot"] + ["user", "bot"] * 6


async def test_a_wrong_token_reads_writes_and_erases_nothing(engine: Engine, database: Database) -> None:
    started, other = await begin(engine), await begin(engine)
    stranger = replace(started, token=other.token)
    before = await rows(database)
    with pytest.raises(WrongTokenError):
        await say(engine, stranger, HEALTH)
    with pytest.raises(WrongTokenError):
        await engine.messages(stranger.conversation_id, stranger.token, after=0)
    with pytest.raises(WrongTokenError):
        await engine.erase(stranger.conversation_id, stranger.token)
    assert await rows(database) == before


@pytest.mark.parametrize("token", ["", "é", "\ud800", "x" * 10_000])
async def test_a_strange_token_is_a_wrong_token(engine: Engine, token: str) -> None:
    started = await begin(engine)
    with pytest.raises(WrongTokenError):
        await say(engine, replace(started, token=token), HEALTH)


async def test_an_unknown_conversation_is_unknown(engine: Engine) -> None:
    stranger = Started("nobody", "token", [])
    with pytest.raises(UnknownConversationError):
        await say(engine, stranger, HEALTH)
    with pytest.raises(UnknownConversationError):
        await engine.messages("nobody", "token", after=0)
    with pytest.raises(UnknownConversationError):
        await engine.erase("nobody", "token")


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 2001, "a\x00b", "a\x1bb", "a\ud800b"])
async def test_a_text_that_cannot_be_taken_stores_nothing(engine: Engine, database: Database, text: str) -> None:
    started = await begin(engine)
    before = await rows(database)
    with pytest.raises(QuestionError):
        await say(engine, started, text, "message-1")
    assert await rows(database) == before


@pytest.mark.parametrize("owner", ["desk", "anna"])
async def test_while_a_person_owns_the_conversation_messages_are_stored_and_the_bot_is_silent(
    engine: Engine, database: Database, owner: str
) -> None:
    started = await begin(engine)
    async with database.transaction() as session:
        (await session.get_one(ConversationRow, started.conversation_id)).owner = owner
    assert [m.sender for m in await say(engine, started, HEALTH)] == ["migrant"]
    assert (await all_events(database, started))[-1].data["event"] == "user"


async def test_erasing_removes_the_conversation_and_only_it(engine: Engine, database: Database) -> None:
    started, other = await begin(engine), await begin(engine)
    await say(engine, started, HEALTH)
    kept = await engine.messages(other.conversation_id, other.token, after=0)
    await engine.erase(started.conversation_id, started.token)
    assert await all_events(database, started) == []
    assert (await rows(database))[0] == 1
    assert await engine.messages(other.conversation_id, other.token, after=0) == kept
    with pytest.raises(UnknownConversationError):
        await say(engine, started, HEALTH, "message-2")


async def test_reading_goes_on_after_the_cursor(engine: Engine) -> None:
    started = await begin(engine)
    told = await say(engine, started, HEALTH)
    cursor = started.messages[-1].number
    assert await engine.messages(started.conversation_id, started.token, after=cursor) == told
    assert await engine.messages(started.conversation_id, started.token, after=told[-1].number) == []


async def test_stored_events_have_exactly_the_fields_of_rasas(engine: Engine, database: Database) -> None:
    started = await begin(engine, "hu")
    await say(engine, started, HEALTH)
    await say(engine, started, '/article{"id": "tax-card"}')
    shapes = {
        event["event"]: set(event)
        for event in (
            rasa_sdk.events.SessionStarted(),
            rasa_sdk.events.SlotSet("language"),
            rasa_sdk.events.UserUttered("text"),
            rasa_sdk.events.BotUttered("text"),
            rasa_sdk.events.ActionExecuted("action"),
        )
    }
    stored = [event.data for event in await all_events(database, started)]
    assert {event["event"] for event in stored} == set(shapes)
    for event in stored:
        assert set(event) == shapes[event["event"]]
        assert isinstance(event["timestamp"], float)


async def test_a_rasa_tracker_reads_the_stored_events(engine: Engine, database: Database) -> None:
    started = await begin(engine, "en")
    await say(engine, started, "Hogyan kapok egészségügyi kártyát?")
    events = [event.data for event in await all_events(database, started)]
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    tracker = rasa_sdk.Tracker(started.conversation_id, slots, None, events, False, None, {}, None)
    assert tracker.get_slot("language") == "hu"
    assert tracker.get_last_event_for("user")["text"] == "Hogyan kapok egészségügyi kártyát?"


async def test_what_is_kept_of_a_question_are_its_candidates_not_the_articles_text(
    engine: Engine, database: Database
) -> None:
    started = await begin(engine)
    await say(engine, started, HEALTH)
    heard = next(event.data for event in await all_events(database, started) if event.data["event"] == "user")
    assert heard["parse_data"]["candidates"][0][0] == "health-card"
    assert "The office gives" not in str(heard)


async def test_the_stored_reply_is_the_text_of_its_day_after_the_article_changed(
    engine: Engine, database: Database, answers: Answers, library: Library
) -> None:
    started = await begin(engine)
    told = await say(engine, started, HEALTH)
    changed = builders.content(builders.article(en=builders.revision(builders.text(body="Another text."))))
    later = Answers(Library(changed, library.index.encoder), answers.calibration, answers.detector, answers.site)
    read = await engine_over(database, later).messages(started.conversation_id, started.token, after=0)
    assert read[1:] == told
