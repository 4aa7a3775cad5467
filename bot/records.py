"""What a turn leaves for editors and statistics: the question that found no answer, and counts without persons."""

from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import Insert, Table, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.needs.figures import LONGEST, WAITS
from bot.needs.statistics import QUESTION, WAITED
from bot.redaction import redacted, without_marks
from bot.state import Event, State
from bot.tables import TallyRow, UnansweredRow
from bot.understanding import ParseData, parsed_answer
from knowledge_base.database import inserting
from retrieval.answers import Answers

TALLIES = cast(Table, TallyRow.__table__)
# Of the outcomes' subjects: the article that was shown.
ARTICLE = "article"
_MADE: dict[str, Insert] = {}


async def record(
    session: AsyncSession,
    conversation_id: str,
    *,
    site: str,
    number: int,
    parsed: ParseData,
    said: list[Event],
    state: State,
    language: str,
    answers: Answers,
    now: datetime,
) -> None:
    """Record a turn; `number` is the message's, `state` what the conversation remembered before it."""
    slots = {event["name"]: event["value"] for event in said if event["event"] == "slot"}
    outcome = next((e["data"]["custom"]["outcome"] for e in said if e["event"] == "bot"), None)
    intent, entities = parsed["intent"]["name"], {e["entity"]: e["value"] for e in parsed["entities"]}
    reason = {"none": "none_of_these", "helped": "did_not_help"}.get(intent, str(outcome))
    if intent == "helped" and "voted" in slots:
        yes = bool(entities.get("yes"))
        await count(session, now, site, language, "helped" if yes else "not_helped", str(entities.get("about")))
        article = str(entities.get("about")).split("/")[0]
        if not yes and article == state.article:
            await _keep_question(session, conversation_id, number, language, state.question, reason, article, now)
    elif outcome is not None:
        subject = slots.get(ARTICLE) or "" if outcome == "answer" else ""
        about = f"{_about(subject, parsed, answers)}/{outcome}"
        await _count(session, now, site, language, (outcome, subject), (QUESTION, about))
        if outcome == "no_answer":
            question = state.question if intent == "none" else entities.get("question") or parsed["text"]
            await _keep_question(session, conversation_id, number, language, question, reason, None, now)


def _about(article_id: str, parsed: ParseData, answers: Answers) -> str:
    """`topic/country`, of the article or else as the question was understood; each is empty where it is not known.

    The topic is the uppermost one; the country of a question without an article is the site's, if it has one alone.
    """
    library, countries = answers.library, answers.site.countries
    found = parsed_answer(parsed)
    article = library.articles.get(article_id)
    topic = article.facts.topics[0] if article else found.topic if found else None
    country = article.facts.country if article else countries[0] if len(countries) == 1 else ""
    return f"{library.path(topic)[-1] if topic else ''}/{country}"


async def waited(session: AsyncSession, now: datetime, site: str, language: str, time: timedelta) -> None:
    """Somebody waited this long until a person came."""
    minutes = time / timedelta(minutes=1)
    within = next((name for below, name in WAITS if minutes < below), LONGEST)
    await count(session, now, site, language, WAITED, within)


async def _keep_question(
    session: AsyncSession,
    conversation_id: str,
    number: int,
    language: str,
    text: str | None,
    reason: str,
    article: str | None,
    now: datetime,
) -> None:
    shown = redacted(text or "")
    # Where nothing but marks is left, there is nothing to learn.
    if without_marks(shown):
        session.add(
            UnansweredRow(
                conversation_id=conversation_id,
                number=number,
                language=language,
                text=shown,
                reason=reason,
                article=article,
                asked_at=now,
            )
        )


async def count(session: AsyncSession, now: datetime, site: str, language: str, kind: str, subject: str) -> None:
    """One more."""
    await _count(session, now, site, language, (kind, subject))


async def _count(session: AsyncSession, now: datetime, site: str, language: str, *of: tuple[str, str]) -> None:
    """One more of each kind and subject."""
    key = {"day": now.date(), "site": site, "language": language, "count": 1}
    rows = [{**key, "kind": kind, "subject": subject} for kind, subject in of]
    await session.execute(_one_more(session), rows)


def _one_more(session: AsyncSession) -> Insert:
    """Both databases take the row and the sum in one statement; putting it together takes longer than they do."""
    dialect = session.get_bind().dialect.name
    if dialect not in _MADE:
        insert = inserting(session, TALLIES)
        more = {"count": TALLIES.c.count + 1}
        _MADE[dialect] = insert.on_conflict_do_update(index_elements=list(TALLIES.primary_key), set_=more)
    return _MADE[dialect]


async def votes(session: AsyncSession, site: str, since: date) -> list[tuple[str, str, int, int]]:
    """How often each text, `article/language/revision`, was voted `helped` or `not_helped`: since then, and before."""
    late = func.sum(case((TallyRow.day >= since, TallyRow.count), else_=0))
    query = (
        select(TallyRow.subject, TallyRow.kind, late, func.sum(TallyRow.count) - late)
        .where(TallyRow.site == site, TallyRow.kind.in_(("helped", "not_helped")))
        .group_by(TallyRow.subject, TallyRow.kind)
    )
    return [(subject, kind, int(since), int(before)) for subject, kind, since, before in await session.execute(query)]
