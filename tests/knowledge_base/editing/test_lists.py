from datetime import date

import pytest

from knowledge_base.database import Database
from knowledge_base.documents import Article, Topic, Translation
from knowledge_base.editing import lists
from knowledge_base.editing.duties import NEEDS, Duty, Listing, Need, Scope, Title, Wanted
from tests import builders
from tests.knowledge_base.stored import take_in

TODAY = date(2026, 11, 29)
TOPICS = [
    Topic(id="health", name={"en": "Health"}),
    Topic(id="hospital", parent="health", name={"en": "Hospital"}),
    Topic(id="work", name={"en": "Work"}),
]


async def needs(
    database: Database, *articles: Article, language: str = "hu", start: int = 0, most: int = 10, **scope: object
) -> dict[Need, Listing[Duty]]:
    """What is needed of all articles, after these were taken in."""
    if articles:
        await take_in(database, builders.content(*articles, topics=TOPICS))
    async with database.reading() as session:
        asked = Scope(language, TODAY, **scope)  # type: ignore[arg-type]
        return await lists.duties(session, asked, NEEDS, start, most)


async def found(database: Database, article: Article, language: str = "hu") -> list[Need]:
    return [need for need, some in (await needs(database, article, language=language)).items() if some.count]


async def matching(database: Database, wanted: Wanted) -> list[str]:
    async with database.reading() as session:
        return (await lists.matching(session, TOPICS, wanted))[0]


async def test_an_article_with_everything_needs_nobody(database: Database) -> None:
    assert await found(database, builders.article(en=builders.revision(), hu=builders.revision(renders=1))) == []


async def test_a_missing_and_an_outdated_translation_are_told_apart(database: Database) -> None:
    source = builders.revision(number=2, last_major=2)
    assert await found(database, builders.article(en=source)) == ["missing"]
    assert await found(database, builders.article(en=source, hu=builders.revision(renders=1))) == ["outdated"]


async def test_what_is_missing_in_all_languages_together_is_counted_by_language(database: Database) -> None:
    articles = builders.article("a"), builders.article("b", en=builders.revision(), hu=builders.revision(renders=1))
    missing = (await needs(database, *articles, language="", languages=["en", "hu", "fr"]))["missing"]
    assert missing == Listing(3, [], {"hu": 1, "fr": 2})
    among = (await needs(database, language="", languages=["hu", "fr"], among=["b"]))["missing"]
    assert (among.count, among.by_language) == (1, {"fr": 1})


async def test_what_there_is_in_other_languages_is_counted_beside_those_of_one(database: Database) -> None:
    source = builders.revision(number=2, last_major=2)
    behind = {language: builders.revision(renders=1) for language in ("de", "fr", "hu")}
    articles = [builders.article("a", en=source, **behind), builders.article("b", en=source, fr=behind["fr"])]
    found = await needs(database, *articles, languages=["en", "hu", "fr", "de"])
    assert (found["outdated"].count, found["outdated"].elsewhere) == (1, 3)
    assert found["outdated"].by_language == {"hu": 1, "fr": 2, "de": 1}
    assert (found["missing"].count, found["missing"].elsewhere) == (1, 1)
    every = (await needs(database, language="", besides=["b"]))["outdated"]
    assert (every.count, every.elsewhere, len(every.entries)) == (3, 0, 3)


async def test_a_draft_beside_a_published_text_is_told_by_its_own_title(database: Database) -> None:
    draft = builders.revision(builders.text("Card of health"), number=2)
    both = Translation(published=builders.revision(number=1), draft=draft)
    article = builders.article().model_copy(update={"translations": {"en": both}})
    assert await found(database, article, "en") == ["draft"]
    drafts = (await needs(database, language="en"))["draft"].entries
    assert [duty.title for duty in drafts] == [Title("health-card", "Card of health", "en")]
    assert (await needs(database, language="en", waiting=[("health-card", "en")]))["draft"].count == 0


async def test_what_is_missing_is_told_by_the_title_of_its_source(database: Database) -> None:
    missing = (await needs(database, builders.article(), language="zh-Hans"))["missing"]
    assert missing == Listing(1, [Duty(Title("health-card", "Health card", "en"), "zh-Hans")], {"zh-Hans": 1})


async def test_what_is_to_be_confirmed_is_every_languages_business(database: Database) -> None:
    article = builders.article(facts=builders.facts(verify="Is it free?"))
    for language in ("hu", "en", ""):
        verify = (await needs(database, article, language=language))["verify"]
        assert [duty.about for duty in verify.entries] == ["Is it free?"]
        assert (verify.count, verify.elsewhere) == (1, 0)


async def test_facts_of_contacts_are_to_be_confirmed_too_and_the_least_sure_come_first(database: Database) -> None:
    articles = [
        builders.article("a", facts=builders.facts(verify="Is it free?")),
        builders.article("b"),
        builders.article("c", facts=builders.facts(confidence="low")),
    ]
    contacts = [
        builders.contact("b-line", name="B line", verify="Who picks up?"),
        builders.contact("d-line", name="D line", verify="Is it so?", confidence="low"),
        builders.contact("e-line", name="E line", confidence="medium"),
    ]
    await take_in(database, builders.content(*articles, contacts=[*contacts, builders.contact()]))
    verify = (await needs(database))["verify"]
    assert [(duty.title.text, duty.about, duty.is_contact, duty.is_unsure) for duty in verify.entries] == [
        ("Health card", None, False, True),
        ("D line", "Is it so?", True, True),
        ("Health card", "Is it free?", False, False),
        ("B line", "Who picks up?", True, False),
    ]
    second = (await needs(database, start=1, most=1))["verify"]
    assert (second.count, [duty.title.article for duty in second.entries]) == (4, ["d-line"])
    chosen = (await needs(database, contacts=["b-line", "e-line"], besides=["a"]))["verify"]
    assert [duty.title.article for duty in chosen.entries] == ["c", "b-line"]
    assert (await needs(database, contacts=[], among=[]))["verify"] == Listing(0, [])


async def test_after_a_year_a_text_is_to_be_compared_again_the_oldest_first(database: Database) -> None:
    articles = [
        builders.article(id, en=builders.revision(reviewed=reviewed))
        for id, reviewed in [("a", date(2025, 11, 29)), ("b", date(2025, 11, 28)), ("c", date(2020, 1, 1))]
    ]
    old = (await needs(database, *articles, language="en"))["old"].entries
    assert [(duty.title.article, duty.since) for duty in old] == [("c", date(2020, 1, 1)), ("b", date(2025, 11, 28))]


async def test_a_part_of_a_list_knows_how_many_there_are(database: Database) -> None:
    articles = [builders.article(f"card-{number}") for number in range(5)]
    missing = (await needs(database, *articles, start=3, most=10))["missing"]
    assert (missing.count, [duty.title.article for duty in missing.entries]) == (5, ["card-3", "card-4"])
    among = ["card-1", "card-4"]
    assert (await needs(database, among=among, start=5))["missing"] == Listing(2, [], {"hu": 2})
    assert (await needs(database, among=[]))["missing"] == Listing(0, [])


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(), ["bed", "card", "tax"]),
        (Wanted(topic="health"), ["bed", "card"]),
        (Wanted(topic="hospital"), ["bed"]),
        (Wanted(topic="hosp"), []),
        (Wanted(country="SK"), ["tax"]),
        (Wanted(topic="health", country="SK"), []),
        (Wanted(words="KARTYA"), ["card"]),
        (Wanted(words="arty"), ["card"]),
        (Wanted(words="office card"), ["card"]),
        (Wanted(words="office nothing"), []),
        (Wanted(words="tax"), ["tax"]),
        (Wanted(words="pyjamas."), ["bed", "tax"]),
        (Wanted(words="留许"), ["card"]),
        (Wanted(words="许"), ["card"]),
        (Wanted(words="可居"), []),
        (Wanted(words="%"), []),
        (Wanted(words='" OR *'), []),
    ],
)
async def test_articles_are_chosen_by_topic_country_and_words_in_any_language(
    database: Database, wanted: Wanted, ids: list[str]
) -> None:
    bed = builders.text("Hospital bed", "Bring pyjamas.")
    texts = {"hu": builders.text("Kártya"), "zh_Hans": builders.text("卡", "您需要居留许可。")}
    translations = {language: builders.revision(text, renders=1) for language, text in texts.items()}
    articles = [
        builders.article("bed", facts=builders.facts(topics=["hospital"]), en=builders.revision(bed)),
        builders.article("card", en=builders.revision(), **translations),
        builders.article("tax", facts=builders.facts(topics=["work"], country="SK"), en=builders.revision(bed)),
    ]
    await take_in(database, builders.content(*articles, topics=TOPICS))
    assert await matching(database, wanted) == ids
