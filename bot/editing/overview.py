"""What an editor sees at first: the articles that they look for, and what these need, in the caller's transaction."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from bot.editing import plans
from bot.editing.work import EVERY, Overview, Part
from bot.needs import questions
from knowledge_base import repository
from knowledge_base.editing import lists
from knowledge_base.editing.duties import NEEDS, Listing, Scope, Wanted


async def overview(session: AsyncSession, wanted: Wanted, today: date, part: Part = EVERY) -> Overview:
    """See `bot.editing.work.Overview`."""
    topics = await repository.load_topics(session)
    found, others = await lists.matching(session, topics, wanted)
    planned = [
        plan
        for plan in await plans.all_of(session)
        if plan.article not in others and wanted.language in ("", plan.language)
    ]
    # What will be published by itself needs nobody.
    waiting = [(plan.article, plan.language) for plan in planned if plan.fault is None]
    # Whichever is less to say.
    among, besides = (found, ()) if len(found) < len(others) else (None, others)
    scope = Scope(wanted.language, today, among, besides, waiting)
    needs = [need for need in NEEDS if part.only in (None, need)]
    shown = found[part.start : part.start + part.most] if part.only in (None, "articles") else []
    titles = await lists.titles(session, {*shown, *(plan.article for plan in planned)})
    return Overview(
        articles=Listing(len(found), [titles[article] for article in shown]),
        needs=await lists.duties(session, scope, needs, part.start, part.most) if needs else {},
        plans=[(plan, titles[plan.article]) for plan in planned],
        topics=topics,
        countries=sorted(await repository.article_countries(session)),
        unanswered=await questions.count(session),
    )
