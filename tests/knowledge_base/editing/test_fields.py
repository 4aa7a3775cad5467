import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.documents import Step, Text
from knowledge_base.editing.fields import FieldsError, Wrong, fields_of, text_of
from tests import builders
from tests.knowledge_base.strategies import spoken_texts

WHOLE = Text(
    title="Tax card",
    questions=["How?", "Where?"],
    steps=[Step(title="Fill it in", papers=["Passport", "Photo"], fee="Free"), Step(title="Take it there")],
    body="You need one.\n\n## If you lose it\n\nAsk again.",
)


def test_a_text_is_cut_into_fields() -> None:
    assert {key: value for key, value in fields_of(WHOLE).items() if value} == {
        "title": "Tax card",
        "questions": "How?\nWhere?",
        "section-0-text": "You need one.",
        "section-1-heading": "If you lose it",
        "section-1-text": "Ask again.",
        "step-0-title": "Fill it in",
        "step-0-papers": "Passport\nPhoto",
        "step-0-fee": "Free",
        "step-1-title": "Take it there",
    }


@given(st.integers(0, 2).flatmap(spoken_texts))
def test_fields_that_nobody_has_changed_make_the_same_text(text: Text) -> None:
    assert text_of(fields_of(text), text) == text


def test_a_text_without_a_short_answer_keeps_its_sections() -> None:
    text = builders.text(body="## Where\n\nThere.")
    assert fields_of(text)["section-0-text"] == ""
    assert fields_of(text)["section-1-heading"] == "Where"
    assert text_of(fields_of(text)) == text


def test_what_is_emptied_is_taken_out() -> None:
    fields = fields_of(WHOLE) | {"section-1-heading": "", "section-1-text": " ", "questions": "How?\n\n"}
    fields |= {key: "" for key in fields if key.startswith("step-0-")}
    text = text_of(fields)
    assert (text.body, text.questions, [step.title for step in text.steps]) == (
        "You need one.",
        ["How?"],
        ["Take it there"],
    )


def test_a_browsers_line_breaks_are_plain_ones() -> None:
    sent = fields_of(WHOLE) | {"section-0-text": "One.\r\n\r\nTwo.", "step-0-papers": "Passport\r\nPhoto"}
    text = text_of(sent)
    assert text.body.startswith("One.\n\nTwo.\n\n## If")
    assert text.steps[0].papers == ["Passport", "Photo"]


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("title", "", Wrong("empty")),
        ("title", "x" * 121, Wrong("too_long", most=120)),
        ("title", "a\x07b", Wrong("character")),
        ("questions", "fine\n" + "x" * 1001, Wrong("too_long", most=1000)),
        ("section-0-text", "fine\n\n<b>bold</b>", Wrong("markdown", line=3)),
        ("section-1-heading", "", Wrong("empty")),
        ("section-1-text", "", Wrong("empty")),
        ("section-1-text", "# too high", Wrong("markdown", line=1)),
        ("section-1-heading", "![x](https://example.org)", Wrong("markdown", line=1)),
        ("step-0-title", "", Wrong("empty")),
        ("step-1-fee", "x" * 1001, Wrong("too_long", most=1000)),
    ],
)
def test_what_is_wrong_is_said_of_its_field(field: str, value: str, wrong: Wrong) -> None:
    with pytest.raises(FieldsError) as caught:
        text_of(fields_of(WHOLE) | {field: value})
    assert caught.value.wrong == {field: wrong}


def test_a_wrong_step_is_named_by_its_own_place_where_one_before_it_is_empty() -> None:
    fields = fields_of(WHOLE) | {key: "" for key in fields_of(WHOLE) if key.startswith("step-0-")}
    with pytest.raises(FieldsError) as caught:
        text_of(fields | {"step-1-title": "", "step-1-fee": "Free"})
    assert caught.value.wrong == {"step-1-title": Wrong("empty")}


@given(st.dictionaries(st.sampled_from([*fields_of(WHOLE), "section-9-text", "step-999-fee"]), st.text()))
def test_anything_that_is_sent_makes_a_text_or_is_wrong_field_by_field(sent: dict[str, str]) -> None:
    try:
        text = text_of(sent)
    except FieldsError:
        return
    assert text_of(fields_of(text), text) == text
