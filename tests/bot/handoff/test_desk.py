import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.handoff import cases
from bot.handoff.inbox import UnknownArticleError, UnknownHandoffError
from bot.handoff.moves import HandoffError, TakenError
from bot.handoff.tables import HandoffRow
from bot.messages import Fresh
from bot.replies import Buttons, ContactCard, Quotation, Sources
from bot.staff.tables import StaffRow
from bot.tables import CallbackRow, TallyRow
from knowledge_base.database import Database
from retrieval.answers import Answers
from retrieval.encoder import Encoder
from retrieval.library import Library
from retrieval.question import QuestionError
from tests.bot.conftest import small_content
from tests.bot.handoff.conftest import Migrant, Office, Watch, hired
from tests.bot.test_callbacks import FIELDS

# NOW is a Sunday, 13:00 in Budapest.
ALL_DAY = [{"days": ["sun"], "opens": "00:00", "closes": "24:00"}]
MONDAY = [{"days": ["mon"], "opens": "08:00", "closes": "16:00"}]


async def waits(office: Office, *before: str, language: str = "en") -> Migrant:
    migrant = await office.migrant(language)
    await migrant.say(*before, "/human")
    return migrant


async def test_without_counsellors_the_contacts_are_all_there_is(office: Office) -> None:
    migrant = await office.migrant()
    (reply,) = await migrant.say("/human")
    assert reply.text.startswith("A person can help you. You reach these people:")
    assert await office.owner(migrant) == "bot"


async def test_who_asks_for_a_person_waits_and_is_told_what_to_expect(office: Office) -> None:
    await hired(office.database, "Anna", languages=["en"], weekly=ALL_DAY)
    first, second = await waits(office), await office.migrant()
    office.watch.wind(minutes=1)
    (reply,) = await second.say("/human")
    assert "A person comes into this conversation." in reply.text
    assert "People before you: 1" in reply.text
    assert [await office.owner(one) for one in (first, second)] == ["desk", "desk"]
    assert await office.states(second) == ["waiting"]
    assert reply.reply is not None
    assert any(isinstance(block, ContactCard) for block in reply.reply.blocks)


async def test_out_of_hours_it_is_said_when_somebody_is_there_and_the_question_is_kept(office: Office) -> None:
    anna = await hired(office.database, "Anna", languages=["en"], weekly=MONDAY)
    migrant = await office.migrant("hu")
    (reply,) = await migrant.say("/human")
    assert "hétfő 8:00" in reply.text
    assert "English" in reply.text, "Anna speaks no Hungarian"
    await migrant.say("Mennyi ideig várok?")
    opened = await office.desk.open((await office.entry(anna)).id, anna)
    assert opened.messages[-1].text == "Mennyi ideig várok?"
    assert opened.entry.shared == "en"


@pytest.mark.parametrize("command", ["/start", "/start health-card", "/help"])
async def test_who_begins_anew_while_they_wait_is_told_that_they_do(office: Office, command: str) -> None:
    anna = await hired(office.database, "Anna", weekly=ALL_DAY, languages=["en"])
    migrant = await waits(office)
    (again,) = await migrant.say(command)
    assert again.text.startswith("A person comes into this conversation.")
    assert await office.states(migrant) == ["waiting"]
    (back,) = await migrant.press("Go on with the assistant")
    assert back.text.startswith("You can go on asking here.")
    await migrant.say("/human")
    await office.desk.accept((await office.entry(anna)).id, anna)
    assert await migrant.say(command) == [], "to the person it is said, and the bot is silent"


async def test_while_somebody_waits_the_bot_is_silent_and_the_way_back_is_open(office: Office) -> None:
    await hired(office.database, "Anna", weekly=ALL_DAY, languages=["en"])
    migrant = await waits(office)
    assert await migrant.say("How do I get a health card?") == []
    (again,) = await migrant.say("/human")
    assert "People before you" not in again.text
    (back,) = await migrant.press("Go on with the assistant")
    assert back.text.startswith("You can go on asking here.")
    assert await office.owner(migrant) == "bot"
    assert await office.states(migrant) == ["waiting", "returned"]
    (answer,) = await migrant.say("How do I get a health card?")
    assert answer.reply is not None
    assert answer.reply.outcome == "answer"


async def test_a_counsellor_takes_over_writes_and_hands_back(office: Office) -> None:
    anna = await hired(office.database, "Anna", languages=["en"])
    migrant = await waits(office, "How do I get a health card?")
    case = await office.entry(anna)
    assert (case.state, case.reason, case.urgent, case.topic, case.offered) == (
        "waiting",
        "asked",
        False,
        "Health",
        True,
    )
    await office.desk.accept(case.id, anna)
    assert (await migrant.last()).text == "Anna is here now. You are writing with a person."
    assert await migrant.say("Are you there?") == []
    await office.desk.reply(case.id, anna, "Yes. <b>How</b> can I help?", "r1")
    last = await migrant.last()
    assert (last.sender, last.text) == ("person", "Yes. <b>How</b> can I help?")
    assert last.reply is not None
    assert last.reply.person == "Anna"
    await office.desk.give_back(case.id, anna)
    assert (await migrant.last()).text.startswith("Anna has left the conversation.")
    assert await office.owner(migrant) == "bot"
    assert await office.states(migrant) == ["waiting", "accepted", "returned"]
    assert await office.desk.inbox(anna) == []


async def test_a_reply_sent_twice_counts_once(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    await asyncio.gather(*(office.desk.reply(case.id, anna, "Hello", "r1") for _ in range(3)))
    assert [message.text for message in await migrant.read()].count("Hello") == 1


async def test_of_two_who_accept_at_once_one_is_told_that_it_is_taken(office: Office) -> None:
    anna, bela = await hired(office.database, "Anna"), await hired(office.database, "Béla")
    migrant = await waits(office)
    case = await office.entry(anna)
    results = await asyncio.gather(*(office.desk.accept(case.id, one) for one in (anna, bela)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "TakenError"]
    assert [message.text for message in await migrant.read() if "is here now" in message.text] != []
    winner, loser = (anna, bela) if results[0] is None else (bela, anna)
    assert (await office.entry(winner)).mine
    with pytest.raises(TakenError):
        await office.desk.reply(case.id, loser, "Me too", "r1")


async def test_who_has_not_taken_a_case_cannot_write(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    await waits(office)
    with pytest.raises(HandoffError):
        await office.desk.reply((await office.entry(anna)).id, anna, "Hello", "r1")


@pytest.mark.parametrize("text", ["", "  ", "\x00", "x" * 10_001])
async def test_a_reply_that_is_no_text_is_refused(office: Office, text: str) -> None:
    anna = await hired(office.database, "Anna")
    await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    with pytest.raises(QuestionError):
        await office.desk.reply(case.id, anna, text, "r1")


async def test_who_is_in_danger_comes_first_and_sees_whom_to_call_all_the_same(
    database: Database, starter_answers: Answers
) -> None:
    office = Office(database, starter_answers, Watch())
    anna = await hired(database, "Anna")
    await waits(office)
    office.watch.wind(minutes=1)
    in_danger = await waits(office)
    (reply,) = await in_danger.say("my husband is beating me")
    assert reply.reply is not None
    assert reply.reply.outcome == "urgent"
    first = (await office.desk.inbox(anna))[0]
    assert (first.conversation_id, first.urgent) == (in_danger.started.conversation_id, True)
    await office.desk.accept(first.id, anna)
    (again,) = await in_danger.say("he is going to kill me")
    assert again.reply is not None
    assert again.reply.outcome == "urgent"


async def test_a_counsellor_who_does_not_answer_loses_the_case(office: Office) -> None:
    anna, bela = await hired(office.database, "Anna"), await hired(office.database, "Béla")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    office.watch.wind(minutes=10)
    await office.desk.reply(case.id, anna, "One moment", "r1")
    office.watch.wind(hours=5)
    await office.desk.tick()
    assert (await office.entry(anna)).mine, "nobody waits for an answer"
    await migrant.say("And now?")
    office.watch.wind(minutes=31)
    await office.desk.tick()
    assert (await migrant.last()).text.startswith("It takes a little longer")
    assert (await office.entry(bela)).state == "waiting"
    with pytest.raises(HandoffError):
        await office.desk.reply(case.id, anna, "I am back", "r2")
    await office.desk.accept(case.id, bela)


async def test_a_laptop_that_was_closed_for_ten_minutes_loses_nothing(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    await migrant.say("One", "Two")
    office.watch.wind(minutes=10)
    await office.desk.tick()
    opened = await office.desk.open(case.id, anna)
    assert [message.text for message in opened.messages[-2:]] == ["One", "Two"]
    assert opened.entry.mine


async def test_nobody_waits_for_ever(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    office.watch.wind(hours=71)
    await office.desk.tick()
    assert await office.owner(migrant) == "desk"
    office.watch.wind(hours=2)
    await office.desk.tick()
    last = await migrant.last()
    assert last.text.startswith("I am sorry: no person could come.")
    assert await office.owner(migrant) == "bot"
    assert await office.desk.inbox(anna) == []


async def test_a_case_is_offered_to_all_after_a_while(office: Office) -> None:
    anna = await hired(office.database, "Anna", languages=["hu"], weekly=ALL_DAY)
    bela = await hired(office.database, "Béla", languages=["en"], weekly=ALL_DAY)
    await waits(office)
    assert [(await office.entry(one)).offered for one in (anna, bela)] == [False, True]
    office.watch.wind(minutes=5)
    assert [(await office.entry(one)).offered for one in (anna, bela)] == [True, True]


async def test_a_migrant_who_erases_the_conversation_takes_the_case_along(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.note(case.id, anna, "Call the school")
    await migrant.erase()
    assert await office.desk.inbox(anna) == []
    with pytest.raises(UnknownHandoffError):
        await office.desk.accept(case.id, anna)
    with pytest.raises(UnknownHandoffError):
        await office.desk.open(case.id, anna)


async def test_a_migrant_can_delete_while_a_person_writes(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    await migrant.say("/delete")
    (reply,) = await migrant.press("Yes, delete everything")
    assert reply.reply is not None
    assert reply.reply.ended
    with pytest.raises(UnknownHandoffError):
        await office.desk.reply(case.id, anna, "Hello?", "r1")


async def test_a_request_to_be_called_back_is_a_case_and_the_bot_goes_on(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    await migrant.say("/callback", *FIELDS)
    assert await office.owner(migrant) == "bot"
    assert await office.states(migrant) == ["waiting", "agreed"]
    case = await office.entry(anna)
    opened = await office.desk.open(case.id, anna)
    assert opened.callback is not None
    assert opened.callback.contact == FIELDS[1]
    await office.desk.close(case.id, anna, "solved")
    assert (await office.desk.open(case.id, anna)).callback is None
    assert await office.desk.inbox(anna) == []


async def test_a_person_who_comes_ends_the_form(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    await migrant.say("/callback", FIELDS[0])
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    assert await migrant.say("my number is in my file") == []
    await office.desk.give_back(case.id, anna)
    (answer,) = await migrant.say("How do I get a health card?")
    assert answer.reply is not None
    assert answer.reply.outcome == "answer"


async def test_a_closed_case_can_be_taken_up_again(office: Office) -> None:
    anna, bela = await hired(office.database, "Anna"), await hired(office.database, "Béla")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    await office.desk.close(case.id, anna, "referred")
    assert (await office.desk.open(case.id, bela)).entry.state == "closed"
    await office.desk.reopen(case.id, bela)
    assert await office.owner(migrant) == f"staff-{bela.id}"
    assert (await migrant.last()).text.startswith("Béla is here now.")


async def test_only_the_newest_case_of_a_conversation_moves(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    old = await office.entry(anna)
    await migrant.press("Go on with the assistant")
    await migrant.say("/human")
    with pytest.raises(HandoffError):
        await office.desk.reopen(old.id, anna)


async def test_a_case_goes_to_a_colleague_and_back_to_the_others(office: Office) -> None:
    anna, bela = await hired(office.database, "Anna"), await hired(office.database, "Béla")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.assign(case.id, anna, bela)
    assert (await office.entry(bela)).mine
    assert (await office.entry(anna)).by_name == "Béla"
    with pytest.raises(TakenError):
        await office.desk.release(case.id, anna)
    await office.desk.release(case.id, bela)
    assert await office.owner(migrant) == "desk"


async def test_notes_are_for_colleagues_only(office: Office) -> None:
    anna, bela = await hired(office.database, "Anna"), await hired(office.database, "Béla")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.note(case.id, anna, "Speaks French too")
    opened = await office.desk.open(case.id, bela)
    assert [(note.by_name, note.text) for note in opened.notes] == [("Anna", "Speaks French too")]
    assert "Speaks French too" not in [message.text for message in await migrant.read()]


async def test_labels_are_suggested_counted_at_the_end_and_erased_with_the_conversation(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    first, second = await waits(office), await waits(office)
    one, other = await office.desk.inbox(anna)
    for label in ("housing", " housing ", "two  words"):
        await office.desk.label(one.id, label)
    await office.desk.label(other.id, "housing")
    assert [entry.labels for entry in await office.desk.inbox(anna)] == [("housing", "two words"), ("housing",)]
    assert await office.desk.labels() == ["housing", "two words"], "the most frequent first"
    await office.desk.unlabel(one.id, "two words")
    assert (await office.desk.open(one.id, anna)).entry.labels == ("housing",)
    await office.desk.accept(one.id, anna)
    await office.desk.close(one.id, anna, "solved")
    async with office.database.reading() as session:
        query = select(TallyRow.subject, TallyRow.count).where(TallyRow.kind == "label")
        assert (await session.execute(query)).all() == [("housing", 1)]
    await first.erase()
    await second.erase()
    assert await office.desk.labels() == []


@pytest.mark.parametrize("text", ["", " ", "x" * 31, "a\x00b"])
async def test_what_is_no_label(office: Office, text: str) -> None:
    anna = await hired(office.database, "Anna")
    await waits(office)
    with pytest.raises(QuestionError):
        await office.desk.label((await office.entry(anna)).id, text)


async def test_what_the_bot_found_near_stands_beside_the_migrants_words(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    await waits(office, "How do I get a health card?")
    opened = await office.desk.open((await office.entry(anna)).id, anna)
    asked = next(message for message in opened.messages if message.text == "How do I get a health card?")
    assert opened.near[asked.number].article == "health-card"


async def test_an_article_is_sent_whole_in_the_migrants_language_with_source_and_name(office: Office) -> None:
    anna = await hired(office.database, "Anna", languages=["en"])
    migrant = await waits(office, language="hu")
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    for _ in range(2):
        await office.desk.send_article(case.id, anna, "health-card", "a1")
    sent = [message for message in await migrant.read() if message.sender == "person"]
    assert len(sent) == 1, "sent twice, it counts once"
    reply = sent[0].reply
    assert reply is not None
    assert reply.person == "Anna"
    opened = office.answers.open_article("health-card", now=office.watch(), reader="hu")
    assert opened is not None
    assert opened.answer is not None
    (quotation,) = [block for block in reply.blocks if isinstance(block, Quotation)]
    assert (quotation.language, quotation.title) == (opened.answer.language, opened.answer.title)
    assert quotation.markdown == opened.answer.text
    (sources,) = [block for block in reply.blocks if isinstance(block, Sources)]
    assert [link.title for link in sources.sources] == [source.title for source in opened.answer.source]
    assert sources.checked
    assert not any(isinstance(block, Buttons) for block in reply.blocks), "the bot, which is silent, would answer them"


async def test_only_who_has_the_case_sends_an_article_and_only_one_that_there_is(office: Office) -> None:
    anna, bela = await hired(office.database, "Anna"), await hired(office.database, "Béla")
    migrant = await waits(office)
    case = await office.entry(anna)
    with pytest.raises(HandoffError):
        await office.desk.send_article(case.id, anna, "health-card", "a1")
    await office.desk.accept(case.id, anna)
    with pytest.raises(TakenError):
        await office.desk.send_article(case.id, bela, "health-card", "a1")
    with pytest.raises(UnknownArticleError):
        await office.desk.send_article(case.id, anna, "no-such-article", "a1")
    assert [message for message in await migrant.read() if message.sender == "person"] == []


async def test_after_a_crash_everything_is_where_it_was(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    office.start()
    assert (await office.entry(anna)).mine
    await office.desk.reply(case.id, anna, "Here I am again", "r1")
    assert (await migrant.last()).text == "Here I am again"


async def test_who_waits_for_a_message_hears_of_what_a_person_writes(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    seen = (await migrant.last()).number
    started = migrant.started
    async with aclosing(office.engine.follow(started.conversation_id, started.token, after=seen, look_s=30)) as news:
        assert await anext(news) == Fresh([])
        await office.desk.reply(case.id, anna, "Hello", "r1")
        assert [message.text for message in (await anext(news)).messages] == ["Hello"]


async def test_how_long_somebody_waited_is_counted_when_a_person_first_comes(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    for minutes in (4, 5, 59, 60):
        await waits(office)
        office.watch.wind(minutes=minutes)
        (entry,) = [entry for entry in await office.desk.inbox(anna) if entry.state == "waiting"]
        await office.desk.accept(entry.id, anna)
        await office.desk.close(entry.id, anna, "solved")
    async with office.database.reading() as session:
        query = select(TallyRow.subject, TallyRow.count).where(TallyRow.kind == "waited").order_by(TallyRow.subject)
        assert (await session.execute(query)).all() == [("0-5", 1), ("15-60", 1), ("5-15", 1), ("60+", 1)]


async def test_the_usual_wait_is_told_once_there_is_one(office: Office) -> None:
    anna = await hired(office.database, "Anna", languages=["en"], weekly=ALL_DAY)
    for _ in range(5):
        await waits(office)
        office.watch.wind(minutes=7)
        for case in await office.desk.inbox(anna):
            if case.state == "waiting":
                await office.desk.accept(case.id, anna)
    migrant = await office.migrant()
    (reply,) = await migrant.say("/human")
    assert "How long people waited lately: 7 minutes" in reply.text


async def test_a_desk_on_a_screen_is_somebody_there_without_any_hours(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await office.migrant()
    (reply,) = await migrant.say("/human")
    assert "Nobody is here right now." in reply.text
    await office.desk.present(anna)
    (reply,) = await migrant.say("/human")
    assert "A person comes into this conversation." in reply.text


async def test_an_account_that_was_closed_is_nobody_there(office: Office) -> None:
    anna = await hired(office.database, "Anna", languages=["en"], weekly=ALL_DAY)
    async with office.database.transaction() as session:
        (await session.get_one(StaffRow, anna.id)).active = False
    migrant = await office.migrant()
    (reply,) = await migrant.say("/human")
    assert reply.text.startswith("A person can help you.")


@pytest.mark.parametrize(("topic", "offered"), [("health", True), ("work", False)])
async def test_editors_can_have_a_person_offered_with_every_answer_on_a_topic(
    database: Database, encoder: Encoder, answers: Answers, topic: str, offered: bool
) -> None:
    whole = small_content()
    topics = [t.model_copy(update={"person": t.id == topic}) for t in whole.topics]
    library = Library(whole.model_copy(update={"topics": topics}), encoder)
    office = Office(database, Answers(library, answers.calibration, answers.detector, answers.site), Watch())
    migrant = await office.migrant()
    (reply,) = await migrant.say("How do I get a health card?")
    assert ("Talk to a person" in reply.text) is offered


async def test_the_reason_says_why_somebody_asked(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await office.migrant()
    await migrant.say("How do I get a health card?")
    await migrant.press("No")
    await migrant.press("Talk to a person")
    assert (await office.entry(anna)).reason == "feedback"


async def test_who_is_to_be_called_back_can_still_talk_to_a_person(office: Office) -> None:
    anna = await hired(office.database, "Anna", languages=["en"], weekly=ALL_DAY)
    migrant = await office.migrant()
    await migrant.say("/callback", *FIELDS)
    office.watch.wind(days=7)
    (reply,) = await migrant.say("/human")
    assert "A person comes into this conversation." in reply.text
    assert await office.owner(migrant) == "desk"
    await office.desk.tick()
    case = await office.entry(anna)
    assert (case.state, case.requested_at) == ("waiting", office.watch.now)


async def test_a_promise_to_call_back_outlives_the_conversation_with_a_person(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await office.migrant()
    await migrant.say("/callback", *FIELDS)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    await office.desk.give_back(case.id, anna)
    assert (await office.entry(anna)).state == "agreed"
    assert await office.owner(migrant) == "bot"
    await migrant.say("/human")
    await migrant.press("Go on with the assistant")
    assert (await office.entry(anna)).state == "agreed"
    await migrant.say("/human")
    office.watch.wind(hours=73)
    await office.desk.tick()
    assert (await office.entry(anna)).state == "agreed"
    await office.desk.close((await office.entry(anna)).id, anna, "solved")
    assert await office.desk.inbox(anna) == []


async def test_who_comes_back_among_those_that_wait_has_the_whole_time_again(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    await office.desk.reply(case.id, anna, "I look into it", "r1")
    office.watch.wind(hours=100)
    await migrant.say("And now?")
    office.watch.wind(minutes=31)
    await office.desk.tick()
    await office.desk.tick()
    assert await office.owner(migrant) == "desk", "another person was promised a moment ago"
    office.watch.wind(hours=73)
    await office.desk.tick()
    assert await office.owner(migrant) == "bot"


async def test_who_takes_a_case_after_a_colleague_has_to_answer_as_well(office: Office) -> None:
    anna, bela = await hired(office.database, "Anna"), await hired(office.database, "Béla")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    await office.desk.release(case.id, anna)
    await office.desk.accept(case.id, bela)
    office.watch.wind(minutes=29)
    await office.desk.assign(case.id, bela, anna)
    office.watch.wind(minutes=2)
    await office.desk.tick()
    assert (await office.entry(anna)).mine, "it was given to her two minutes ago"
    office.watch.wind(minutes=30)
    await office.desk.tick()
    assert await office.owner(migrant) == "desk"


async def test_how_long_others_waited_is_told_of_those_who_waited(office: Office) -> None:
    anna = await hired(office.database, "Anna", languages=["en"], weekly=ALL_DAY)
    for _ in range(5):
        await (await office.migrant()).say("/callback", *FIELDS)
    office.watch.wind(hours=90)
    for case in await office.desk.inbox(anna):
        await office.desk.accept(case.id, anna)
    await office.desk.present(anna)
    (reply,) = await (await office.migrant()).say("/human")
    assert "A person comes into this conversation." in reply.text
    assert "How long people waited lately" not in reply.text


async def test_who_became_an_editor_is_nobody_there(office: Office) -> None:
    anna = await hired(office.database, "Anna", languages=["en"], weekly=ALL_DAY)
    async with office.database.transaction() as session:
        (await session.get_one(StaffRow, anna.id)).role = "editor"
    (reply,) = await (await office.migrant()).say("/human")
    assert reply.text.startswith("A person can help you.")


async def test_an_admin_who_only_looked_at_the_desk_is_no_promise(office: Office) -> None:
    admin = await hired(office.database, "Admin", role="admin")
    await office.desk.present(admin)
    (reply,) = await (await office.migrant()).say("/human")
    assert "A person comes into this conversation." in reply.text
    office.watch.wind(minutes=3)
    (reply,) = await (await office.migrant()).say("/human")
    assert reply.text.startswith("A person can help you.")


async def test_what_former_counsellors_wrote_keeps_their_names(office: Office) -> None:
    anna, bela = await hired(office.database, "Anna"), await hired(office.database, "Béla")
    await waits(office)
    case = await office.entry(anna)
    await office.desk.note(case.id, bela, "Speaks French too")
    await office.desk.accept(case.id, bela)
    async with office.database.transaction() as session:
        (await session.get_one(StaffRow, bela.id)).active = False
    opened = await office.desk.open(case.id, anna)
    assert [note.by_name for note in opened.notes] == ["Béla"]
    assert opened.entry.by_name == "Béla"


async def test_who_asks_for_a_person_within_the_form_writes_to_the_person(office: Office) -> None:
    anna = await hired(office.database, "Anna", languages=["en"], weekly=ALL_DAY)
    migrant = await office.migrant()
    await migrant.say("/callback", FIELDS[0])
    (reply,) = await migrant.say("/human")
    assert "You can already write what it is about." in reply.text
    assert await migrant.say("I was thrown out of my room") == []
    opened = await office.desk.open((await office.entry(anna)).id, anna)
    assert opened.messages[-1].text == "I was thrown out of my room"


@pytest.mark.parametrize("taken", [True, False])
async def test_a_form_that_a_person_ends_keeps_nothing(office: Office, taken: bool) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await office.migrant()
    if taken:
        await migrant.say("/human", "/callback", FIELDS[0])
        await office.desk.accept((await office.entry(anna)).id, anna)
    else:
        await migrant.say("/callback", FIELDS[0], "/human")
    async with office.database.reading() as session:
        assert await session.get(CallbackRow, migrant.started.conversation_id) is None


async def test_a_reply_whose_answer_was_lost_was_sent_though_the_case_is_over_by_now(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    case = await office.entry(anna)
    await office.desk.accept(case.id, anna)
    await office.desk.reply(case.id, anna, "Hello", "r1")
    await office.desk.close(case.id, anna, "solved")
    await office.desk.reply(case.id, anna, "Hello", "r1")
    assert [message.text for message in await migrant.read()].count("Hello") == 1
    with pytest.raises(HandoffError):
        await office.desk.reply(case.id, anna, "And", "r2")


async def test_the_usual_wait_is_read_from_the_newest_and_not_from_a_hundred_thousand(office: Office) -> None:
    migrant, now = await office.migrant(), office.watch.now
    async with office.database.transaction() as session:
        for wait_s in [3600] * 300 + [60] * cases.LATEST:
            asked = now - timedelta(seconds=wait_s)
            about = {"language": "en", "reason": "asked", "urgent": False, "state": "closed"}
            times = {"requested_at": asked, "since": now, "accepted_at": now}
            session.add(HandoffRow(conversation_id=migrant.started.conversation_id, **about, **times))
    async with office.database.reading() as session:
        assert await cases.usual_wait(session, now) == 60


async def test_who_chooses_a_language_while_waiting_is_shown_with_that_one(office: Office) -> None:
    anna = await hired(office.database, "Anna")
    migrant = await waits(office)
    await migrant.say('/language{"code": "hu"}')
    assert (await office.entry(anna)).language == "hu"
