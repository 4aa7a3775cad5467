import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.payloads import Payload, payload, read_payload

NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
VALUES = st.dictionaries(st.text().filter(lambda key: key != "name"), JSON, max_size=4)


@given(name=NAMES, values=VALUES)
def test_what_a_button_sends_is_read_back_as_it_was(name: str, values: dict[str, object]) -> None:
    assert read_payload(payload(name, **values)) == Payload(name, values)


@given(name=NAMES, space=st.sampled_from(["", " ", "\n", "\t \n", "\u3000"]))
def test_space_around_a_payload_does_not_matter(name: str, space: str) -> None:
    assert read_payload(f"{space}/{name}{space}") == Payload(name)


@given(text=st.text().filter(lambda text: not text.strip().startswith("/")))
def test_a_message_that_does_not_begin_with_a_slash_is_in_words(text: str) -> None:
    assert read_payload(text) is None


@given(rest=st.text(" {}\"':,[]\\azAZ09@_-/\n\u0660é😀", max_size=40))
def test_any_text_after_a_slash_is_a_payload_or_words(rest: str) -> None:
    found = read_payload(f"/{rest}")
    assert found is None or rest.startswith(found.name)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("/start health-card", "health-card"),
        ("/start   health-card", "health-card"),
        ("/start@KalauzBot health-card", "health-card"),
        ("/start@KalauzBot", None),
        ("/start ", None),
        ("/start две карты", "две карты"),
    ],
)
def test_a_word_may_follow_a_typed_command(text: str, word: str | None) -> None:
    assert read_payload(text) == Payload("start", word=word)


def test_a_button_in_a_group_may_name_the_bot() -> None:
    assert read_payload('/article@KalauzBot {"id": "tax-card"}') == Payload("article", {"id": "tax-card"})


@pytest.mark.parametrize(
    "values", ["{}", "{not json}", "{1}", '{"id": }', '{"a": 1}{"b": 2}', '{"id": ' + "[" * 100_000 + "}"]
)
def test_values_that_are_no_json_object_are_none(values: str) -> None:
    assert read_payload(f"/article{values}") == Payload("article")


@pytest.mark.parametrize(
    "text", ["/", "//help", "/ help", "/5", "/ábc", "/Help", '/article{"id": 1} thanks', "/none {"]
)
def test_a_text_that_only_looks_like_a_payload_is_in_words(text: str) -> None:
    assert read_payload(text) is None
