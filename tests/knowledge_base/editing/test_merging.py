from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.documents import Text
from knowledge_base.editing.fields import fields_of
from knowledge_base.editing.merging import merged, merged_lines
from tests import builders
from tests.knowledge_base.strategies import spoken_texts

lines = st.lists(st.sampled_from("abcde"), max_size=8)
texts = st.integers(0, 2).flatmap(spoken_texts).map(fields_of)


@given(lines, lines)
def test_who_alone_changed_a_text_has_it_as_written(base: list[str], changed: list[str]) -> None:
    assert merged_lines(base, changed, base) == changed
    assert merged_lines(base, base, changed) == changed
    assert merged_lines(base, changed, changed) == changed


@given(lines, lines, lines)
def test_it_is_no_matter_who_saved_first(base: list[str], mine: list[str], theirs: list[str]) -> None:
    assert merged_lines(base, mine, theirs) == merged_lines(base, theirs, mine)


@given(lines, lines, lines)
def test_no_line_that_somebody_added_is_lost(base: list[str], mine: list[str], theirs: list[str]) -> None:
    both = merged_lines(base, mine, theirs)
    if both is not None:
        assert {line for line in {*mine, *theirs} if line not in base} <= set(both)
        assert {*both} <= {*mine, *theirs}


def test_changes_in_different_places_are_put_together() -> None:
    assert merged_lines(["a", "b", "c"], ["a!", "b", "c"], ["a", "b", "c!"]) == ["a!", "b", "c!"]


def test_changes_of_the_same_place_are_not() -> None:
    assert merged_lines(["a", "b", "c"], ["a", "mine", "c"], ["a", "theirs", "c"]) is None


@given(texts, texts)
def test_fields_that_one_alone_changed_are_as_written(base: dict[str, str], changed: dict[str, str]) -> None:
    for both in (merged(base, changed, base), merged(base, base, changed), merged(base, changed, changed)):
        assert (both.fields, both.theirs) == (changed, {})


@given(texts, texts, texts)
def test_what_the_other_wrote_is_in_the_merge_or_told_beside_it(
    base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> None:
    both = merged(base, mine, theirs)
    for key, said in theirs.items():
        if said not in (base.get(key), mine.get(key)) and key not in both.theirs:
            new = set(said.split("\n")) - set(base.get(key, "").split("\n"))
            assert new <= set(both.fields[key].split("\n"))


def test_the_title_of_one_and_the_section_of_another_are_put_together() -> None:
    base = builders.text(body="Short.\n\n## Where\n\nThere.")
    mine = fields_of(builders.text("Card of health", base.body))
    theirs = fields_of(builders.text(body="Short.\n\n## Where\n\nElsewhere."))
    both = merged(fields_of(base), mine, theirs)
    assert both.theirs == {}
    assert (both.fields["title"], both.fields["section-1-text"]) == ("Card of health", "Elsewhere.")


def test_sections_that_both_moved_about_are_told_as_a_whole() -> None:
    def text(*headings: str) -> Text:
        return builders.text(body="\n\n".join(["Short.", *(f"## {one}\n\nSo." for one in headings)]))

    both = merged(fields_of(text("A", "B")), fields_of(text("B", "A")), fields_of(text("A", "B", "C")))
    assert both.fields["section-1-heading"] == "B"
    assert both.theirs["section-3-heading"] == "C"
