"""What comes back from another desk by a signed webhook, and reaches the migrant once."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.bridge.hosting import BridgeNotReadyError, BridgeSetupError, NotALetterError
from channels.bridge.reception import parts
from channels.bridge.signature import NotSignedError, check, signature
from retrieval.question import MAX_CHARACTERS, checked
from tests.bot.handoff.conftest import Migrant
from tests.channels.bridge.conftest import World
from tests.channels.bridge.fakes import SECRET, Fault, Hook
from tests.conftest import NOW


async def bridged(world: World) -> tuple[Migrant, int]:
    migrant = await world.asks()
    await world.look()
    return migrant, await world.handoff(migrant)


async def answers_of(migrant: Migrant) -> list[tuple[str | None, str]]:
    """What persons wrote, with their names."""
    return [(m.reply.person, m.text) for m in await migrant.read() if m.reply and m.sender == "person"]


async def test_a_reply_takes_the_case_and_reaches_the_migrant(world: World, hook: Hook) -> None:
    migrant, case = await bridged(world)
    assert await world.hears({"type": "reply", "handoff": case, "id": "1", "text": "Which card is it?"}) == "stored"
    assert await answers_of(migrant) == [("Dezső", "Which card is it?")]
    assert await world.office.states(migrant) == ["waiting", "accepted"]
    await migrant.say("The blue one.")
    await world.look()
    assert hook.texts == ["The blue one."], "its own words are not told to it"


async def test_a_reply_that_comes_twice_counts_once(world: World) -> None:
    migrant, case = await bridged(world)
    letter = {"type": "reply", "handoff": case, "id": "1", "text": "Which card is it?"}
    results = await asyncio.gather(*[world.hears(letter) for _ in range(3)])
    assert sorted(results) == ["known", "known", "stored"]
    assert len(await answers_of(migrant)) == 1


async def test_a_repeated_reply_does_not_open_a_case_that_is_over(world: World) -> None:
    migrant, case = await bridged(world)
    letter = {"type": "reply", "handoff": case, "id": "1", "text": "Which card is it?"}
    await world.hears(letter)
    assert await world.hears({"type": "close", "handoff": case, "id": "2", "outcome": "solved"}) == "stored"
    assert await world.hears(letter) == "known"
    assert await world.office.states(migrant) == ["waiting", "accepted", "closed"]
    assert await world.office.owner(migrant) == "bot"


async def test_replies_in_another_order_all_arrive(world: World) -> None:
    migrant, case = await bridged(world)
    for id in ("2", "3", "1"):
        await world.hears({"type": "reply", "handoff": case, "id": id, "text": f"Reply {id}"})
    assert sorted(text for _, text in await answers_of(migrant)) == ["Reply 1", "Reply 2", "Reply 3"]


async def test_a_reply_after_the_end_takes_the_case_up_again(world: World) -> None:
    migrant, case = await bridged(world)
    await migrant.press("Go on with the assistant")
    await world.look()
    assert await world.hears({"type": "reply", "handoff": case, "id": "1", "text": "I am here."}) == "stored"
    assert await answers_of(migrant) == [("Dezső", "I am here.")]


async def test_a_reply_to_a_case_that_a_colleague_has_becomes_a_note(world: World) -> None:
    migrant, case = await bridged(world)
    await world.office.desk.accept(case, world.anna)
    letter = {"type": "reply", "handoff": case, "id": "1", "text": "Tell her that the office is closed."}
    assert [await world.hears(letter), await world.hears(letter)] == ["noted", "known"]
    assert await answers_of(migrant) == []
    (note,) = (await world.office.desk.open(case, world.anna)).notes
    assert (note.by_name, note.text) == ("Dezső", "Tell her that the office is closed.")


async def test_a_close_of_what_nobody_took_leaves_it_to_the_desk_here(world: World) -> None:
    migrant, case = await bridged(world)
    assert await world.hears({"type": "close", "handoff": case, "id": "1"}) == "nothing"
    assert await world.office.states(migrant) == ["waiting"]


async def test_a_reply_to_an_erased_conversation_reaches_nobody(world: World) -> None:
    migrant, case = await bridged(world)
    letter = {"type": "reply", "handoff": case, "id": "1", "text": "Which card is it?"}
    await migrant.erase()
    assert await world.hears(letter) == "unknown"
    await world.look()
    assert await world.hears(letter) == "unknown"
    assert await world.hears({**letter, "handoff": 999}) == "unknown"


async def test_a_parked_case_keeps_no_call_about_another_one_coming_again(world: World, hook: Hook) -> None:
    letter = {"type": "reply", "handoff": 999, "id": "1", "text": "Which card is it?"}
    hook.faults.append(Fault(502))
    await world.asks()
    await world.look()
    with pytest.raises(BridgeNotReadyError):
        await world.hears(letter)
    hook.faults.append(Fault(400))
    await world.look(minutes=1)
    assert await world.hears(letter) == "unknown"


async def test_a_crash_within_a_reply_is_mended_when_it_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrant, case = await bridged(world)
    letter = {"type": "reply", "handoff": case, "id": "1", "text": "Which card is it?"}

    async def crash(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("channels.bridge.ledger.heard", crash)
        with pytest.raises(OSError, match="disk full"):
            await world.hears(letter)
    await world.restart()
    await world.hears(letter)
    assert await answers_of(migrant) == [("Dezső", "Which card is it?")]


async def test_a_long_reply_comes_in_parts(world: World) -> None:
    migrant, case = await bridged(world)
    text = " ".join(f"Sentence number {number}." for number in range(200))
    await world.hears({"type": "reply", "handoff": case, "id": "1", "text": text})
    got = [text for _, text in await answers_of(migrant)]
    assert len(got) > 1
    assert " ".join(got) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6000))
def test_every_part_can_be_sent(text: str) -> None:
    for part in parts(text):
        assert checked(part) == part
        assert len(part) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"type": "reply"}',
        b'{"type": "reply", "handoff": "one", "id": "1"}',
        b'{"type": "reply", "handoff": 99999999999999999999, "id": "1"}',
        b'{"type": "close", "handoff": 1, "id": "1", "outcome": "lost"}',
        b'{"type": "reply", "handoff": 1, "id": "a\\u0000b", "text": "Hello"}',
        b"\xff",
    ],
)
async def test_what_is_no_letter_is_refused(world: World, body: bytes) -> None:
    with pytest.raises(NotALetterError):
        await world.channel.take(world.signed(body), body)


async def test_a_missing_a_wrong_and_an_old_signature_are_refused(world: World) -> None:
    migrant, case = await bridged(world)
    body = json.dumps({"type": "reply", "handoff": case, "id": "1", "text": "Send me your money."}).encode()
    good = world.signed(body)
    other = {**good, "kalauz-signature": signature("another secret", good["kalauz-timestamp"], body)}
    redated = {**good, "kalauz-timestamp": str(int(good["kalauz-timestamp"]) + 1)}
    for headers in ({}, other, redated, {**good, "kalauz-signature": ""}, {**good, "kalauz-signature": "é"}):
        with pytest.raises(NotSignedError):
            await world.channel.take(headers, body)
    with pytest.raises(NotSignedError):
        await world.channel.take(good, body + b" ")
    world.office.watch.wind(minutes=6)
    with pytest.raises(NotSignedError):
        await world.channel.take(good, body)
    assert await answers_of(migrant) == []


@pytest.mark.parametrize("stamp", ["", "now", "-1", "1" * 40, "²"])
def test_a_time_that_is_none_is_refused(stamp: str) -> None:
    with pytest.raises(NotSignedError):
        check(SECRET, stamp, signature(SECRET, stamp, b""), b"", NOW)


async def test_without_its_account_the_bridge_says_which_setting_to_look_at(world: World) -> None:
    await world.channel._staff.close(world.dezso.id, by="(test)")
    with pytest.raises(BridgeSetupError, match="is no open account of a counsellor"):
        await world.channel.open()


async def test_a_reply_that_comes_while_its_case_opens_has_to_come_again(world: World, hook: Hook) -> None:
    migrant = await world.asks()
    hook.faults.append(Fault(502, after=True))
    await world.look()
    letter = {"type": "reply", "handoff": await world.handoff(migrant), "id": "1", "text": "Which card is it?"}
    with pytest.raises(BridgeNotReadyError):
        await world.hears(letter)
    await world.look(seconds=2)
    assert await world.hears(letter) == "stored"
