"""The content that ships: complete, sourced, without telephone numbers in its texts."""

import re

from knowledge_base.documents import Article, Content, Revision
from knowledge_base.languages import primary
from knowledge_base.status import content_status

ABOUT_THE_PAST = {
    "budapest-migrants-city-project",
    "call-centre-history",
    "headstart-mrc",
    "inti-project",
    "inti-website-languages",
    "iom-hungary-about",
    "oin-training-project",
    "voluntary-return-notice",
}
# "06 1 463 9292", "+420 123", "0850 211 478", "1812345"; not "112", nor a year or an amount such as "10 000".
TELEPHONE = re.compile(
    r"\+\d|(?<!\d)(?<!\d[\s.,/:-])0\d+[ /-]?\d|\b\d{3}[ -]\d{3,4}[ -]\d{2,4}\b|\b\d[ -]\d{3}[ -]\d{3,4}\b|\b\d{7,}\b"
)


def texts(article: Article) -> list[tuple[str, Revision]]:
    return [
        (language, revision)
        for language, translation in article.translations.items()
        for revision in (translation.published, translation.draft)
        if revision
    ]


def test_every_fact_has_its_article(starter_content: Content) -> None:
    assert len(starter_content.articles) == 218


def test_every_article_is_published_in_english(starter_content: Content) -> None:
    assert all(a.translations["en"].published and a.source_language == "en" for a in starter_content.articles)


def test_at_least_sixty_articles_are_in_hungarian(starter_content: Content) -> None:
    hungarian = [a for a in starter_content.articles if "hu" in a.translations and a.translations["hu"].published]
    assert len(hungarian) >= 60


def test_no_translation_is_outdated(starter_content: Content) -> None:
    assert {row.language: row.outdated for row in content_status(starter_content).languages} == {"en": 0, "hu": 0}


def test_every_article_has_sources(starter_content: Content) -> None:
    assert [a.id for a in starter_content.articles if not a.facts.sources] == []


def test_every_text_has_at_least_five_questions(starter_content: Content) -> None:
    short = [
        (article.id, language, len(revision.text.questions))
        for article in starter_content.articles
        for language, revision in texts(article)
        if len(revision.text.questions) + len(revision.text.search_questions) < 5
    ]
    assert short == []


def test_no_question_stands_twice_in_a_text(starter_content: Content) -> None:
    for article in starter_content.articles:
        for language, revision in texts(article):
            asked = [*revision.text.questions, *revision.text.search_questions]
            assert len(asked) == len({question.casefold() for question in asked}), (article.id, language)


def test_every_article_is_asked_for_in_every_language_of_the_sites(starter_content: Content) -> None:
    spoken = {
        primary(language) for site in starter_content.sites if "HU" in site.countries for language in site.languages
    }
    lacking = [
        (article.id, language)
        for article in starter_content.articles
        for language in spoken - {primary(tag) for tag in article.asked}
        if article.facts.country == "HU"
    ]
    assert lacking == []


def test_every_text_says_something(starter_content: Content) -> None:
    empty = [a.id for a in starter_content.articles for _, r in texts(a) if not (r.text.body or r.text.steps)]
    assert empty == []


def test_titles_are_short_and_end_without_a_full_stop(starter_content: Content) -> None:
    titles = [revision.text.title for article in starter_content.articles for _, revision in texts(article)]
    assert [title for title in titles if len(title) >= 80 or title.endswith(".")] == []


def test_no_article_holds_a_telephone_number(starter_content: Content) -> None:
    """A number stands in its contact; only short ones such as 112 may be said."""
    found = []
    for article in starter_content.articles:
        for language, revision in texts(article):
            said = [revision.text.body]
            said += [str(value) for step in revision.text.steps for value in step.model_dump().values() if value]
            found += [(article.id, language, number) for text in said for number in TELEPHONE.findall(text)]
    assert found == []


def test_every_long_number_of_a_contact_would_be_found_in_an_article(starter_content: Content) -> None:
    numbers = [phone.number for contact in starter_content.contacts for phone in contact.phones]
    long = [number for number in numbers if sum(c.isdigit() for c in number) > 6]
    assert long
    assert [number for number in long if not TELEPHONE.search(f"Call {number}.")] == []


def test_articles_about_the_past_are_marked(starter_content: Content) -> None:
    assert {article.id for article in starter_content.articles if article.facts.history} == ABOUT_THE_PAST


def test_the_notice_of_2015_is_over(starter_content: Content) -> None:
    ended = [notice for notice in starter_content.notices if notice.valid_from.startswith("2015")]
    assert [notice.valid_until for notice in ended] == ["2015-12-01T00:00"]


def test_every_topic_is_used_or_holds_topics(starter_content: Content) -> None:
    used = {topic for article in starter_content.articles for topic in article.facts.topics}
    parents = {topic.parent for topic in starter_content.topics}
    assert {topic.id for topic in starter_content.topics} - used - parents == set()


def test_the_crisis_contacts_of_a_site_can_be_called(starter_content: Content) -> None:
    contacts = {contact.id: contact for contact in starter_content.contacts}
    assert [id for site in starter_content.sites for id in site.crisis if not contacts[id].phones] == []


def test_everything_that_is_named_in_several_languages_is_named_in_english(starter_content: Content) -> None:
    named = [topic.name for topic in starter_content.topics] + [site.name for site in starter_content.sites]
    named += [contact.purpose for contact in starter_content.contacts]
    assert [names for names in named if "en" not in names] == []
    assert all("en" in notice.texts for notice in starter_content.notices)


def test_every_text_is_in_a_language_that_a_site_serves(starter_content: Content) -> None:
    served = {primary(language) for site in starter_content.sites for language in site.languages}
    assert {primary(language) for article in starter_content.articles for language, _ in texts(article)} <= served
