"""What came back, against the content."""

from dataclasses import replace

import pytest

from knowledge_base.documents import Article, Translation
from knowledge_base.exchange.comparing import compare
from knowledge_base.exchange.copies import Copy, copies
from knowledge_base.exchange.faults import ExchangeError, Place
from tests import builders

CARD = builders.article(
    en=builders.revision(number=1),
    hu=builders.revision(builders.text("Kártya", "A hivatal adja."), number=3, last_major=3, renders=1),
)
KNOWN = {"health-card": CARD}


def hungarian(article: Article = CARD, **fields: str) -> Copy:
    (copy,) = [copy for copy in copies([article]) if copy.language == "hu"]
    # A table has no source beside it.
    return replace(
        copy,
        place=Place(row=2),
        source={},
        fields={**copy.fields, **{k.replace("__", "-"): v for k, v in fields.items()}},
    )


def refused(*found: Copy) -> list[str]:
    with pytest.raises(ExchangeError) as caught:
        compare(found, KNOWN)
    return [str(fault) for fault in caught.value.faults]


def test_a_changed_text_renders_the_source_that_stood_beside_it() -> None:
    (change,) = compare([hungarian(title="Egészségügyi kártya")], KNOWN)
    assert change.outcome == "changed"
    assert change.manuscript is not None
    assert (change.manuscript.over, change.manuscript.renders) == (3, 1)
    # A translator has not compared it with the offices.
    assert change.manuscript.reviewed == builders.REVIEWED


def test_what_a_colleague_has_saved_meanwhile_is_not_overwritten() -> None:
    draft = builders.revision(
        builders.text("Másik", "Valami más.", questions=["How do I get: Kártya?"]), number=4, last_major=3, renders=1
    )
    translations = {**CARD.translations, "hu": Translation(published=CARD.translations["hu"].published, draft=draft)}
    later = CARD.model_copy(update={"translations": translations})
    (change,) = compare([hungarian(title="Egészségügyi kártya")], {"health-card": later})
    assert change.outcome == "conflict"
    assert change.manuscript is None
    # Who wrote the same is in nobody's way.
    (change,) = compare([hungarian(title="Másik", section__0__text="Valami más.")], {"health-card": later})
    assert change.outcome == "same"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"article": "nothing"}, "row 2: there is no article 'nothing'"),
        ({"language": "../x"}, "row 2: '../x' is not a language tag"),
        ({"revision": 9}, "row 2: health-card/hu has no revision 9"),
        ({"source_revision": None}, "row 2: the source's revision is missing"),
        ({"source_revision": 2}, "row 2: the source has no revision 2"),
        ({"fields": {"title": "", "section-0-text": "a"}}, "row 2, title: is empty"),
        ({"fields": {"title": "a" * 121}}, "row 2, title: has more than 120 characters"),
        ({"fields": {"title": "a", "section-0-text": "<b>a</b>"}}, "row 2, section-0-text: line 1 cannot be shown"),
        ({"fields": {"title": "a\x07"}}, "row 2, title: has a character that cannot be shown"),
    ],
)
def test_what_cannot_be_taken_is_named(change: dict[str, object], told: str) -> None:
    assert told in refused(replace(hungarian(), **change))[0]  # type: ignore[arg-type]


def test_a_text_that_is_there_twice_is_refused() -> None:
    assert refused(hungarian(), replace(hungarian(), place=Place(row=3))) == ["row 3: is there twice"]
