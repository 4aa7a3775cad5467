"""Chatwoot: an inbox of the kind "API", and its webhook."""

import json
from typing import Any

import pytest

from channels.bridge.other_desk import NotALetterError
from channels.bridge.signature import NotSignedError
from tests.bot.handoff.conftest import Migrant
from tests.channels.bridge.conftest import World
from tests.channels.bridge.fakes import Chatwoot, Fault
from tests.channels.bridge.test_webhook import answers_of

QUESTION = "How do I get: Health card?"


async def conversing(world: World, chatwoot: Chatwoot, *before: str) -> tuple[Migrant, int]:
    """A migrant, and the number of their conversation there."""
    migrant = await world.asks(*before)
    await world.look()
    (number,) = chatwoot.conversations
    return migrant, number


def created(number: int, content: str | None = "Which card?", id: int = 900, **changes: Any) -> dict[str, Any]:
    message = {"event": "message_created", "id": id, "content": content, "message_type": "outgoing", "private": False}
    return {**message, "conversation": {"id": number}, "account": {"id": 1}, **changes}


def resolved(number: int) -> dict[str, Any]:
    return {"event": "conversation_status_changed", "id": number, "status": "resolved", "account": {"id": 1}}


async def test_a_case_becomes_a_conversation_of_a_contact_without_a_name(
    chatwoot_world: World, chatwoot: Chatwoot
) -> None:
    migrant, number = await conversing(chatwoot_world, chatwoot, QUESTION)
    (contact,) = chatwoot.contacts.values()
    assert contact["identifier"] == migrant.started.conversation_id
    assert chatwoot.conversations[number]["status"] == "open"
    (text,) = chatwoot.said(private=False)
    assert QUESTION in text


async def test_both_sides_talk(chatwoot_world: World, chatwoot: Chatwoot) -> None:
    migrant, number = await conversing(chatwoot_world, chatwoot)
    assert await chatwoot_world.hears(created(number)) == "stored"
    assert await answers_of(migrant) == [("Dezső", "Which card?")]
    await migrant.say("The blue one.")
    await chatwoot_world.look()
    assert chatwoot.said(private=False)[1:] == ["The blue one."]
    assert chatwoot.messages[-1]["message_type"] == "incoming"
    assert chatwoot.said(private=True) == []


async def test_notes_and_what_migrants_wrote_reach_nobody(chatwoot_world: World, chatwoot: Chatwoot) -> None:
    migrant, number = await conversing(chatwoot_world, chatwoot)
    for letter in (
        created(number, private=True),
        created(number, message_type="incoming"),
        created(number, message_type="template"),
        created(number, content=None),
        created(number, account={"id": 2}),
        {"event": "conversation_typing_on"},
    ):
        assert await chatwoot_world.hears(letter) == "nothing"
    assert await chatwoot_world.hears(created(4711)) == "unknown"
    assert await answers_of(migrant) == []


async def test_a_resolved_conversation_closes_the_case(chatwoot_world: World, chatwoot: Chatwoot) -> None:
    migrant, number = await conversing(chatwoot_world, chatwoot)
    await chatwoot_world.hears(created(number))
    assert [await chatwoot_world.hears(resolved(number)) for _ in range(2)] == ["stored", "nothing"]
    assert await chatwoot_world.office.states(migrant) == ["waiting", "accepted", "closed"]


async def test_a_case_that_a_colleague_closes_is_resolved_there(chatwoot_world: World, chatwoot: Chatwoot) -> None:
    migrant, number = await conversing(chatwoot_world, chatwoot)
    case = await chatwoot_world.handoff(migrant)
    await chatwoot_world.office.desk.accept(case, chatwoot_world.anna)
    await chatwoot_world.office.desk.close(case, chatwoot_world.anna, "solved")
    await chatwoot_world.look()
    assert len(chatwoot.said(private=True)) == 2
    assert chatwoot.conversations[number]["status"] == "resolved"


async def test_a_second_case_of_a_conversation_has_the_same_contact(chatwoot_world: World, chatwoot: Chatwoot) -> None:
    migrant, _ = await conversing(chatwoot_world, chatwoot)
    await migrant.press("Go on with the assistant")
    await chatwoot_world.look()
    await migrant.say("/human")
    await chatwoot_world.look()
    assert [len(chatwoot.contacts), len(chatwoot.conversations)] == [1, 2]


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_a_receipt_that_is_lost_on_the_way_doubles_nothing(
    chatwoot_world: World, chatwoot: Chatwoot, lost: int
) -> None:
    """Of the contact, of the conversation, of its first message."""
    migrant = await chatwoot_world.asks()
    # After the search that comes first, so many calls go well.
    chatwoot.faults.extend([*([None] * lost), Fault(502, after=True)])
    await chatwoot_world.look()
    await chatwoot_world.look(seconds=2)
    assert [len(chatwoot.contacts), len(chatwoot.conversations), len(chatwoot.messages)] == [1, 1, 1]
    await migrant.say("The blue one.")
    chatwoot.faults.append(Fault(502, after=True))
    await chatwoot_world.look()
    await chatwoot_world.look(seconds=2)
    assert chatwoot.said(private=False)[1:] == ["The blue one."]


async def test_an_erased_conversation_takes_its_contact_along(chatwoot_world: World, chatwoot: Chatwoot) -> None:
    migrant, _ = await conversing(chatwoot_world, chatwoot)
    await migrant.erase()
    await chatwoot_world.look()
    assert (chatwoot.contacts, chatwoot.conversations, chatwoot.messages) == ({}, {}, [])


async def test_a_wrong_and_an_old_signature_are_refused(chatwoot_world: World, chatwoot: Chatwoot) -> None:
    _, number = await conversing(chatwoot_world, chatwoot)
    body = json.dumps(created(number)).encode()
    good = chatwoot_world.signed(body)
    for headers in ({}, {**good, "x-chatwoot-signature": "sha256=" + 64 * "0"}):
        with pytest.raises(NotSignedError):
            await chatwoot_world.channel.take(headers, body)
    chatwoot_world.office.watch.wind(minutes=6)
    with pytest.raises(NotSignedError):
        await chatwoot_world.channel.take(good, body)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'{"event": 1}', b"\xff"])
async def test_what_is_no_webhook_of_chatwoot_is_refused(chatwoot_world: World, body: bytes) -> None:
    with pytest.raises(NotALetterError):
        await chatwoot_world.channel.take(chatwoot_world.signed(body), body)


async def test_an_answer_whose_webhook_never_came_is_found_and_counts_once(
    chatwoot_world: World, chatwoot: Chatwoot
) -> None:
    migrant, number = await conversing(chatwoot_world, chatwoot)
    message = {"id": 900, "conversation_id": number, "content": "Which card?", "message_type": "outgoing"}
    chatwoot.messages += [{**message, "private": False}, {**message, "id": 901, "private": True}]
    for _ in range(2):
        await chatwoot_world.channel.catch_up()
    assert await chatwoot_world.hears(created(number)) == "known"
    assert await answers_of(migrant) == [("Dezső", "Which card?")]
