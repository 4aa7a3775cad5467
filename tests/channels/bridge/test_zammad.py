"""Zammad: tickets, articles, and the webhook of a trigger."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.bridge.other_desk import NotALetterError
from channels.bridge.signature import NotSignedError
from channels.bridge.zammad import text_of
from tests.bot.handoff.conftest import Migrant
from tests.channels.bridge.conftest import World
from tests.channels.bridge.fakes import Fault, Zammad
from tests.channels.bridge.test_webhook import answers_of

QUESTION = "How do I get: Health card?"


async def ticketed(world: World, zammad: Zammad, *before: str) -> tuple[Migrant, dict[str, Any]]:
    migrant = await world.asks(*before)
    await world.look()
    (ticket,) = zammad.tickets.values()
    return migrant, ticket


def payload(ticket: dict[str, Any], body: str = "<div>Which card?</div>", id: int = 900, **article: Any) -> Any:
    """As a trigger sends it; what we do not read is left out."""
    about = {"id": id, "sender": "Agent", "internal": False, "content_type": "text/html", "type": "note", "body": body}
    return {"ticket": {"id": ticket["id"], "state": "open", "title": ticket["title"]}, "article": about | article}


async def test_a_case_becomes_a_ticket_in_the_group(zammad_world: World, zammad: Zammad) -> None:
    _, ticket = await ticketed(zammad_world, zammad, QUESTION)
    assert (ticket["group"], ticket["priority"]) == ("Migrants", "2 normal")
    (body,) = zammad.said("Customer")
    assert "Language: en" in body
    assert QUESTION in body


async def test_both_sides_talk(zammad_world: World, zammad: Zammad) -> None:
    migrant, ticket = await ticketed(zammad_world, zammad)
    assert await zammad_world.hears(payload(ticket)) == "stored"
    assert await answers_of(migrant) == [("Dezső", "Which card?")]
    await migrant.say("The blue <b>one</b>.")
    await zammad_world.look()
    assert zammad.said("Customer")[1:] == ["The blue <b>one</b>."]
    assert zammad.articles[-1]["content_type"] == "text/plain"
    assert zammad.said("Agent") == [], "it is not told what it did itself"


async def test_notes_and_our_own_articles_reach_nobody(zammad_world: World, zammad: Zammad) -> None:
    migrant, ticket = await ticketed(zammad_world, zammad)
    assert await zammad_world.hears(payload(ticket, internal=True)) == "nothing"
    assert await zammad_world.hears(payload(ticket, sender="Customer")) == "nothing"
    assert await zammad_world.hears(payload({**ticket, "id": 4711})) == "unknown"
    assert await answers_of(migrant) == []


async def test_the_same_webhook_again_counts_once(zammad_world: World, zammad: Zammad) -> None:
    migrant, ticket = await ticketed(zammad_world, zammad)
    assert [await zammad_world.hears(payload(ticket)) for _ in range(2)] == ["stored", "known"]
    assert len(await answers_of(migrant)) == 1


async def test_a_closed_ticket_closes_the_case_after_its_last_article(zammad_world: World, zammad: Zammad) -> None:
    migrant, ticket = await ticketed(zammad_world, zammad)
    closing = payload(ticket, "Goodbye.")
    closing["ticket"]["state"] = "closed"
    await zammad_world.hears(closing)
    assert await answers_of(migrant) == [("Dezső", "Goodbye.")]
    assert await zammad_world.office.states(migrant) == ["waiting", "accepted", "closed"]
    await zammad_world.look()
    assert await zammad_world.hears(closing) == "known"
    assert (await zammad_world.office.states(migrant))[-1] == "closed"


async def test_a_case_that_a_colleague_takes_and_closes_shows_in_the_ticket(
    zammad_world: World, zammad: Zammad
) -> None:
    migrant, ticket = await ticketed(zammad_world, zammad)
    case = await zammad_world.handoff(migrant)
    await zammad_world.office.desk.accept(case, zammad_world.anna)
    await zammad_world.office.desk.reply(case, zammad_world.anna, "I am Anna.", "1")
    await zammad_world.office.desk.close(case, zammad_world.anna, "solved")
    await zammad_world.look()
    taken, spoken, closed = zammad.said("Agent")
    assert taken == "A colleague at Kalauz's own desk has taken the case."
    assert spoken.endswith("Anna:\nI am Anna.")
    assert closed == "The case was closed at Kalauz's own desk."
    assert all(one["internal"] for one in zammad.articles if one["sender"] == "Agent")
    assert zammad.tickets[ticket["id"]]["state"] == "closed"


@pytest.mark.parametrize("status", [0, 502])
async def test_a_ticket_whose_receipt_was_lost_is_found_again(zammad_world: World, zammad: Zammad, status: int) -> None:
    zammad.faults.append(Fault(status, after=True))
    migrant = await zammad_world.asks()
    await zammad_world.look()
    await migrant.say("One line more.")
    await zammad_world.look(seconds=2)
    assert len(zammad.tickets) == 1
    assert [len(zammad.articles), zammad.said("Customer")[1]] == [2, "One line more."]


@pytest.mark.parametrize("moved", [True, False])
async def test_an_article_whose_receipt_was_lost_is_not_written_twice(
    zammad_world: World, zammad: Zammad, moved: bool
) -> None:
    migrant, _ = await ticketed(zammad_world, zammad)
    if moved:
        case = await zammad_world.handoff(migrant)
        await zammad_world.office.desk.accept(case, zammad_world.anna)
    else:
        await migrant.say("The blue one.")
    zammad.faults.append(Fault(502, after=True))
    await zammad_world.look()
    await zammad_world.look(seconds=2)
    assert len(zammad.articles) == 2


async def test_an_hour_without_zammad_loses_and_doubles_nothing(zammad_world: World, zammad: Zammad) -> None:
    migrant, _ = await ticketed(zammad_world, zammad)
    zammad.down = True
    for minute in range(60):
        if minute % 20 == 0:
            await migrant.say(f"Line {minute}")
        await zammad_world.look(minutes=1)
    zammad.down = False
    await zammad_world.look(minutes=5)
    assert zammad.said("Customer")[1:] == ["Line 0", "Line 20", "Line 40"]


async def test_a_deleted_ticket_parks_the_case(zammad_world: World, zammad: Zammad) -> None:
    migrant, ticket = await ticketed(zammad_world, zammad)
    await zammad_world.hears(payload(ticket))
    zammad.tickets.clear()
    await migrant.say("The blue one.")
    await zammad_world.look()
    assert (await zammad_world.office.entry(zammad_world.anna)).state == "waiting"


async def test_a_wrong_token_parks_the_case(zammad_world: World, zammad: Zammad) -> None:
    zammad.faults.append(Fault(401))
    await zammad_world.asks()
    await zammad_world.look()
    await zammad_world.look(hours=1)
    assert len(zammad.calls) == 1


async def test_an_erased_conversation_takes_its_ticket_along(zammad_world: World, zammad: Zammad) -> None:
    migrant, _ = await ticketed(zammad_world, zammad)
    await migrant.erase()
    await zammad_world.look()
    assert (zammad.tickets, zammad.articles) == ({}, [])


async def test_a_ticket_whose_number_never_came_back_is_erased_too(zammad_world: World, zammad: Zammad) -> None:
    zammad.faults.append(Fault(502, after=True))
    migrant = await zammad_world.asks()
    await zammad_world.look()
    await migrant.erase()
    await zammad_world.look(seconds=2)
    assert zammad.tickets == {}


async def test_a_wrong_signature_is_refused(zammad_world: World, zammad: Zammad) -> None:
    _, ticket = await ticketed(zammad_world, zammad)
    body = json.dumps(payload(ticket)).encode()
    for headers in ({}, {"x-hub-signature": "sha1=" + 40 * "0"}, zammad_world.signed(body + b" ")):
        with pytest.raises(NotSignedError):
            await zammad_world.channel.take(headers, body)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"ticket": 1}', b'{"ticket": {"id": "1"}}', b"\xff"])
async def test_what_is_no_webhook_of_zammad_is_refused(zammad_world: World, body: bytes) -> None:
    with pytest.raises(NotALetterError):
        await zammad_world.channel.take(zammad_world.signed(body), body)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("<p>Fish &amp; chips&nbsp;&lt;3</p>", "Fish & chips <3"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\nTwo"),
        ("<style>p {}</style>Seen<script>alert(1)</script>", "Seen"),
        ("plain", "plain"),
    ],
)
def test_the_words_of_an_article(html: str, text: str) -> None:
    assert text_of(html) == text


@given(st.text())
def test_anything_can_be_read_as_an_article(html: str) -> None:
    text_of(html)


async def test_an_answer_whose_webhook_never_came_is_found_and_counts_once(zammad_world: World, zammad: Zammad) -> None:
    migrant, ticket = await ticketed(zammad_world, zammad)
    article = payload(ticket)["article"]
    zammad.articles += [
        {**article, "ticket_id": ticket["id"]},
        {**article, "ticket_id": ticket["id"], "internal": True},
    ]
    for _ in range(2):
        await zammad_world.channel.catch_up()
    assert await zammad_world.hears(payload(ticket)) == "known"
    assert await answers_of(migrant) == [("Dezső", "Which card?")]


async def test_what_was_missed_is_looked_for_later_while_zammad_is_down(zammad_world: World, zammad: Zammad) -> None:
    await ticketed(zammad_world, zammad)
    zammad.down = True
    await zammad_world.channel.catch_up()
