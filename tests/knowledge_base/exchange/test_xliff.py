"""XLIFF as translators' programs send it back."""

import xml.etree.ElementTree as ET

import pytest

from knowledge_base.documents import Article
from knowledge_base.exchange.comparing import compare
from knowledge_base.exchange.copies import Copy, copies
from knowledge_base.exchange.faults import ExchangeError
from knowledge_base.exchange.xliff import XLIFF, from_xliff, to_xliff
from tests import builders

HUNGARIAN = builders.text("Egészségügyi kártya", "A kártyát a hivatal adja.", questions=[])
CARD = builders.article(
    en=builders.revision(builders.text(body="The office gives you a **card**.\n\n## Without it\n\nYou pay.")),
    hu=builders.revision(HUNGARIAN, renders=1),
)


def out(article: Article, language: str, **more: object) -> str:
    found = [copy for copy in copies([article], [language], **more) if copy.language == language]  # type: ignore[arg-type]
    return to_xliff(found, {article.id: article}, article.source_language, language).decode("utf-8")


def back(text: str) -> list[Copy]:
    return from_xliff(text.encode("utf-8"))


def refused(text: str) -> list[str]:
    with pytest.raises(ExchangeError) as caught:
        back(text)
    return [str(fault) for fault in caught.value.faults]


def test_each_field_is_a_unit_under_a_name_that_stays() -> None:
    root = ET.fromstring(out(CARD, "hu"))
    assert (root.get("version"), root.get("srcLang"), root.get("trgLang")) == ("2.1", "en", "hu")
    units = {unit.get("id"): unit for unit in root.iter(f"{{{XLIFF}}}unit")}
    assert list(units) == ["title", "questions", "section-0-text", "section-1-heading", "section-1-text"]
    assert units["title"].get("name") == "health-card/title"
    states = {key: unit.find(f"{{{XLIFF}}}segment").get("state") for key, unit in units.items()}  # type: ignore[union-attr]
    assert states["title"] == "final"
    assert states["section-1-heading"] == "initial"


def test_what_the_source_has_changed_since_is_marked() -> None:
    changed = builders.text(body="The office gives you a **plastic card**.\n\n## Without it\n\nYou pay.")
    article = builders.article(
        en=builders.revision(changed, number=2, last_major=2), hu=builders.revision(HUNGARIAN, number=1, renders=1)
    )
    old = CARD.translations["en"].published
    assert old is not None
    text = out(article, "hu", older={("health-card", "en", 1): old})
    assert text.count('<note id="changed">') == 1
    (copy,) = back(text)
    assert copy.done == {"title"}
    assert copy.state == "outdated"
    assert copy.source_revision == 2


def test_a_translation_that_came_back_is_a_new_text() -> None:
    text = out(CARD, "uk")
    assert back(text) == []
    for english, ukrainian in {
        "Health card": "Картка",
        "The office gives you a **card**.": "Вам дає **картку** офіс.",
        "Without it": "Без неї",
        "You pay.": "Ви платите.",
    }.items():
        text = text.replace(f"<source>{english}</source>", f"<source>{english}</source><target>{ukrainian}</target>")
    (change,) = compare(back(text), {"health-card": CARD})
    assert change.outcome == "new"
    assert change.manuscript is not None
    assert change.manuscript.text.body == "Вам дає **картку** офіс.\n\n## Без неї\n\nВи платите."
    assert (change.manuscript.over, change.manuscript.renders) == (0, 1)


def test_a_text_that_is_translated_in_part_is_left_out() -> None:
    text = out(CARD, "uk").replace("<source>Without it</source>", "<source>Without it</source><target>Без</target>")
    (change,) = compare(back(text), {"health-card": CARD})
    assert change.outcome == "unfinished"
    assert change.manuscript is None


def test_where_nobody_knows_what_an_outdated_text_renders_all_of_it_is_to_be_looked_at() -> None:
    source = builders.revision(number=2, last_major=2)
    article = builders.article(en=source, hu=builders.revision(HUNGARIAN, renders=1))
    (copy,) = back(out(article, "hu"))
    assert copy.done == set()


def test_what_follows_a_new_section_stands_beside_other_words() -> None:
    old = builders.revision(builders.text(body="A\n\n## Fee\n\nTen euros."), number=1)
    new = builders.revision(
        builders.text(body="A\n\n## Place\n\nHere.\n\n## Fee\n\nTen euros."), number=2, last_major=2
    )
    hungarian = builders.revision(builders.text("B", "A\n\n## Díj\n\nTíz euró."), renders=1)
    found = copies([builders.article(en=new, hu=hungarian)], ["hu"], {("health-card", "en", 1): old})
    (copy,) = [copy for copy in found if copy.language == "hu"]
    assert copy.stale == {"section-1-heading", "section-1-text", "section-2-heading", "section-2-text"}


@pytest.mark.parametrize(
    ("segments", "is_done"),
    [
        ("<segment state='final'><source>a</source><target>b</target></segment>", True),
        ("<segment state='initial'><source>a</source><target>b</target></segment>", False),
        ("<segment><source>a</source><target>b</target></segment>", False),
        ("<segment state='reviewed'><source>a</source><target>b</target></segment>" * 2, True),
        (
            "<segment state='final'><source>a</source><target>b</target></segment>"
            "<segment state='initial'><source>a</source><target>b</target></segment>",
            False,
        ),
        ("", False),
    ],
)
def test_a_unit_is_done_when_each_of_its_segments_is(segments: str, is_done: bool) -> None:
    whole = '<segment state="final"><source>Health card</source><target>Egészségügyi kártya</target></segment>'
    (copy,) = back(out(CARD, "hu").replace(whole, segments))
    assert ("title" in copy.done) == is_done


def test_segments_that_a_program_cut_are_put_together() -> None:
    text = out(CARD, "hu")
    whole = '<segment state="final"><source>Health card</source><target>Egészségügyi kártya</target></segment>'
    assert whole in text
    cut = (
        "<segment><source>Health</source><target>Egészség<mrk id='m' type='term'>ügyi</mrk></target></segment>"
        "<ignorable><source> </source></ignorable>"
        "<segment><source>card</source><target><pc id='p'>kártya</pc></target></segment>"
    )
    (copy,) = back(text.replace(whole, cut))
    assert (copy.source["title"], copy.fields["title"]) == ("Health card", "Egészségügyi kártya")
    unfinished = cut.replace("<target><pc id='p'>kártya</pc></target>", "")
    (change,) = compare(back(text.replace(whole, unfinished)), {"health-card": CARD})
    assert "title" in change.missing


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<xliff", "<xlif", "this is no XML file"),
        ('version="2.1"', 'version="1.2"', "this is no XLIFF 2.0 / 2.1 file"),
        (' trgLang="hu"', "", "trgLang"),
        ('<note id="revision">', '<note id="other">', "health-card: the note 'revision'"),
        ('unit id="title"', 'unit id="step-0-wrong"', "health-card/step-0-wrong: there is no such field"),
        ('unit id="questions"', 'unit id="title"', "health-card/title: is there twice"),
        ("Egészségügyi", "<ph id='1'/>", "health-card/title: has a placeholder"),
        ("Egészségügyi", "<cp hex='0001'/>", "health-card/title: has a placeholder"),
    ],
)
def test_what_is_wrong_is_named_with_its_unit(old: str, new: str, told: str) -> None:
    text = out(CARD, "hu")
    assert old in text
    assert told in refused(text.replace(old, new, 1))[0]


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x SYSTEM "https://example.org/x.dtd">',
    ],
)
def test_an_xml_bomb_is_refused(head: str) -> None:
    text = out(CARD, "hu").replace("?>\n", f"?>\n{head}", 1)
    assert head in text
    assert refused(text) == ["there is a document type or an encoding that is refused"]


def test_marks_within_marks_are_no_way_to_exhaust_us() -> None:
    deep = "<pc id='p'>" * 100_000 + "a" + "</pc>" * 100_000
    (copy,) = back(out(CARD, "hu").replace("Egészségügyi", deep))
    assert copy.fields["title"] == "a kártya"


def test_a_character_that_xml_has_not_is_told_before_a_file_is_made() -> None:
    article = builders.article(en=builders.revision(builders.text("a\uffffb")), hu=builders.revision(HUNGARIAN))
    with pytest.raises(ExchangeError, match="health-card/hu/title: has a character"):
        out(article, "hu")
