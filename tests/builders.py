"""Small, valid pieces of content for tests; every argument has a default."""

from datetime import date
from typing import Any

from argon2 import PasswordHasher

from bot.staff.passwords import Passwords
from knowledge_base.documents import (
    Article,
    ArticleFacts,
    Contact,
    Content,
    Notice,
    NoticeText,
    Phone,
    Revision,
    Site,
    Source,
    Step,
    Text,
    Topic,
    Translation,
)
from retrieval.confidence import Calibration
from retrieval.index import DEFAULT_WEIGHTS

REVIEWED = date(2026, 11, 22)


def facts(**changes: Any) -> ArticleFacts:
    fields: dict[str, Any] = {
        "kind": "faq",
        "country": "HU",
        "topics": ["health"],
        "audience": ["all"],
        "sources": [Source(title="Office leaflet", url="https://example.org/leaflet")],
        "as_of": "2024",
        "confidence": "high",
    }
    return ArticleFacts(**{**fields, **changes})


def text(title: str = "Health card", body: str = "The office gives you a health card.", **changes: Any) -> Text:
    return Text(**{"title": title, "body": body, "questions": [f"How do I get: {title}?"], **changes})


def revision(said: Text | None = None, **changes: Any) -> Revision:
    return Revision(**{"text": said or text(), "reviewed": REVIEWED, **changes})


def article(
    id: str = "health-card", *, source_language: str = "en", facts: ArticleFacts | None = None, **translations: Revision
) -> Article:
    """An article whose published translations are keyword arguments (`en=revision(…)`, `zh_Hans=…`)."""
    from tests import builders

    published = translations or {source_language: revision()}
    return Article(
        id=id,
        facts=facts or builders.facts(),
        source_language=source_language,
        translations={lang.replace("_", "-"): Translation(published=saved) for lang, saved in published.items()},
    )


def contact(id: str = "help-line", **changes: Any) -> Contact:
    fields: dict[str, Any] = {
        "id": id,
        "name": "Help line",
        "country": "HU",
        "topics": ["health"],
        "purpose": {"en": "Answers questions", "hu": "Válaszol a kérdésekre"},
        "phones": [Phone(number="+36 1 234 5678", note={"en": "free"})],
        "sources": [Source(title="Directory")],
        "confidence": "high",
    }
    return Contact(**{**fields, **changes})


def notice(id: str = "office-closed", **changes: Any) -> Notice:
    fields: dict[str, Any] = {
        "id": id,
        "valid_from": "2026-06-06T00:00",
        "valid_until": "2026-12-31T24:00",
        "time_zone": "Europe/Budapest",
        "countries": ["HU"],
        "topics": ["health"],
        "texts": {"en": NoticeText(title="Office closed", text="The office is closed since {valid_from}.")},
    }
    return Notice(**{**fields, **changes})


def site(**changes: Any) -> Site:
    fields: dict[str, Any] = {
        "id": "hungary",
        "name": {"en": "Kalauz Hungary"},
        "countries": ["HU"],
        "languages": ["hu", "en", "de", "uk", "ar", "sr", "sr-Latn", "hr", "bs", "zh-Hans"],
        "default_language": "en",
        "time_zone": "Europe/Budapest",
        "hotline": "help-line",
        "crisis": ["help-line"],
    }
    return Site(**{**fields, **changes})


def procedure(id: str = "tax-card") -> Article:
    steps = [
        Step(title="Fill in the form", papers=["Passport"], fee="Free"),
        Step(title="Take it to the tax office", place="Tax office", deadline="Within 15 days"),
    ]
    body = "You need a tax card before you start to work.\n\n## If you lose it\n\nAsk again."
    said = text("Tax card", body, steps=steps)
    return article(id, facts=facts(kind="procedure", topics=["work"]), en=revision(said))


def equal_confidence(answer_from: float, choices_from: float = 0.0, *, intercept: float = 0.0) -> Calibration:
    """Gives every best article the same probability: one half, or the sigmoid of `intercept`."""
    return Calibration(
        weights=dict(DEFAULT_WEIGHTS),
        intercept=intercept,
        coefficients={},
        answer_from=answer_from,
        choices_from=choices_from,
        fingerprint="",
        questions=0,
        answered_right=0.0,
        answered_wrong=0.0,
        out_answered=0.0,
    )


def content(*articles: Article, **changes: Any) -> Content:
    """A whole small content: two topics, a contact, a site, and the articles (or three of them)."""
    topics = [Topic(id="health", name={"en": "Health"}), Topic(id="work", name={"en": "Work"})]
    rent = text("Renting a flat", "A written contract protects you. The deposit is usually two months of rent.")
    chosen = articles or (article(), procedure(), article("rent-contract", en=revision(rent)))
    fields: dict[str, Any] = {
        "topics": topics,
        "articles": list(chosen),
        "contacts": [contact()],
        "notices": [],
        "sites": [site()],
    }
    return Content(**{**fields, **changes})


def calibration(mark: str = "") -> Calibration:
    """Answers where a passage has most of the question's words, offers choices where it has any."""
    return Calibration(
        weights=dict(DEFAULT_WEIGHTS),
        intercept=-3.0,
        coefficients={"passage_words": 8.0},
        answer_from=0.5,
        choices_from=0.05,
        fingerprint=mark,
        questions=100,
        answered_right=0.5,
        answered_wrong=0.0,
        out_answered=0.0,
    )


# What a hash costs is no matter in a test.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def passwords() -> Passwords:
    return Passwords(CHEAP)
