"""What an editor sees at first: the articles that they look for, and what these need, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot import records
from bot.editing import plans, reviews, votes
from bot.editing.work import EVERY, Overview, Part
from bot.needs import questions
from knowledge_base import repository
from knowledge_base.documents import Notice, Topic
from knowledge_base.editing import lists
from knowledge_base.editing.duties import NEEDS, Listing, Scope, Wanted, subtopics
from knowledge_base.said import folded

# How long before its end a notice is told of.
SOON = timedelta(days=14)


async def overview(session: AsyncSession, wanted: Wanted, now: datetime, site: str, part: Part = EVERY) -> Overview:
    """See `bot.editing.work.Overview`; `now` is aware, and the votes are those on the site."""
    topics = await repository.load_topics(session)
    found, others = await lists.matching(session, topics, wanted)
    planned = [
        plan
        for plan in await plans.all_of(session)
        if plan.article not in others and wanted.language in ("", plan.language)
    ]
    asked = [
        review
        for review in await reviews.all_of(session)
        if review.article not in others and wanted.language in ("", review.language)
    ]
    # What will be published by itself needs nobody, and what waits for a review stands in a list of its own.
    waiting = [(plan.article, plan.language) for plan in planned if plan.fault is None]
    waiting += [(review.article, review.language) for review in asked]
    # Whichever is less to say.
    among, besides = (found, ()) if len(found) < len(others) else (None, others)
    scope = Scope(wanted.language, now.date(), among, besides, waiting)
    needs = [need for need in NEEDS if part.only in (None, need)]
    shown = found[part.start : part.start + part.most] if part.only in (None, "articles") else []
    unhelpful = [
        text
        for text in votes.of_texts(await records.votes(session, site, now.date() - votes.LATELY))
        if (text.is_falling or text.is_voted_down)
        and text.article not in others
        and wanted.language in ("", text.language)
    ]
    named = {
        *shown,
        *(plan.article for plan in planned),
        *(review.article for review in asked),
        *(text.article for text in unhelpful),
    }
    titles = await lists.titles(session, named)
    notices = await repository.load_documents(session, Notice)
    ending = [one for one in notices if one.is_live(now) and not one.is_live(now + SOON)]
    return Overview(
        articles=Listing(len(found), [titles[article] for article in shown]),
        needs=await lists.duties(session, scope, needs, part.start, part.most) if needs else {},
        plans=[(plan, titles[plan.article]) for plan in planned],
        reviews=[(review, titles[review.article]) for review in asked],
        # Of an article that is gone the votes stay.
        unhelpful=[(text, titles[text.article]) for text in unhelpful if text.article in titles],
        ending=sorted(
            (one for one in ending if _is_wanted(one, wanted, topics)), key=lambda one: (one.valid_until or "", one.id)
        ),
        topics=topics,
        countries=sorted(await repository.article_countries(session)),
        unanswered=await questions.count(session),
    )


def _is_wanted(notice: Notice, wanted: Wanted, topics: Sequence[Topic]) -> bool:
    """As an article is: of the topic and the country, and with all the words in some of its texts."""
    told = folded("\n".join(f"{text.title}\n{text.text}" for text in notice.texts.values()))
    return (
        wanted.country in ("", *notice.countries)
        and (not wanted.topic or bool(subtopics(topics, wanted.topic) & set(notice.topics)))
        and all(word in told for word in folded(wanted.words).split())
    )
