"""Texts out and back over a real database."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.editing.exchange import Exchange
from bot.staff.tables import AuditRow
from knowledge_base.database import Database
from knowledge_base.editing import drafts
from knowledge_base.editing.manuscript import Manuscript
from knowledge_base.exchange.faults import ExchangeError
from knowledge_base.exchange.files import Format, read_copies
from knowledge_base.status import translation_state
from tests import builders
from tests.bot.conftest import small_content
from tests.conftest import NOW
from tests.knowledge_base.stored import stored, take_in


def clock() -> datetime:
    return NOW


@pytest.fixture
async def exchange(database: Database) -> Exchange:
    await take_in(database, small_content())
    return Exchange(database, clock)


async def audited(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as session:
        return [(row.login, row.action, row.subject) for row in await session.scalars(select(AuditRow))]


@pytest.mark.parametrize(
    ("format", "names"),
    [
        (Format.csv, ["texts.csv"]),
        (Format.xlsx, ["texts.xlsx"]),
        (Format.xliff, ["en-hu.xlf"]),
    ],
)
async def test_nothing_is_taken_in_of_what_comes_back_as_it_went(
    exchange: Exchange, database: Database, format: Format, names: list[str]
) -> None:
    before = await stored(database)
    files = await exchange.export(format)
    assert list(files) == names
    changes = await exchange.take_in(read_copies(*next(iter(files.items()))), by="anna")
    assert {change.outcome for change in changes} == {"same"}
    assert await stored(database) == before


async def test_what_has_changed_becomes_a_draft_and_is_recorded(exchange: Exchange, database: Database) -> None:
    (_, version) = await stored(database)
    data = (await exchange.export(Format.xliff))["en-hu.xlf"].decode("utf-8")
    copies = read_copies("en-hu.xlf", data.replace("A kártyát a hivatal adja.", "A hivatal adja.").encode("utf-8"))
    (change,) = [change for change in await exchange.compare(copies) if change.outcome == "changed"]
    assert change.differences is not None
    assert change.differences.changed == ["section-0-text"]
    assert await audited(database) == []
    await exchange.take_in(copies, by="anna")
    content, after = await stored(database)
    hungarian = next(one for one in content.articles if one.id == "health-card").translations["hu"]
    assert hungarian.draft is not None
    assert hungarian.published is not None
    assert hungarian.draft.text.body == "A hivatal adja."
    assert hungarian.published.text.body == "A kártyát a hivatal adja."
    assert hungarian.draft.renders == 1
    # Migrants notice nothing of a draft.
    assert after == version
    assert await audited(database) == [("anna", "draft", "health-card/hu/2")]
    # Sent twice, it changes nothing more.
    assert {change.outcome for change in await exchange.take_in(copies, by="anna")} == {"same"}


async def publish(database: Database, language: str, manuscript: Manuscript) -> None:
    async with database.transaction() as session:
        saved = await drafts.save(session, "health-card", language, manuscript, major=True)
        await drafts.publish(session, "health-card", language, saved.number or 0, major=True)


async def state(database: Database) -> str:
    async with database.reading() as session:
        return translation_state(await drafts.article(session, "health-card"), "hu")


async def test_half_of_what_was_outdated_is_not_up_to_date(exchange: Exchange, database: Database) -> None:
    body = "The office gives you a health card for 10 euros.\n\n## When\n\nWithin 5 days."
    source = Manuscript(builders.text(body=body), 1, builders.REVIEWED)
    await publish(database, "en", source)
    hungarian = builders.text("Kártya", "A hivatal adja 10 euróért.\n\n## Mikor\n\n5 napon belül.")
    await publish(database, "hu", Manuscript(hungarian, 1, builders.REVIEWED, 2))
    assert await state(database) == "current"
    later = body.replace("10 euros", "20 euros").replace("5 days", "8 days")
    await publish(database, "en", replace(source, text=builders.text(body=later), over=2))
    assert await state(database) == "outdated"
    data = (await exchange.export(Format.xliff))["en-hu.xlf"]
    sent = read_copies("en-hu.xlf", data.replace(b"5 napon", b"8 napon"))
    (change,) = [one for one in await exchange.take_in(sent, by="anna") if one.outcome == "changed"]
    assert change.left == ("section-0-text",)
    async with database.transaction() as session:
        saved = (await drafts.article(session, "health-card")).translations["hu"].draft
        assert saved is not None
        await drafts.publish(session, "health-card", "hu", saved.number or 0, major=False)
    # It still says the old fee.
    assert await state(database) == "outdated"


async def test_a_draft_that_went_out_and_was_published_comes_back(exchange: Exchange, database: Database) -> None:
    own = Manuscript(builders.text("Kártya", "A hivatal adja."), 1, builders.REVIEWED, 1)
    async with database.transaction() as session:
        await drafts.save(session, "health-card", "hu", own)
    data = (await exchange.export(Format.xliff))["en-hu.xlf"]
    await publish(database, "hu", replace(own, over=2))
    sent = read_copies("en-hu.xlf", data.replace(b"A hivatal", "A kormányhivatal".encode()))
    changes = await exchange.take_in(sent, by="anna")
    assert [change.outcome for change in changes] == ["changed"]
    assert await audited(database) == [("anna", "draft", "health-card/hu/4")]


async def test_a_language_that_is_chosen_comes_with_what_is_not_translated_yet(exchange: Exchange) -> None:
    files = await exchange.export(Format.xliff, ["uk", "en"])
    assert list(files) == ["en-uk.xlf"]
    assert files["en-uk.xlf"].count(b"<file ") == 2
    assert b"<target>" not in files["en-uk.xlf"]


async def test_one_bad_text_keeps_all_others_out(exchange: Exchange, database: Database) -> None:
    before = await stored(database)
    data = (await exchange.export(Format.csv))["texts.csv"].decode("utf-8-sig")
    bad = data.replace("A kártyát a hivatal adja.", "A hivatal adja.").replace("tax-card,en", "no-card,en")
    with pytest.raises(ExchangeError, match="no article 'no-card'"):
        await exchange.take_in(read_copies("texts.csv", bad.encode("utf-8")), by="anna")
    assert await stored(database) == before


async def test_a_source_that_was_never_here_is_told(exchange: Exchange, database: Database) -> None:
    # Revision 1 of the source was never in this database: it began with 2.
    card = builders.article("new-card", en=builders.revision(number=2, last_major=2))
    await take_in(database, builders.content(card))
    data = (await exchange.export(Format.csv, ["en", "uk"]))["texts.csv"].decode("utf-8-sig")
    row = next(line for line in data.splitlines() if line.startswith("new-card,uk"))
    told = row.replace("new-card,uk,missing,0,2,", "new-card,uk,missing,0,1,Картка")
    assert told != row
    with pytest.raises(ExchangeError, match="there is no revision new-card/en/1"):
        await exchange.take_in(read_copies("texts.csv", data.replace(row, told).encode("utf-8")), by="anna")


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(ExchangeError, match=r"\.csv, \.xlsx, \.xlf, \.xliff"):
        read_copies("texts.docx", b"")
