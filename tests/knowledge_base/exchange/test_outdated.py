"""An outdated translation comes back: it is up to date when all that had to be looked at was, and not before."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.documents import Article, Revision, Step, Translation
from knowledge_base.exchange.comparing import Change, asked_for, compare
from knowledge_base.exchange.copies import FINISHED, Copy, copies
from knowledge_base.exchange.tables import from_csv, from_xlsx, to_csv, to_xlsx
from knowledge_base.exchange.xliff import XLIFF, from_xliff, to_xliff
from tests import builders

PARTS = {
    "title": "Titre",
    "section-0-text": "Réponse.",
    "step-0-title": "Aller",
    "step-0-fee": "10 euros",
    "step-0-deadline": "5 jours",
}
FEE, DEADLINE = "step-0-fee", "step-0-deadline"


def text(title: str, answer: str, step: str, fee: str, deadline: str, **more: object) -> Revision:
    said = builders.text(title, answer, questions=[], steps=[Step(title=step, fee=fee, deadline=deadline)])
    return builders.revision(said, **more)


OLD = text("Title", "Answer.", "Go", "10 euros", "5 days", number=1, last_major=1)
NEW = text("Title", "Answer.", "Go", "20 euros", "8 days", number=2, last_major=2)
FRENCH = text(*PARTS.values(), number=3, last_major=3, renders=1)  # type: ignore[arg-type]
CARD = builders.article(facts=builders.facts(kind="procedure"), en=NEW, fr=FRENCH)
OLDER = {("health-card", "en", 1): OLD}


def outgoing(article: Article = CARD) -> Copy:
    (copy,) = [copy for copy in copies([article], ["fr"], OLDER) if copy.language == "fr"]
    return copy


def xliff(
    said: dict[str, str] | None = None, *, states: dict[str, str] | None = None, without: tuple[str, ...] = ()
) -> Copy:
    """What an office sends back that wrote these targets, set these states, and left these units out."""
    root = ET.fromstring(to_xliff([outgoing()], {"health-card": CARD}, "en", "fr"))
    (file,) = root.findall(f"{{{XLIFF}}}file")
    for unit in list(file.iter(f"{{{XLIFF}}}unit")):
        key = unit.get("id", "")
        (segment,) = unit.findall(f"{{{XLIFF}}}segment")
        if key in without:
            file.remove(unit)
        if key in (said or {}):
            target = segment.find(f"{{{XLIFF}}}target")
            assert target is not None
            target.text = (said or {})[key]
        segment.set("state", (states or {}).get(key, segment.get("state", "")))
    (copy,) = from_xliff(ET.tostring(root))
    return copy


def table(said: dict[str, str] | None = None, *, without: tuple[str, ...] = (), **about: str) -> Copy:
    out = outgoing()
    changed = replace(out, **about, fields={**out.fields, **(said or {})})  # type: ignore[arg-type]
    (copy,) = from_csv(to_csv([changed]))
    return replace(copy, fields={key: words for key, words in copy.fields.items() if key not in without})


def compared(copy: Copy, article: Article = CARD) -> Change:
    known = {"health-card": article}
    assert asked_for([copy], known) <= OLDER.keys()
    (change,) = compare([copy], known, OLDER)
    return change


def renders(change: Change) -> int | None:
    assert change.outcome == "changed"
    assert change.manuscript is not None
    return change.manuscript.renders


def test_a_unit_that_comes_back_untouched_leaves_the_text_outdated() -> None:
    change = compared(xliff({DEADLINE: "8 jours"}))
    assert change.left == (FEE,)
    assert renders(change) == 1


def test_what_an_office_has_changed_or_calls_done_is_done() -> None:
    assert renders(compared(xliff({DEADLINE: "8 jours", FEE: "20 euros"}))) == 2
    change = compared(xliff({DEADLINE: "8 jours"}, states={FEE: "translated"}))
    assert (renders(change), change.left) == (2, ())


def test_words_that_an_office_found_right_as_they_are_make_a_text_up_to_date() -> None:
    change = compared(xliff(states={FEE: "reviewed", DEADLINE: "final"}))
    assert renders(change) == 2
    assert change.differences is not None
    assert change.differences.changed == []
    # One that it has not looked at, and nothing has happened.
    assert compared(xliff(states={FEE: "reviewed"})).outcome == "same"


def test_a_mended_word_in_a_row_leaves_the_text_outdated() -> None:
    change = compared(table({"title": "Le titre"}))
    assert change.left == (FEE, DEADLINE)
    assert renders(change) == 1
    assert compared(table()).outcome == "same"
    # Spaces are no translation.
    assert compared(table({"title": "Le titre", FEE: " 10  euros "})).left == (FEE, DEADLINE)


def test_a_row_in_which_all_that_was_stale_has_changed_is_up_to_date() -> None:
    assert renders(compared(table({FEE: "20 euros", DEADLINE: "8 jours"}))) == 2


def test_a_row_that_is_called_finished_is_up_to_date() -> None:
    assert renders(compared(table({"title": "Le titre"}, state=FINISHED))) == 2
    assert renders(compared(table(state=FINISHED))) == 2


def test_what_was_looked_at_is_taken_in_as_it_was_shown() -> None:
    # Between looking and taking in, the console keeps a table: it knows no states of units.
    for sent in (xliff({DEADLINE: "8 jours"}), xliff({DEADLINE: "8 jours"}, states={FEE: "final"}, without=("title",))):
        shown = compared(sent)
        (kept,) = from_csv(to_csv([shown.copy]))
        assert compared(kept).manuscript == shown.manuscript


def test_a_minor_change_leaves_nothing_to_be_done() -> None:
    minor = text("Title", "Answer.", "Go", "20 euros", "8 days", number=2, last_major=1)
    article = builders.article(facts=CARD.facts, en=minor, fr=FRENCH)
    (change,) = compare([table({"title": "Le titre"})], {"health-card": article}, OLDER)
    assert (change.left, renders(change)) == ((), 2)


def test_example_questions_are_nobodys_translation() -> None:
    asked = NEW.model_copy(update={"text": OLD.text.model_copy(update={"questions": ["How?"]})})
    article = builders.article(facts=CARD.facts, en=asked, fr=FRENCH)
    (change,) = compare([table({"title": "Le titre"})], {"health-card": article}, OLDER)
    assert (change.left, renders(change)) == ((), 2)


def test_a_part_that_the_source_has_no_more_is_left_until_it_is_gone() -> None:
    shorter = NEW.model_copy(update={"text": NEW.text.model_copy(update={"steps": [Step(title="Go", fee="10 euros")]})})
    article = builders.article(facts=CARD.facts, en=shorter, fr=FRENCH)
    (change,) = compare([table({"title": "Le titre"})], {"health-card": article}, OLDER)
    assert (change.left, renders(change)) == ((DEADLINE,), 1)
    (change,) = compare([table({DEADLINE: ""})], {"health-card": article}, OLDER)
    assert (change.left, renders(change)) == ((), 2)


def test_where_nobody_knows_what_was_rendered_every_part_is_to_be_looked_at() -> None:
    (change,) = compare([table({FEE: "20 euros"})], {"health-card": CARD})
    assert set(change.left) == {"title", "section-0-text", "step-0-title", DEADLINE}
    assert renders(change) == 1


@given(st.sets(st.sampled_from(list(PARTS))), st.sets(st.sampled_from(list(PARTS))))
@settings(max_examples=60)
def test_a_text_is_up_to_date_if_and_only_if_each_stale_part_was_touched(changed: set[str], done: set[str]) -> None:
    said = {key: f"{PARTS[key]} 2" for key in changed}
    office = compared(xliff(said, states=dict.fromkeys(done, "translated")))
    assert set(office.left) == ({FEE, DEADLINE} - changed - done if office.outcome == "changed" else set())
    if office.outcome == "changed":
        assert (renders(office) == 2) == ({FEE, DEADLINE} <= changed | done)
    person = compared(table(said))
    assert person.outcome == ("changed" if changed else "same")
    if changed:
        assert (renders(person) == 2) == ({FEE, DEADLINE} <= changed)


@pytest.mark.parametrize("send", [xliff, table])
def test_another_number_with_the_same_words_is_no_conflict(send: Callable[..., Copy]) -> None:
    copy = send({FEE: "20 euros", DEADLINE: "8 jours"})
    # The draft that went out was published as a major change.
    published = FRENCH.model_copy(update={"number": 4, "last_major": 4})
    article = CARD.model_copy(update={"translations": {**CARD.translations, "fr": Translation(published=published)}})
    (change,) = compare([copy], {"health-card": article}, {**OLDER, ("health-card", "fr", 3): FRENCH})
    assert change.outcome == "changed"
    assert change.manuscript is not None
    assert change.manuscript.over == 4
    for newer in ({"renders": 2}, {"text": NEW.text}):
        draft = published.model_copy(update=newer)
        other = CARD.model_copy(update={"translations": {**CARD.translations, "fr": Translation(published=draft)}})
        (change,) = compare([copy], {"health-card": other}, {**OLDER, ("health-card", "fr", 3): FRENCH})
        assert change.outcome == "conflict"


def test_units_that_a_program_did_not_send_back_are_there_as_they_went() -> None:
    change = compared(xliff({DEADLINE: "8 jours"}, without=("section-0-text", FEE)))
    assert change.manuscript is not None
    assert change.manuscript.text.body == "Réponse."
    assert change.manuscript.text.steps == [Step(title="Aller", fee="10 euros", deadline="8 jours")]
    # What is not there was not looked at either.
    assert (change.left, renders(change)) == ((FEE,), 1)


def test_a_new_text_of_which_units_are_not_there_is_unfinished() -> None:
    copy = replace(xliff(without=(FEE,)), language="de", revision=0)
    change = compared(copy)
    assert (change.outcome, change.missing) == ("unfinished", (FEE,))


def test_a_column_that_is_not_there_changes_nothing() -> None:
    change = compared(table({"title": "Le titre"}, without=("section-0-text", DEADLINE)))
    assert change.differences is not None
    assert change.differences.changed == ["title"]
    assert change.differences.gone == []


def test_columns_taken_out_of_a_spreadsheet_take_no_words_with_them() -> None:
    (copy,) = from_xlsx(to_xlsx([outgoing()]))
    assert compared(copy).outcome == "same"
    (copy,) = from_csv(b"article,language,revision,source_revision,title\nhealth-card,fr,3,2,Le titre\n")
    change = compared(copy)
    assert change.manuscript is not None
    assert change.manuscript.text == FRENCH.text.model_copy(update={"title": "Le titre"})
