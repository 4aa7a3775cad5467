from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.blocks import answer_blocks, choice_buttons, contact_cards, notice_blocks
from bot.replies import Block, Buttons, Quotation, Said, Sources, Steps
from bot.texts import Texts
from knowledge_base.documents import Hours, Source, Step
from retrieval.showing import show_contact
from retrieval.shown import ShownAnswer, ShownChoice, ShownNotice
from tests import builders
from tests.conftest import NOW

ZONE = ZoneInfo("Europe/Budapest")
BODY = "Short answer.\n\n## Later\n\nLonger text."


def shown(**changes: Any) -> ShownAnswer:
    fields: dict[str, Any] = {
        "article": "health-card",
        "title": "Health card",
        "language": "en",
        "passage": "Short answer.",
        "passage_kind": "summary",
        "text": "Short answer.",
        "steps": [],
        "source": [Source(title="Leaflet", url="https://example.org/leaflet")],
        "as_of": "2024",
        "reviewed": date(2026, 11, 22),
        "revision": 1,
        "translation": "current",
        "audience": ["all"],
        "topics": ["health"],
        "confidence_of_facts": "high",
        "history": False,
    }
    return ShownAnswer(**{**fields, **changes})


def drawn(answer: ShownAnswer, *, language: str = "en", whole: bool = False) -> list[Block]:
    return answer_blocks(answer, Texts(language), whole=whole)


def test_a_current_sure_answer_is_the_quotation_with_its_source_and_date() -> None:
    quotation, sources = drawn(shown())
    assert isinstance(quotation, Quotation)
    assert isinstance(sources, Sources)
    assert quotation.markdown == "Short answer."
    assert sources.sources[0].url == "https://example.org/leaflet"
    assert sources.checked == "Sources of 2024. Text checked on November 22, 2026."


def test_without_a_year_of_the_sources_only_the_review_is_dated() -> None:
    sources = drawn(shown(as_of=None))[-1]
    assert isinstance(sources, Sources)
    assert sources.checked == "Text checked on November 22, 2026."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"history": True}, "This is about the past."),
        ({"translation": "outdated"}, "The original text has changed"),
        ({"confidence_of_facts": "medium"}, "We are not sure of everything"),
        ({"confidence_of_facts": "low"}, "We are not sure of everything"),
        ({"translation": "other_language", "language": "hu"}, "this language: Hungarian."),
    ],
)
def test_a_reader_is_told_first_what_to_know_of_the_text(changes: dict[str, Any], sentence: str) -> None:
    first = drawn(shown(**changes))[0]
    assert isinstance(first, Said)
    assert sentence in first.text


def test_the_programs_words_are_in_the_readers_language_and_the_quotation_in_its_own() -> None:
    blocks = drawn(shown(translation="other_language"), language="ar")
    assert {block.language for block in blocks if isinstance(block, Quotation)} == {"en"}
    assert {block.language for block in blocks if not isinstance(block, Quotation)} == {"ar"}


def test_more_of_the_article_is_offered_when_only_a_part_is_quoted() -> None:
    buttons = drawn(shown(text=BODY))[-1]
    assert isinstance(buttons, Buttons)
    assert [button.payload for button in buttons.buttons] == ['/article{"id": "health-card", "whole": true}']


def test_the_whole_article_offers_no_more() -> None:
    blocks = drawn(shown(text=BODY), whole=True)
    assert [block.markdown for block in blocks if isinstance(block, Quotation)] == [BODY]
    assert not any(isinstance(block, Buttons) for block in blocks)


def test_a_procedures_steps_carry_papers_place_fee_and_deadline_with_labels() -> None:
    step = Step(title="Go", papers=["Passport", "Photo"], place="Office", fee="Free", deadline="Within 15 days")
    steps = next(block for block in drawn(shown(steps=[step]), whole=True) if isinstance(block, Steps))
    assert [(detail.label, detail.values) for detail in steps.steps[0].details] == [
        ("What to bring", ["Passport", "Photo"]),
        ("Where", ["Office"]),
        ("Cost", ["Free"]),
        ("By when", ["Within 15 days"]),
    ]


def test_a_found_step_comes_with_the_short_answer_and_all_steps() -> None:
    answer = shown(text=BODY, passage="**Go**", passage_kind="step", steps=[Step(title="Go"), Step(title="Wait")])
    blocks = drawn(answer)
    assert [block.markdown for block in blocks if isinstance(block, Quotation)] == ["Short answer."]
    assert [step.title for block in blocks if isinstance(block, Steps) for step in block.steps] == ["Go", "Wait"]


def test_a_found_section_comes_without_the_steps_and_offers_the_rest() -> None:
    answer = shown(text=BODY, passage="## Later\n\nLonger text.", passage_kind="section", steps=[Step(title="Go")])
    blocks = drawn(answer)
    assert not any(isinstance(block, Steps) for block in blocks)
    assert isinstance(blocks[-1], Buttons)


def test_an_article_of_steps_alone_has_no_empty_quotation() -> None:
    blocks = drawn(shown(text="", passage="**Go**", passage_kind="step", steps=[Step(title="Go")]))
    assert not any(isinstance(block, Quotation) and not block.markdown for block in blocks)


def test_choices_end_with_a_way_out() -> None:
    choices = [ShownChoice(article="tax-card", title="Tax card", language="en", confidence=0.4)]
    buttons = choice_buttons(choices, Texts("hu")).buttons
    assert [(button.language, button.title, button.payload) for button in buttons] == [
        ("en", "Tax card", '/article{"id": "tax-card"}'),
        ("hu", "Egyik sem", "/none"),
    ]


def test_a_notice_keeps_its_language() -> None:
    assert notice_blocks([ShownNotice(id="n", title="Zárva", text="Ma.", language="hu")])[0].language == "hu"


def test_a_contact_shows_hours_languages_and_notes_in_the_readers_words() -> None:
    contact = builders.contact(
        languages=["hu", "uk"],
        hours=[Hours(days=["mon", "tue"], opens="08:00", closes="16:00")],
        hours_note={"en": "closed in August", "hu": "augusztusban zárva"},
        address="Budapest, Fő utca 1.",
        email="help@example.org",
    )
    card = contact_cards([show_contact(contact, "hu", NOW, ZONE)], Texts("hu"), NOW)[0]
    text = card.model_dump()
    details = {detail["label"]: detail["values"] for detail in text["details"]}
    assert text["purpose"] == "Válaszol a kérdésekre"
    assert details["Nyitvatartás"] == ["Most zárva. Nyit: hétfő 8:00", "H, K 08:00–16:00", "augusztusban zárva"]
    assert details["Nyelvek"] == ["magyar", "українська"]
    assert details["E-mail"] == ["help@example.org"]


def test_a_contact_that_never_closes_says_so() -> None:
    card = contact_cards([show_contact(builders.contact(always_open=True), "en", NOW, ZONE)], Texts("en"), NOW)[0]
    assert card.model_dump()["details"][0] == {"label": "Opening hours", "values": ["day and night"]}
