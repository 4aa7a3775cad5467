"""What an editor sees at first: the articles that they look for, and what these need, in the caller's transaction."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from bot.editing import plans, reviews, voted
from bot.editing.work import EVERY, Overview, Part
from bot.needs import questions
from knowledge_base import repository
from knowledge_base.documents import Contact, Notice, Site, Topic
from knowledge_base.editing import lists
from knowledge_base.editing.duties import NEEDS, Listing, Scope, Title, Wanted, subtopics
from knowledge_base.folding import folded

# How long before its end a notice is told of.
SOON = timedelta(days=14)


class OfText(Protocol):
    @property
    def article(self) -> str: ...

    @property
    def language(self) -> str: ...


One = TypeVar("One", bound=OfText)


async def overview(session: AsyncSession, wanted: Wanted, now: datetime, site: Site, part: Part = EVERY) -> Overview:
    """See `bot.editing.work.Overview`; `now` is aware, and the votes are those on the site."""
    topics = await repository.load_topics(session)
    found, others = await lists.matching(session, topics, wanted)
    planned = [plan for plan in await plans.all_of(session) if plan.article not in others]
    asked = [review for review in await reviews.all_of(session) if review.article not in others]
    # What will be published by itself needs nobody, and what waits for a review stands in a list of its own.
    waiting = [(plan.article, plan.language) for plan in planned if plan.fault is None]
    waiting += [(review.article, review.language) for review in asked]
    # Whichever is less to say.
    among, besides = (found, ()) if len(found) < len(others) else (None, others)
    needs = [need for need in NEEDS if part.only in (None, need)]
    contacts = await _contacts(session, wanted, topics) if "verify" in needs else None
    scope = Scope(wanted.language, now.date(), among, besides, contacts, waiting, site.languages)
    shown = found[part.start : part.start + part.most] if part.only in (None, "articles") else []
    unhelpful = [
        text
        for text in await voted.of_texts(session, site.id, now.date())
        if (text.is_falling or text.is_voted_down) and text.article not in others
    ]
    told: list[OfText] = [*planned, *asked, *unhelpful]
    titles = await lists.titles(session, {*shown, *(one.article for one in told)})
    notices = await repository.load_documents(session, Notice)
    ending = [one for one in notices if one.is_live(now) and not one.is_live(now + SOON)]
    return Overview(
        articles=Listing(len(found), [titles[article] for article in shown]),
        needs=await lists.duties(session, scope, needs, part.start, part.most) if needs else {},
        failed=_titled((plan for plan in planned if plan.fault is not None), titles),
        planned=_listing((plan for plan in planned if plan.fault is None), titles, wanted.language),
        reviews=_titled(asked, titles),
        unhelpful=_listing(unhelpful, titles, wanted.language),
        ending=sorted(
            (one for one in ending if _is_wanted(one, wanted, topics)), key=lambda one: (one.valid_until or "", one.id)
        ),
        topics=topics,
        countries=sorted(await repository.article_countries(session)),
        unanswered=await questions.count(session),
    )


def _titled(some: Iterable[One], titles: dict[str, Title]) -> list[tuple[One, Title]]:
    return [(one, titles[one.article]) for one in some]


def _listing(some: Iterable[One], titles: dict[str, Title], language: str) -> Listing[tuple[One, Title]]:
    """Those in the language, all where it is empty; and how many there are in each."""
    every = _titled(some, titles)
    own = [(one, title) for one, title in every if language in ("", one.language)]
    return Listing(len(own), own, Counter(one.language for one, _ in every))


async def _contacts(session: AsyncSession, wanted: Wanted, topics: Sequence[Topic]) -> Collection[str] | None:
    """The ids of those that are looked for; None for all."""
    if not (wanted.topic or wanted.country or wanted.words):
        return None
    contacts = await repository.load_documents(session, Contact)
    return [one.id for one in contacts if _is_wanted(one, wanted, topics)]


def _is_wanted(one: Notice | Contact, wanted: Wanted, topics: Sequence[Topic]) -> bool:
    """As an article is: of the topic and the country, and with all the words in some of its texts."""
    countries = one.countries if isinstance(one, Notice) else [one.country]
    told = folded("\n".join(_told(one)))
    return (
        wanted.country in ("", *countries)
        and (not wanted.topic or bool(subtopics(topics, wanted.topic) & set(one.topics)))
        and all(word in told for word in folded(wanted.words).split())
    )


def _told(one: Notice | Contact) -> list[str]:
    if isinstance(one, Notice):
        return [line for text in one.texts.values() for line in (text.title, text.text)]
    return [one.id, one.name, one.run_by or "", *one.purpose.values(), one.address or ""]
