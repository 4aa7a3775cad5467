import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.documents import Step, Text
from knowledge_base.editing.differences import Part, differences, words_between
from knowledge_base.editing.fields import fields_of
from tests import builders
from tests.knowledge_base.strategies import spoken_texts

said = st.text(st.sampled_from("ab c.\n居留مى"), max_size=30) | st.text(max_size=30)


@given(said, said)
def test_both_texts_can_be_read_from_the_parts(old: str, new: str) -> None:
    parts = words_between(old, new)
    assert "".join(part.text for part in parts if part.kind != "new") == old
    assert "".join(part.text for part in parts if part.kind != "gone") == new
    assert all(part.text for part in parts)


@given(said)
def test_the_same_text_has_nothing_new(text: str) -> None:
    assert words_between(text, text) == ([Part("same", text)] if text else [])


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        (
            "Bring a passport.",
            "Bring a photo.",
            [("same", "Bring a "), ("gone", "passport"), ("new", "photo"), ("same", ".")],
        ),
        ("居留许可", "居留卡", [("same", "居留"), ("gone", "许可"), ("new", "卡")]),
    ],
)
def test_a_word_is_marked_as_a_whole(old: str, new: str, parts: list[tuple[str, str]]) -> None:
    assert words_between(old, new) == [Part(*part) for part in parts]  # type: ignore[arg-type]


def test_a_new_section_leaves_those_after_it_as_they_were() -> None:
    old = builders.text(body="Short.\n\n## Where\n\nThere.")
    new = builders.text(body="Short.\n\n## When\n\nNow.\n\n## Where\n\nThere.")
    found = differences(old, new)
    assert found.changed == ["section-1-heading", "section-1-text"]
    assert found.gone == []


def test_a_section_and_a_step_that_are_gone_are_told() -> None:
    old = Text(title="T", body="Short.\n\n## Where\n\nThere.", steps=[Step(title="One"), Step(title="Two", fee="Free")])
    new = Text(title="T", body="Short.", steps=[Step(title="One")])
    found = differences(old, new)
    assert found.gone == ["Where\nThere.", "Two\nFree"]
    assert found.changed == []


def test_without_an_older_text_nothing_is_marked() -> None:
    assert differences(None, builders.text()).changed == []


@given(spoken_texts(2), spoken_texts(1))
def test_the_newer_text_is_there_whole(old: Text, new: Text) -> None:
    found = differences(old, new)
    shown = {key: "".join(part.text for part in parts if part.kind != "gone") for key, parts in found.fields.items()}
    assert shown == fields_of(new)
