"""Five countries are five sites of one program: a question is answered from the site's country, in its languages."""

from datetime import UTC, datetime

import pytest

from knowledge_base.documents import Content, Site
from retrieval.answers import Answers
from retrieval.language import LanguageDetector
from retrieval.library import Library
from tests import builders

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
# Answers whatever is nearest: how sure the program is of it is tested elsewhere.
SURE = builders.equal_confidence(0.5, intercept=1.0)


def answers(content: Content, library: Library, id: str) -> Answers:
    site = next(site for site in content.sites if site.id == id)
    return Answers(library, SURE, LanguageDetector(site.languages), site)


@pytest.mark.parametrize(
    ("site", "language", "question", "article"),
    [
        ("czechia", "cs", "Co je zaměstnanecká karta v Česku?", "cz-employee-card"),
        ("czechia", "vi", "Thẻ lao động ở Séc là gì?", "cz-employee-card"),
        ("czechia", "uk", "Де отримати тимчасовий захист у Чехії?", "cz-ukraine"),
        ("slovakia", "sk", "Aké doklady treba na pobyt na podnikanie na Slovensku?", "sk-purpose-documents"),
        ("slovakia", "ru", "Нужна ли медицинская страховка в Словакии?", "sk-health-insurance"),
        ("poland", "pl", "Jaki jest adres portalu MOS?", "pl-mos"),
        ("poland", "vi", "Nộp đơn cư trú Ba Lan trên mạng ở đâu?", "pl-mos|pl-online-only"),
        ("slovenia", "sl", "Kaj je enotno dovoljenje?", "si-single-permit"),
        ("slovenia", "hr", "Kako dobiti jedinstvenu dozvolu u Sloveniji?", "si-single-permit"),
        ("slovenia", "sq", "Si ta marr lejen unike në Slloveni?", "si-single-permit"),
    ],
)
def test_a_site_answers_from_its_country_in_the_askers_language(
    starter_content: Content, starter_library: Library, site: str, language: str, question: str, article: str
) -> None:
    found = answers(starter_content, starter_library, site).ask(question, now=NOW, language=language)
    assert found.answer is not None
    assert found.answer.article in article.split("|")
    assert (found.answer.language, found.answer.translation) == (language, "current")
    assert not [contact for contact in found.contacts if not contact.name]


def test_serbian_is_read_in_the_letters_in_which_it_was_asked(
    starter_content: Content, starter_library: Library
) -> None:
    hungary = answers(starter_content, starter_library, "hungary")
    shown = [hungary.ask("TAJ kartica", now=NOW, language=tag).answer for tag in ("sr", "sr-Latn")]
    assert [(one.article, one.language) for one in shown if one] == [
        ("health-taj-card", "sr"),
        ("health-taj-card", "sr-Latn"),
    ]


def test_whoever_needs_the_past_finds_the_notice_that_was_shown_then(
    starter_content: Content, starter_library: Library
) -> None:
    """Voluntary return stood still until 1 December 2015."""
    hungary = answers(starter_content, starter_library, "hungary")
    for language, day in (
        ("en", "December 1, 2015"),
        ("fr", "1 décembre 2015"),
        ("sq", "1 dhjetor 2015"),
        ("bs", "1. decembar 2015."),
    ):
        then = hungary.ask("voluntary return home", now=datetime(2015, 11, 20, tzinfo=UTC), language=language)
        assert [(notice.language, day in notice.text) for notice in then.notices] == [(language, True)]
        now = hungary.ask("voluntary return home", now=NOW, language=language)
        assert now.notices == []


def test_every_site_names_itself_in_its_languages(starter_content: Content) -> None:
    def lacking(site: Site) -> set[str]:
        return (
            {tag for tag in site.languages if tag not in site.name} if site.id not in ("hungary", "budapest") else set()
        )

    assert {site.id: lacking(site) for site in starter_content.sites if lacking(site)} == {}
