"""The content that ships: complete, sourced, without telephone numbers in its texts."""

import re

import pytest

from knowledge_base.documents import Article, Contact, Content, Revision, Texts
from knowledge_base.languages import primary
from knowledge_base.proofreading import findings
from knowledge_base.status import content_status
from knowledge_base.transliteration import LATIN_TAG
from retrieval.language import LanguageDetector

PANEL = {"hu", "en", "de", "fr", "ru", "zh-Hans", "sr"}
# Numbers that rightly stand as words, or as 300 ten thousands, in one of the two.
LOOKED_AT = {("business-company", "zh-Hans"), ("long-term-national-card", "zh-Hans")}
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


@pytest.fixture(scope="module")
def languages(starter_content: Content) -> set[str]:
    """The languages of the site of Hungary; Serbian in Latin letters is made from the Cyrillic text."""
    site = next(site for site in starter_content.sites if site.id == "hungary")
    return set(site.languages) - {LATIN_TAG}


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


def languages_of(article: Article) -> set[str]:
    return {language for language, translation in article.translations.items() if translation.published}


def test_everything_on_hungary_that_is_not_history_is_in_the_panel_languages(starter_content: Content) -> None:
    lacking = [
        (article.id, language)
        for article in starter_content.articles
        if article.facts.country == "HU" and not article.facts.history
        for language in PANEL - languages_of(article)
    ]
    assert lacking == []


def test_what_is_needed_most_is_in_every_language(starter_content: Content, languages: set[str]) -> None:
    everywhere = [article.id for article in starter_content.articles if languages_of(article) == languages]
    assert len(everywhere) >= 45


def test_other_countries_are_read_in_the_languages_of_their_sites(starter_content: Content) -> None:
    spoken = {
        country: set(site.languages) for site in starter_content.sites for country in site.countries if country != "HU"
    }
    lacking = [
        (article.id, language)
        for article in starter_content.articles
        for language in spoken.get(article.facts.country, set()) - languages_of(article)
    ]
    assert (len(spoken), lacking) == (4, [])


def test_notices_and_contacts_speak_every_language(starter_content: Content, languages: set[str]) -> None:
    assert [notice.id for notice in starter_content.notices if set(notice.texts) != languages] == []
    said = [(contact.id, texts) for contact in starter_content.contacts for texts in notes(contact)]
    assert [(id, languages - set(texts)) for id, texts in said if languages - set(texts)] == []


def notes(contact: Contact) -> list[Texts]:
    """All that a contact says in words."""
    return [
        contact.purpose,
        *(texts for phone in contact.phones if (texts := phone.note)),
        *filter(None, [contact.hours_note]),
    ]


def test_people_ask_for_every_translation_in_many_ways(starter_content: Content) -> None:
    """The example questions, those that are searched, and how people ask, together."""
    few = []
    for article in starter_content.articles:
        for language, translation in article.translations.items():
            if translation.published and article.facts.country == "HU" and not article.facts.history:
                text = translation.published.text
                asked = article.asked.get(primary(language), [])
                ways = {question.casefold() for question in (*text.questions, *text.search_questions, *asked)}
                if len(ways) < (12 if language in PANEL else 8):
                    few.append((article.id, language, len(ways)))
    assert few == []


def test_translations_agree_with_their_source(starter_content: Content) -> None:
    """Numbers, links, sections, steps, leftovers, script and language; what a person has looked at is named here."""
    written = sorted({language for article in starter_content.articles for language in article.translations})
    found = findings(starter_content, LanguageDetector(written).detect)
    assert [str(finding) for finding in found if (finding.article, finding.language) not in LOOKED_AT] == []


def test_no_translation_is_outdated(starter_content: Content) -> None:
    assert [row.language for row in content_status(starter_content).languages if row.outdated] == []


def test_every_article_has_sources(starter_content: Content) -> None:
    assert [a.id for a in starter_content.articles if not a.facts.sources] == []


def test_every_text_has_at_least_five_questions_in_the_panel_languages_and_four_in_others(
    starter_content: Content,
) -> None:
    short = [
        (article.id, language, len(revision.text.questions))
        for article in starter_content.articles
        for language, revision in texts(article)
        if len(revision.text.questions) + len(revision.text.search_questions) < (5 if language in PANEL else 4)
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
