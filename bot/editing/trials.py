"""Questions tried out on what is answered from right now; no conversation is stored, and nothing is counted."""

import asyncio
import weakref
from collections.abc import Callable, Sequence
from datetime import datetime

from rasa_sdk.events import SessionStarted, SlotSet
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.actions import action_executor
from bot.editing import voted
from bot.editing.tables import ExpectationRow
from bot.editing.trying import Expectation, Quality, Tested, Trial, Verdict
from bot.handoff.moves import BOT
from bot.replies import Reply
from bot.runner import Runner
from bot.staff.tables import AuditRow
from bot.state import Event, State, slots_of
from bot.transcript import reply_of
from bot.understanding import ParseData, parsed_answer, understand
from knowledge_base.database import Database, inserting
from knowledge_base.editing import drafts
from retrieval.answers import Answers
from retrieval.confidence import MAX_WRONG, Calibration
from retrieval.library import Library
from retrieval.question import checked
from retrieval.shown import ShownNear

# How many of the kinds that a message may be are told, and how likely each has to be.
KINDS, LIKELY = 3, 0.01
# No conversation has this id.
NOBODY = "trial"


class Trials:
    """See `bot.editing.trying.Trying` for what each method is for; `clock` gives the aware time now."""

    def __init__(self, database: Database, answers: Answers, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._answers = answers
        self._clock = clock
        self._runner = Runner(action_executor(answers))
        # What came of the tests, and of which library and calibration that holds.
        self._known: dict[Expectation, Tested] = {}
        self._known_of: tuple[weakref.ref[Library], Calibration] | None = None

    async def try_out(self, question: str, language: str | None = None) -> Trial:
        """What is said to who begins with this; `language` is what they have chosen. Raises QuestionError."""
        now = self._clock()
        opening: list[Event] = [SessionStarted(timestamp=now.timestamp())]
        if language:
            opening += [SlotSet("language", language), SlotSet("language_chosen", True)]
        parsed, kinds, near = await asyncio.to_thread(self._understood, question, State.of(slots_of(opening)), now)
        said = await self._runner.run(NOBODY, opening, parsed, owner=BOT, now=now, sealed={})
        replies = [reply_of(event) for event in said if event["event"] == "bot"]
        spoken = parsed["language"] or _spoken(replies) or self._answers.site.default_language
        return Trial(checked(question), spoken, parsed["intent"]["name"], kinds, replies, parsed_answer(parsed), near)

    async def keep(self, question: str, language: str, article_id: str, *, by: str) -> None:
        """Keep as a test that this article answers; another article that was expected so far no longer is.

        Raises QuestionError and UnknownTextError.
        """
        key = {"language": language, "question": checked(question)}
        async with self._database.transaction() as session:
            await drafts.article(session, article_id)
            expected = await session.scalar(select(ExpectationRow.article).filter_by(**key))
            if expected == article_id:
                return
            insert = inserting(session, ExpectationRow).values(**key, article=article_id)
            wanted = {"article": article_id}
            await session.execute(insert.on_conflict_do_update(index_elements=list(key), set_=wanted))
            self._note(session, by, "keep test", f"{article_id}/{language}")

    async def drop(self, id: int, *, by: str) -> bool:
        """Whether there was such a test."""
        async with self._database.transaction() as session:
            row = await session.get(ExpectationRow, id)
            if row is None:
                return False
            await session.execute(delete(ExpectationRow).where(ExpectationRow.id == id))
            self._note(session, by, "drop test", f"{row.article}/{row.language}")
            return True

    async def quality(self, reader: str) -> Quality:
        """Of what is answered from now; titles are for `reader`. Tests that fail come first."""
        async with self._database.reading() as session:
            kept = await _expectations(session)
            of_texts = await voted.of_texts(session, self._answers.site.id, self._clock().date())
        tested = await asyncio.to_thread(self._results, kept)
        order: list[Verdict] = ["missed", "offered", "answered"]
        tested.sort(key=lambda one: order.index(one.verdict))
        named = {one.article for one in of_texts} | {one.expectation.article for one in tested}
        found = {
            id: self._answers.library.revision(id, reader) for id in named | {one.answered or "" for one in tested}
        }
        fitted = self._answers.calibration
        return Quality(
            fitted_on=fitted.questions if fitted.coefficients else 0,
            most_wrong=MAX_WRONG,
            by_language=fitted.languages,
            answered_right=fitted.answered_right,
            answered_wrong=fitted.answered_wrong,
            out_answered=fitted.out_answered,
            votes=of_texts,
            tested=tested,
            titles={id: (one[1].text.title, one[0]) for id, one in found.items() if one is not None},
        )

    def _note(self, session: AsyncSession, by: str, action: str, subject: str) -> None:
        session.add(AuditRow(at=self._clock(), login=by, action=action, subject=subject))

    def _understood(
        self, question: str, state: State, now: datetime
    ) -> tuple[ParseData, list[tuple[str, float]], list[ShownNear]]:
        parsed = understand(question, self._answers, now=now, state=state)
        if parsed_answer(parsed) is None:
            return parsed, [], []
        likely = self._answers.recogniser.recognise(question).likely
        kinds = sorted(((kind, p) for kind, p in likely.items() if p >= LIKELY), key=lambda kind: -kind[1])[:KINDS]
        reader = parsed["language"] or self._answers.site.default_language
        return parsed, kinds, self._answers.near(question, now=now, reader=reader)

    def _results(self, kept: Sequence[Expectation]) -> list[Tested]:
        """Each is asked once of a library and calibration."""
        # A library that is served no more goes out of memory.
        answering = weakref.ref(self._answers.library), self._answers.calibration
        if self._known_of != answering:
            self._known, self._known_of = {}, answering
        known = self._known
        now = self._clock()
        for one in kept:
            if one not in known:
                known[one] = self._result(one, now)
        return [known[one] for one in kept]

    def _result(self, one: Expectation, now: datetime) -> Tested:
        found = self._answers.ask(one.question, now=now, prior=one.language)
        answered = found.answer.article if found.answer else None
        # Where the bot first asks whose case it is, nothing is answered yet.
        if answered == one.article and not found.depends_on:
            return Tested(one, "answered", answered)
        is_asked = found.outcome in ("answer", "choices") and (found.outcome == "choices" or found.depends_on)
        offered = is_asked and one.article in {choice.article for choice in found.choices}
        return Tested(one, "offered" if offered else "missed", answered)


def _spoken(replies: Sequence[Reply]) -> str | None:
    return next((reply.language for reply in replies if reply.language), None)


async def _expectations(session: AsyncSession) -> list[Expectation]:
    rows = await session.scalars(select(ExpectationRow).order_by(ExpectationRow.language, ExpectationRow.id))
    return [Expectation(row.id, row.language, row.question, row.article) for row in rows]
