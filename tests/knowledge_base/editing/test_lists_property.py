"""The lists say of any content what these few lines say of all its articles at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base import repository
from knowledge_base.database import Database
from knowledge_base.documents import Article, Text
from knowledge_base.editing import lists
from knowledge_base.editing.duties import LONG_AGO, NEEDS, Duty, Need, Scope, Title, Wanted, subtopics
from knowledge_base.folding import folded
from knowledge_base.importer import numbered
from knowledge_base.markdown import body_problems
from knowledge_base.status import translation_state
from tests import builders
from tests.databases import BACKENDS, Backend, new_database
from tests.knowledge_base.editing.test_lists import TODAY, TOPICS
from tests.knowledge_base.stored import take_in

IDS, LANGUAGES = ["card", "tax-card", "visa"], ["en", "hu", "zh-Hans"]
# With accents, signs that mean something to a database, one character, and scripts without spaces or capitals.
PARTS = ["Kártya", "kartya", "ẞ", "x", "e-mail", "50%", "a_b", 'say"so"', "it's", "\\n", "*", "AND", "visa", "ﷺ", "🙂"]
PARTS += ["居留许可", "留", "تصريح", "परमिट", "Ünnep"]
SAID = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4)
TEXTS = st.builds(lambda parts, sign: sign.join(parts), SAID, st.sampled_from([" ", "", "-", "，"]))


@dataclass(frozen=True)
class Step:
    """What happens to a text."""

    article: str
    language: str
    act: Literal["draft", "publish", "withdraw"]
    said: str
    question: str
    major: bool
    renders: int
    reviewed: date


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(IDS),
        st.sampled_from(LANGUAGES),
        st.sampled_from(["draft", "publish", "publish", "withdraw"]),
        TEXTS,
        TEXTS,
        st.booleans(),
        st.integers(1, 3),
        st.sampled_from([TODAY, TODAY - LONG_AGO, TODAY - LONG_AGO - timedelta(days=1), date(2020, 1, 1)]),
    ),
    max_size=12,
)
PIECES = TEXTS.flatmap(
    lambda text: st.builds(lambda a, b: text[min(a, b) : max(a, b)], *[st.integers(0, len(text))] * 2)
)
WANTED = st.builds(
    Wanted,
    st.sampled_from(["", "health", "hospital", "work", "nothing"]),
    st.sampled_from(["", "HU", "SK"]),
    st.sampled_from(["", *LANGUAGES, "ar"]),
    st.lists(PIECES | st.sampled_from([*PARTS, "ard", "d-c"]), max_size=2).map(" ".join),
)


@pytest.mark.parametrize("backend", BACKENDS)
@settings(max_examples=25)
@given(steps=STEPS, asked=st.lists(WANTED, min_size=1, max_size=6))
async def test_lists_are_what_all_articles_say(backend: Backend, steps: list[Step], asked: list[Wanted]) -> None:
    facts = [
        builders.facts(topics=["hospital"], verify="Is it free?"),
        builders.facts(topics=["work", "health"], confidence="low"),
        builders.facts(topics=["work"], country="SK", verify="Is it so?"),
    ]
    articles = [builders.article(id, facts=one) for id, one in zip(IDS, facts, strict=True)]
    async with new_database(backend) as database:
        await take_in(database, builders.content(*articles, topics=TOPICS))
        for step in steps:
            await take(database, step)
        await compare(database, asked)


async def take(database: Database, step: Step) -> None:
    key = step.article, step.language
    async with database.transaction() as session:
        if step.act == "withdraw":
            await repository.withdraw(session, *key)
            return
        # What is no Markdown of ours is no text at all.
        body = step.question if not body_problems(step.question) else "Text."
        questions = {"questions": [step.question], "search_questions": [step.said]}
        text = builders.text(step.said[:100], body, **questions)
        renders = None if step.language == "en" else step.renders
        latest = await repository.latest_revision(session, *key)
        number = (latest.number or 0) + 1 if latest else 1
        minor = {"number": number, "last_major": latest.last_major} if latest and not step.major else {}
        revision = builders.revision(text, renders=renders, reviewed=step.reviewed, **minor)
        saved = numbered(revision, latest)
        await repository.add_revision(session, *key, saved)
        if step.act == "publish":
            await repository.publish(session, *key, saved.number or 1)


async def compare(database: Database, asked: Iterable[Wanted]) -> None:
    async with database.reading() as session:
        articles = await repository.load_articles(session)
        for wanted in asked:
            expected = matching(articles, wanted)
            ids = [article.id for article in expected]
            others = {article.id for article in articles} - set(ids)
            assert await lists.matching(session, TOPICS, wanted) == (ids, others), wanted
            for among, besides in ((ids, ()), (None, others), (None, ())):
                scope = Scope(wanted.language, TODAY, among, besides, languages=LANGUAGES)
                found = await lists.duties(session, scope, NEEDS, 0, 100)
                scoped = expected if among is not None or besides else articles
                needed = duties(scoped, wanted.language)
                by_language = counted(scoped, {*LANGUAGES, wanted.language} - {""})
                assert {need: some.by_language for need, some in found.items()} == by_language
                if not wanted.language:
                    assert found["missing"].count == sum(by_language["missing"].values())
                    del found["missing"], needed["missing"]
                assert {need: list(some.entries) for need, some in found.items()} == needed
                assert {need: some.count for need, some in found.items()} == {
                    n: len(some) for n, some in needed.items()
                }


def matching(articles: Iterable[Article], wanted: Wanted) -> list[Article]:
    below = subtopics(TOPICS, wanted.topic) if wanted.topic else None
    words = folded(wanted.words).split()
    return [
        article
        for article in articles
        if (below is None or below & set(article.facts.topics))
        and wanted.country in ("", article.facts.country)
        and (all(word in all_of(article) for word in words))
    ]


def all_of(article: Article) -> str:
    told = [article.id]
    for translation in article.translations.values():
        for revision in (translation.published, translation.draft):
            if revision is not None:
                text = revision.text
                told += [text.title, *text.questions, *text.search_questions, text.body]
    return folded("\n".join(told))


def counted(articles: Collection[Article], languages: Iterable[str]) -> dict[Need, dict[str, int]]:
    """By language; facts are every language's business."""
    found: dict[Need, dict[str, int]] = {need: {} for need in NEEDS}
    for language in languages:
        for need, some in duties(articles, language).items():
            if some and need != "verify":
                found[need][language] = len(some)
    return found


def duties(articles: Iterable[Article], language: str) -> dict[Need, list[Duty]]:
    found: dict[Need, list[Duty]] = {need: [] for need in NEEDS}
    for article in articles:
        for tag in [language] if language else article.translations:
            translation = article.translations.get(tag)
            published = translation.published if translation else None
            title, state = title_of(article, tag), translation_state(article, tag)
            if translation is not None and translation.draft is not None:
                found["draft"].append(Duty(title, tag))
            if state in ("outdated", "missing"):
                found["outdated" if state == "outdated" else "missing"].append(Duty(title, tag))
            if published is not None and published.reviewed < TODAY - LONG_AGO:
                found["old"].append(Duty(title, tag, since=published.reviewed))
        is_unsure = article.facts.confidence == "low"
        if article.facts.verify or is_unsure:
            title, about = title_of(article, article.source_language), article.facts.verify
            found["verify"].append(Duty(title, article.source_language, about=about, is_unsure=is_unsure))
    found["verify"].sort(key=lambda duty: not duty.is_unsure)
    found["old"].sort(key=lambda duty: (duty.since or TODAY, duty.title.article))
    return found


def title_of(article: Article, language: str) -> Title:
    for tag in (language, article.source_language):
        if text := newest(article, tag):
            return Title(article.id, text.title, tag)
    raise AssertionError(f"{article.id} says nothing")


def newest(article: Article, language: str) -> Text | None:
    translation = article.translations.get(language)
    revision = translation and (translation.draft or translation.published)
    return revision.text if revision else None
