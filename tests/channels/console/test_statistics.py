"""Statistics over HTTP: what nobody can be found in, as tables and as files."""

import csv
import io
import json

import pytest
from openpyxl import load_workbook

from bot import records
from tests.channels.console.conftest import Newsroom, Visitor, words


def counted(newsroom: Newsroom, kind: str, subject: str, times: int, language: str = "en") -> None:
    async def work() -> None:
        async with newsroom.house.database.transaction() as session:
            for _ in range(times):
                await records.count(session, newsroom.house.now(), "hungary", language, kind, subject)

    newsroom.house.call(work)


@pytest.fixture
def anna(newsroom: Newsroom) -> Visitor:
    counted(newsroom, "question", "health/HU/answer", 12)
    counted(newsroom, "question", "work/HU/no_answer", 7, "hu")
    counted(newsroom, "question", "/HU/no_answer", 2, "so")
    for wait, times in (("60+", 9), ("5-15", 7), ("15-60", 8), ("0-5", 6)):
        counted(newsroom, "waited", wait, times)
    counted(newsroom, "handoff", "no_answer", 8)
    return newsroom.editor("anna")


def test_without_counts_the_page_says_when_there_will_be_some(newsroom: Newsroom) -> None:
    page = words(newsroom.editor("anna").get("/statistics"))
    assert "There is nothing to show yet." in page
    assert "magyar 1 0 0 1" in page


def test_small_counts_are_put_together(anna: Visitor) -> None:
    page = words(anna.get("/statistics"))
    assert "Questions by language Language Count English 12 all others together 9 All together 21" in page
    assert "Questions by topic Topic Count Health 12 all others together 9 All together 21" in page
    assert "Questions by week Week from Count November 16, 2026 21" in page
    assert "Soomaali" not in page.split("How much there is")[0]
    assert "Minutes Count 0-5 6 5-15 7 15-60 8 60+ 9" in page
    assert "no answer was found 8" in page
    assert "<script>" not in page


def test_the_files_hold_what_the_page_shows(anna: Visitor) -> None:
    found = csv.DictReader(io.StringIO(anna.get("/statistics/2026-Q4.csv").content.decode("utf-8-sig")))
    of_csv = [row | {"count": int(row["count"])} for row in found]
    of_json = json.loads(anna.get("/statistics/2026-Q4.json").text)
    assert of_json["meta"] == {"period": "2026-Q4"}
    assert of_json["rows"] == of_csv
    book = load_workbook(io.BytesIO(anna.get("/statistics/2026-Q4.xlsx").content))
    assert list(book["language"].values) == [
        ("language", "item", "count"),
        ("en", None, 12),
        (None, "all others together", 9),
    ]
    assert {"week", "questions", "coverage"} <= set(book.sheetnames)
    whole = [row for row in of_csv if row["table"] == "questions"]
    assert [(row["week"], row["topic"], row["count"]) for row in whole] == [("2026-11-16", "health", 12), ("", "", 9)]


def test_no_file_tells_fewer_than_five_apart(anna: Visitor) -> None:
    rows = json.loads(anna.get("/statistics/2026-Q4.json").text)["rows"]
    assert min(row["count"] for row in rows if row["table"] != "coverage") >= 5


@pytest.mark.parametrize("path", ["/statistics?period=x", "/statistics/x.csv", "/statistics/2026-Q9.json"])
def test_there_is_no_other_period(anna: Visitor, path: str) -> None:
    assert anna.get(path).status_code == 404
    assert anna.get("/statistics?period=2026-Q1").status_code == 200


def test_counts_are_of_their_own_quarter(anna: Visitor, newsroom: Newsroom) -> None:
    newsroom.house.time = newsroom.house.time.replace(year=2027, month=2)
    page = words(newsroom.house.visitor("anna").get("/statistics"))
    assert "2027-Q1 2026-Q4" in page
    assert "There is nothing to show yet." in page


def test_a_counsellor_does_not_see_statistics(newsroom: Newsroom) -> None:
    newsroom.house.add("piri", "counsellor")
    assert newsroom.house.visitor("piri").get("/statistics").status_code == 403
