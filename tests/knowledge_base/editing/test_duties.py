from datetime import date

import pytest

from knowledge_base.documents import Article, Topic, Translation
from knowledge_base.editing.duties import Wanted, duties, matching
from tests import builders

TODAY = date(2026, 11, 29)
TOPICS = [
    Topic(id="health", name={"en": "Health"}),
    Topic(id="hospital", parent="health", name={"en": "Hospital"}),
    Topic(id="work", name={"en": "Work"}),
]


def found(article: Article, language: str = "hu") -> list[str]:
    return [need for need, some in duties([article], language, TODAY).items() if some]


def test_an_article_with_everything_needs_nobody() -> None:
    assert found(builders.article(en=builders.revision(), hu=builders.revision(renders=1))) == []


def test_a_missing_and_an_outdated_translation_are_told_apart() -> None:
    source = builders.revision(number=2, last_major=2)
    assert found(builders.article(en=source)) == ["missing"]
    assert found(builders.article(en=source, hu=builders.revision(renders=1))) == ["outdated"]


def test_what_is_missing_is_not_told_of_all_languages_together() -> None:
    assert found(builders.article(), "") == []


def test_a_draft_beside_a_published_text_is_told() -> None:
    both = Translation(published=builders.revision(number=1), draft=builders.revision(number=2))
    article = builders.article().model_copy(update={"translations": {"en": both}})
    assert found(article, "en") == ["draft"]
    assert duties([article], "en", TODAY)["draft"][0].title == "Health card"


def test_what_is_to_be_confirmed_is_every_languages_business() -> None:
    article = builders.article(facts=builders.facts(verify="Is it free?"))
    for language in ("hu", "en", ""):
        assert [duty.about for duty in duties([article], language, TODAY)["verify"]] == ["Is it free?"]


def test_after_a_year_a_text_is_to_be_compared_again_the_oldest_first() -> None:
    articles = [
        builders.article(id, en=builders.revision(reviewed=reviewed))
        for id, reviewed in [("a", date(2025, 11, 29)), ("b", date(2025, 11, 28)), ("c", date(2020, 1, 1))]
    ]
    assert [duty.article for duty in duties(articles, "en", TODAY)["old"]] == ["c", "b"]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(), ["bed", "card", "tax"]),
        (Wanted(topic="health"), ["bed", "card"]),
        (Wanted(topic="hospital"), ["bed"]),
        (Wanted(country="SK"), ["tax"]),
        (Wanted(topic="health", country="SK"), []),
        (Wanted(words="KARTYA"), ["card"]),
        (Wanted(words="office card"), ["card"]),
        (Wanted(words="office nothing"), []),
        (Wanted(words="tax"), ["tax"]),
    ],
)
def test_articles_are_chosen_by_topic_country_and_words_in_any_language(wanted: Wanted, ids: list[str]) -> None:
    bed = builders.text("Hospital bed", "Bring pyjamas.")
    articles = [
        builders.article("bed", facts=builders.facts(topics=["hospital"]), en=builders.revision(bed)),
        builders.article("card", en=builders.revision(), hu=builders.revision(builders.text("Kártya"), renders=1)),
        builders.article("tax", facts=builders.facts(topics=["work"], country="SK"), en=builders.revision(bed)),
    ]
    assert [article.id for article in matching(articles, TOPICS, wanted)] == ids
