"""Whatever happens to the other desk, the network or the program: it hears everything, in order, each thing once."""

import logging

import pytest
from sqlalchemy import text as sql

from bot import conversations
from bot.handoff import cases
from bot.handoff.moves import Move
from bot.tables import ConversationRow
from channels.bridge import ledger
from tests.bot.handoff.conftest import Migrant
from tests.channels.bridge.conftest import World
from tests.channels.bridge.fakes import Fault, Hook
from tests.channels.telegram.fake import until
from tests.databases import break_at, mend

QUESTION = "How do I get: Health card?"


async def told(world: World, hook: Hook, *texts: str) -> Migrant:
    """A case that the other desk knows, and then messages that it does not know yet."""
    migrant = await world.asks()
    await world.look()
    assert hook.types == ["opened"]
    await migrant.say(*texts)
    return migrant


async def test_a_case_opens_with_all_that_was_said(world: World, hook: Hook) -> None:
    migrant = await world.asks(QUESTION)
    await world.look()
    (letter,) = hook.letters.values()
    assert letter["conversation"] == migrant.started.conversation_id
    assert letter["handoff"] == await world.handoff(migrant)
    assert (letter["language"], letter["reason"], letter["urgent"], letter["channel"]) == ("en", "asked", False, "web")
    assert [one["text"] for one in letter["messages"] if one["sender"] == "migrant"] == [QUESTION, "Talk to a person"]


async def test_who_asks_for_nobody_stays_with_us(world: World, hook: Hook) -> None:
    migrant = await world.office.migrant()
    await migrant.say(QUESTION)
    await world.look()
    assert hook.calls == []


async def test_messages_come_in_order_each_with_a_key_of_its_own(world: World, hook: Hook) -> None:
    await told(world, hook, "I lost my card.", "It was blue.")
    await world.look()
    assert hook.texts == ["I lost my card.", "It was blue."]
    numbers = [letter["number"] for letter in hook.letters.values()]
    assert numbers == sorted(set(numbers))
    assert all(key == f"{one['conversation']}-{one['number']}" for key, one in hook.letters.items())


async def test_nothing_is_told_twice(world: World, hook: Hook) -> None:
    await told(world, hook, "I lost my card.")
    for _ in range(3):
        await world.look(minutes=10)
    assert len(hook.received) == 2


async def test_a_target_that_is_down_for_an_hour_misses_nothing(world: World, hook: Hook) -> None:
    hook.down = True
    migrant = await world.asks()
    for minute in range(60):
        if minute % 10 == 0:
            await migrant.say(f"Line {minute}")
        await world.look(minutes=1)
    assert 10 < len(hook.calls) < 30, "it is asked again and again, and not all the time"
    hook.down = False
    await world.look(minutes=5)
    assert hook.types == ["opened", *["message"] * 5]
    assert hook.texts == [f"Line {minute}" for minute in range(10, 60, 10)]
    assert len(hook.received) == 6


async def test_while_the_target_is_down_the_desk_here_has_the_case(world: World, hook: Hook) -> None:
    hook.down = True
    migrant = await world.asks()
    await world.look()
    await world.office.desk.accept(await world.handoff(migrant), world.anna)
    assert "Anna" in (await migrant.last()).text


@pytest.mark.parametrize("status", [500, 502, 503, 408, 425, 429])
async def test_a_failure_is_waited_out_with_growing_pauses(world: World, hook: Hook, status: int) -> None:
    hook.faults.extend([Fault(status)] * 3)
    await world.asks()
    tries = []
    for _ in range(20):
        await world.look(seconds=1)
        tries.append(len(hook.calls))
    assert [tries.index(number) for number in (1, 2, 3, 4)] == [0, 2, 6, 14]
    assert hook.types == ["opened"]


@pytest.mark.parametrize("asked", ["90", "Sun, 22 Nov 2026 12:01:30 GMT"])
async def test_what_the_other_desk_wants_later_is_sent_later(world: World, hook: Hook, asked: str) -> None:
    hook.faults.append(Fault(429, {"Retry-After": asked}))
    await world.asks()
    await world.look()
    await world.look(seconds=89)
    assert len(hook.calls) == 1
    await world.look(seconds=1)
    assert hook.types == ["opened"]


async def test_a_target_that_does_not_answer_is_asked_again(world: World, hook: Hook) -> None:
    hook.faults.append(Fault(0))
    await world.asks()
    await world.look()
    await world.look(seconds=2)
    assert len(hook.calls) == 2
    assert hook.types == ["opened"]


async def test_a_lost_receipt_repeats_a_letter_with_the_same_key(world: World, hook: Hook) -> None:
    await told(world, hook, "I lost my card.")
    hook.faults.append(Fault(502, after=True))
    await world.look()
    await world.look(seconds=2)
    assert len(hook.received) == 3
    assert hook.texts == ["I lost my card."]


async def test_a_crash_between_sending_and_the_cursor_loses_nothing(world: World, hook: Hook) -> None:
    await told(world, hook, "I lost my card.", "It was blue.")
    await break_at(world.office.database, "BEFORE UPDATE OF delivered ON bridged_handoffs")
    await world.look()
    await world.restart()
    await mend(world.office.database)
    await world.look(seconds=1)
    assert len(hook.received) == 2, "somebody may still be at it"
    await world.look(minutes=2)
    assert hook.texts == ["I lost my card.", "It was blue."]
    assert hook.received[1] == hook.received[2]


async def test_one_case_in_trouble_does_not_hold_up_another(world: World, hook: Hook) -> None:
    await world.asks()
    hook.faults.append(Fault(503))
    await world.look()
    await world.asks()
    await world.look()
    assert len(hook.letters) == 1


async def test_what_is_refused_is_parked_and_stays_with_the_desk_here(
    world: World, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "channels")
    migrant = await told(world, hook, "A secret line")
    case = await world.handoff(migrant)
    await world.hears({"type": "reply", "handoff": case, "id": "1", "text": "Another secret"})
    hook.faults.append(Fault(400))
    await world.look()
    await world.look(hours=1)
    assert len(hook.calls) == 2
    assert f"refuses case {case} (400)" in caplog.text
    assert "secret" not in caplog.text
    entry = await world.office.entry(world.anna)
    assert (entry.state, entry.offered) == ("waiting", True)


async def test_a_desk_that_answers_a_parked_case_is_told_again(world: World, hook: Hook) -> None:
    migrant = await told(world, hook, "I lost my card.")
    hook.faults.append(Fault(400))
    await world.look()
    case = await world.handoff(migrant)
    await world.hears({"type": "reply", "handoff": case, "id": "1", "text": "Which card is it?"})
    await world.look()
    assert hook.texts == ["I lost my card."]


async def test_an_erasure_that_is_refused_is_named_for_a_person_to_do(
    world: World, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    migrant = await told(world, hook)
    await migrant.erase()
    hook.faults.append(Fault(403))
    await world.look()
    await world.look(hours=1)
    assert len(hook.calls) == 2
    assert "refuses case 1 (403), its 1: delete it there by hand" in caplog.text


async def test_what_was_parked_is_tried_once_more_after_a_restart(world: World, hook: Hook) -> None:
    hook.faults.append(Fault(403))
    await world.asks()
    await world.look()
    await world.restart()
    async with world.running():
        await until(lambda: hook.types == ["opened"])


async def test_what_comes_while_the_bridge_runs_is_told_at_once(world: World, hook: Hook) -> None:
    async with world.running():
        migrant = await world.asks()
        await until(lambda: hook.types == ["opened"])
        await migrant.say("I lost my card.")
        await until(lambda: hook.texts == ["I lost my card."])


async def test_every_move_is_told_and_what_comes_after_the_end_is_not(world: World, hook: Hook) -> None:
    migrant = await told(world, hook)
    case = await world.handoff(migrant)
    await world.office.desk.accept(case, world.anna)
    await world.office.desk.reply(case, world.anna, "Which card?", "first")
    await world.office.desk.close(case, world.anna, "solved")
    await migrant.say(QUESTION)
    await world.look()
    letters = list(hook.letters.values())
    assert [letter["type"] for letter in letters] == ["opened", "moved", "message", "moved"]
    assert [letters[1]["state"], letters[3]["state"], letters[3]["outcome"]] == ["accepted", "closed", "solved"]
    assert letters[2]["message"] | {"at": ""} == {"sender": "person", "name": "Anna", "text": "Which card?", "at": ""}


async def test_a_withdrawn_case_is_told_and_a_second_one_is_another_case(world: World, hook: Hook) -> None:
    migrant = await told(world, hook)
    await migrant.press("Go on with the assistant")
    await world.look()
    await migrant.say("/human")
    await world.look()
    letters = list(hook.letters.values())
    assert [letter["type"] for letter in letters] == ["opened", "message", "moved", "opened"]
    assert letters[1]["message"]["text"] == "Go on with the assistant"
    assert letters[2]["state"] == "returned"
    assert letters[3]["handoff"] != letters[0]["handoff"]


async def test_after_an_outage_each_of_two_cases_is_told_what_is_its_own(world: World, hook: Hook) -> None:
    migrant = await told(world, hook)
    first = await world.handoff(migrant)
    hook.down = True
    await migrant.press("Go on with the assistant")
    await migrant.say("/human")
    second = await world.handoff(migrant)
    await world.look()
    await world.office.desk.accept(second, world.anna)
    await migrant.say("I lost my card.")
    hook.down = False
    await world.look(minutes=5)
    await world.look(minutes=5)
    letters = list(hook.letters.values())
    assert [one["type"] for one in letters if one["handoff"] == first] == ["opened", "message", "moved"]
    assert [one["type"] for one in letters if one["handoff"] == second] == ["opened", "moved", "message"]


async def test_danger_is_told(world: World, hook: Hook) -> None:
    migrant = await told(world, hook)
    async with world.office.database.transaction() as session:
        conversation = await session.get_one(ConversationRow, migrant.started.conversation_id)
        event = await cases.move(session, conversation, Move("raise", world.office.watch()))
        last, _ = await conversations.last_numbers(session, conversation.id)
        await conversations.append(session, conversation.id, [event], last=last)
    await world.look()
    moved = list(hook.letters.values())[1]
    assert (moved["type"], moved["state"], moved["urgent"]) == ("moved", "waiting", True)


async def test_a_case_that_is_taken_up_again_goes_on(world: World, hook: Hook) -> None:
    migrant = await told(world, hook)
    case = await world.handoff(migrant)
    await world.office.desk.accept(case, world.anna)
    await world.office.desk.close(case, world.anna, "other")
    await world.look()
    await world.office.desk.reopen(case, world.anna)
    await migrant.say("One thing more.")
    await world.look()
    assert hook.types == ["opened", "moved", "moved", "moved", "message"]
    assert hook.texts == ["One thing more."]


async def test_an_erased_conversation_is_erased_there_too(world: World, hook: Hook) -> None:
    migrant = await told(world, hook, "I lost my card.")
    await migrant.erase()
    hook.down = True
    await world.look()
    hook.down = False
    await world.look(minutes=1)
    assert hook.types == ["opened", "erased"], "nothing more of what was said leaves"
    await world.look(hours=1)
    assert len(hook.received) == 2
    async with world.office.database.reading() as session:
        assert (await session.execute(sql("SELECT count(*) FROM bridged_handoffs"))).scalar_one() == 0


async def test_what_was_erased_before_it_was_told_never_leaves(world: World, hook: Hook) -> None:
    hook.down = True
    migrant = await world.asks("A secret line")
    async with world.office.database.transaction() as session:
        await ledger.admit(session, world.office.answers.site.id, world.office.watch())
    await migrant.erase()
    await world.look()
    assert hook.calls == []


async def test_a_parked_case_is_erased_there_nevertheless(world: World, hook: Hook) -> None:
    migrant = await told(world, hook, "I lost my card.")
    hook.faults.append(Fault(400))
    await world.look()
    await migrant.erase()
    await world.look()
    assert hook.types == ["opened", "erased"]
