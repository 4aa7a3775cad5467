"""What can be seen of a translation without knowing its language."""

from dataclasses import dataclass

import pytest

from knowledge_base.documents import Content, Source, Step, Text
from knowledge_base.proofreading import Detect, Finding, findings, numbers
from tests.builders import article, facts, revision

LEAFLET = "https://example.org/leaflet"
ENGLISH = Text(
    title="Fees",
    steps=[Step(title="Pay", papers=["Passport", "Form"], fee="10 000 HUF")],
    body=f"The fee is 39,000 HUF since 2024.\n\n## Where\n\n- The office\n- [The portal]({LEAFLET})",
)
HUNGARIAN = Text(
    title="Díjak",
    steps=[Step(title="Fizessen", papers=["Útlevél", "Űrlap"], fee="10 000 forint")],
    body=f"A díj 2024 óta 39 000 forint.\n\n## Hol\n\n- A hivatal\n- [A portál]({LEAFLET})",
)


@dataclass(frozen=True)
class Seen:
    code: str | None


def found(text: Text, detect: Detect | None = None) -> list[Finding]:
    known = article("fees", facts=facts(kind="procedure"), en=revision(ENGLISH), hu=revision(text, renders=1))
    return list(findings(Content(articles=[known]), detect))


def test_a_faithful_translation_shows_nothing() -> None:
    assert found(HUNGARIAN) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"body": HUNGARIAN.body.replace("39 000", "93 000")}, "numbers"),
        ({"body": HUNGARIAN.body.replace(LEAFLET, "https://example.org/other")}, "links"),
        ({"body": HUNGARIAN.body.replace("## Hol", "**Hol**")}, "sections"),
        ({"body": HUNGARIAN.body.replace("- A hivatal\n", "")}, "items"),
        ({"steps": []}, "steps"),
        ({"steps": [Step(title="Fizessen", papers=["Útlevél"], fee="10 000 forint")]}, "papers"),
        ({"title": "Díjak", "body": HUNGARIAN.body + "\n\n" + ENGLISH.body.split("\n")[0]}, "numbers"),
    ],
)
def test_what_differs_is_named(change: dict[str, object], fault: str) -> None:
    assert fault in {finding.fault for finding in found(HUNGARIAN.model_copy(update=change))}


def test_a_roman_numeral_is_a_number_and_a_list_of_names_is_no_leftover() -> None:
    towns = "Debrecen, Szeged, Pécs, Eger, Miskolc, Győr, Sopron and Vác"
    pair = {
        "en": Text(title="Offices", body=f"District 11 and 8. {towns}."),
        "hu": Text(title="Hivatalok", body=f"XI. és VIII. kerület. {towns.replace('and', 'és')}."),
    }
    known = article("offices", **{tag: revision(text) for tag, text in pair.items()})
    assert list(findings(Content(articles=[known]))) == []


def test_a_link_without_a_source_is_named() -> None:
    link = "https://example.org/unknown"
    text = Text(title="Fees", body=f"[Here]({link})")
    known = article("fees", facts=facts(sources=[Source(title="A book")]), en=revision(text))
    assert [(f.fault, f.detail) for f in findings(Content(articles=[known]))] == [("unsourced", link)]


def test_a_sentence_left_in_the_source_language_is_named() -> None:
    source = Text(title="Fees", body="You can pay the fee by card in the office.")
    left = Text(title="Díjak", body="A díj. You can pay the fee by card in the office.")
    known = article("fees", en=revision(source), hu=revision(left, renders=1))
    assert [f.fault for f in findings(Content(articles=[known]))] == ["untranslated"]


def test_a_text_in_another_language_than_its_file_says_is_named() -> None:
    said = "A díjat kártyával is kifizetheti a hivatalban, ha előre időpontot kért."
    text = HUNGARIAN.model_copy(update={"body": said})
    assert [f.fault for f in found(text, lambda part: Seen("fi" if part == said else None)) if f.fault == "language"]
    assert [
        f.fault for f in found(text, lambda part: Seen("hu" if part == said else None)) if f.fault == "language"
    ] == []
    assert [f.fault for f in found(text, lambda part: Seen(None)) if f.fault == "language"] == []


def test_numbers_are_the_same_in_all_digits_and_groupings() -> None:
    assert numbers("10 000, 10.000, ۱۰٬۰۰۰, ১০,০০০ and 07") == ["10000", "10000", "10000", "10000", "7"]


def test_a_month_that_is_counted_is_no_number() -> None:
    assert numbers("自2026年6月5日起") == ["2026", "5"]
    assert numbers("Từ ngày 5 tháng 6 năm 2026") == ["5", "2026"]


def test_the_numbers_of_a_list_and_of_an_address_are_none() -> None:
    body = "1. First\n2. [Second](https://example.org/2024)"
    source = {"url": "https://example.org/2024", "title": "Leaflet"}
    pair = {"en": Text(title="2 steps", body=body), "hu": Text(title="2 lépés", body=body.replace("First", "Egy"))}
    known = article("steps", facts=facts(sources=[source]), **{tag: revision(text) for tag, text in pair.items()})
    assert list(findings(Content(articles=[known]))) == []


def test_a_date_that_begins_a_paragraph_as_a_list_would_is_named() -> None:
    """`2023. január` is the first item of a list in Markdown, number 2023."""
    body = HUNGARIAN.body.replace("A díj 2024 óta", "2024. január óta a díj")
    assert "items" in {finding.fault for finding in found(HUNGARIAN.model_copy(update={"body": body}))}
