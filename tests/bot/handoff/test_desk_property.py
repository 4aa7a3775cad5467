"""Migrants and counsellors who do anything in any order, with crashes between and within any two steps."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, event, select

from bot import conversations
from bot.handoff import cases
from bot.handoff.inbox import UnknownHandoffError
from bot.handoff.moves import OPEN, HandoffError, Outcome
from bot.handoff.tables import HandoffRow, NoteRow
from bot.messages import UnknownConversationError
from bot.staff.member import Member
from bot.tables import CallbackRow, ConversationRow, EventRow
from retrieval.answers import Answers
from tests.bot.handoff.conftest import Migrant, Office, Watch, hired
from tests.databases import Backend, new_database

WORDS = st.sampled_from(
    ["How do I get a health card?", "hello", "/human", "/withdraw", "/callback", "/delete", "/stop"]
)
STAFF = st.integers(0, 2)
REFUSALS = (HandoffError, UnknownHandoffError, UnknownConversationError)


class Crash(BaseException):
    """The process dies."""


@dataclass(eq=False)
class Talk:
    """`said` is what the migrant and the counsellors wrote and were told is stored, in order of each writer."""

    migrant: Migrant
    said: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    gone: bool = False

    @property
    def id(self) -> str:
        return self.migrant.started.conversation_id


class People(RuleBasedStateMachine):
    """Set `answers` and `backend` before use."""

    answers: Answers
    backend: Backend
    talks = Bundle("talks")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.database = self.run(self.stack.enter_async_context(new_database(self.backend)))
        self.office = Office(self.database, self.answers, Watch())
        self.staff: list[Member] = [self.run(hired(self.database, name)) for name in ("Anna", "Béla", "Chen")]
        self.all: list[Talk] = []
        self.count = 0
        self.statements_left: int | None = None
        self.committed = False
        engine = self.database._engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *_: self.step())
        event.listen(engine, "commit", self.commit)

    def step(self) -> None:
        if self.statements_left is not None:
            self.statements_left -= 1
            if self.statements_left < 0:
                raise Crash

    def commit(self, connection: Connection) -> None:
        self.step()
        self.committed |= not connection.get_execution_options().get("read_only", False)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def attempt(self, work: Coroutine[Any, Any, Any], crash_after: int | None) -> bool:
        """Do something, perhaps with a crash at a statement; whether it was done."""
        before = self.run(self.stored())
        self.statements_left, self.committed = crash_after, False
        try:
            self.run(work)
        except Crash:
            self.statements_left = None
            self.office.start()
            for talk in self.all:
                talk.migrant.engine = self.office.engine
            if self.committed:
                # The step was whole; what is told of it, or cleaned up after it, is not part of it.
                return True
            assert self.run(self.stored()) == before, "a crash left half of a step"
            return False
        except REFUSALS:
            self.statements_left = None
            assert self.run(self.stored()) == before, "what was refused has changed something"
            return False
        finally:
            self.statements_left = None
        return True

    async def stored(self) -> list[list[Any]]:
        async with self.database.reading() as session:
            tables = [ConversationRow, EventRow, HandoffRow, NoteRow, CallbackRow]
            return [[tuple(row) for row in await session.execute(select(t.__table__))] for t in tables]

    async def newest(self, talk: Talk) -> HandoffRow | None:
        async with self.database.reading() as session:
            return await cases.newest(session, talk.id)

    CRASHES = st.none() | st.integers(0, 12)

    @rule(target=talks)
    def start(self) -> Talk:
        talk = Talk(self.run(self.office.migrant()))
        self.all.append(talk)
        return talk

    @rule(talk=talks, text=WORDS, crash=CRASHES)
    def say(self, talk: Talk, text: str, crash: int | None) -> None:
        if self.attempt(talk.migrant.say(text), crash):
            talk.said.append(text)

    @rule(talk=talks, who=STAFF, crash=CRASHES, other=STAFF, name=st.sampled_from(["accept", "assign", "release"]))
    def take(self, talk: Talk, who: int, other: int, crash: int | None, name: str) -> None:
        case = self.run(self.newest(talk))
        if case is not None:
            to = [self.staff[other]] if name == "assign" else []
            self.attempt(getattr(self.office.desk, name)(case.id, self.staff[who], *to), crash)

    @rule(
        talk=talks,
        who=STAFF,
        crash=CRASHES,
        outcome=st.sampled_from([None, "solved", "referred"]),
        again=st.booleans(),
    )
    def end(self, talk: Talk, who: int, crash: int | None, outcome: Outcome | None, again: bool) -> None:
        case, member, desk = self.run(self.newest(talk)), self.staff[who], self.office.desk
        if case is None:
            return
        if again:
            self.attempt(desk.reopen(case.id, member), crash)
        elif outcome is None:
            self.attempt(desk.give_back(case.id, member), crash)
        else:
            self.attempt(desk.close(case.id, member, outcome), crash)

    @rule(talk=talks, who=STAFF, crash=CRASHES)
    def reply(self, talk: Talk, who: int, crash: int | None) -> None:
        case = self.run(self.newest(talk))
        if case is None:
            return
        self.count += 1
        text = f"reply {self.count}"
        for crashing in (crash, None):
            # A desk that heard nothing sends the same again.
            if self.attempt(self.office.desk.reply(case.id, self.staff[who], text, text), crashing):
                if text not in talk.written:
                    talk.written.append(text)
            elif crashing is None:
                assert text not in talk.written

    @rule(talk=talks, first=STAFF, second=STAFF)
    def accept_at_once(self, talk: Talk, first: int, second: int) -> None:
        case = self.run(self.newest(talk))
        if case is None:
            return

        async def both() -> list[Any]:
            calls = [self.office.desk.accept(case.id, self.staff[one]) for one in (first, second)]
            return await asyncio.gather(*calls, return_exceptions=True)

        results = self.run(both())
        assert all(result is None or isinstance(result, REFUSALS) for result in results)
        if case.state == "waiting":
            assert sum(result is None for result in results) == (2 if first == second else 1)

    @rule(minutes=st.sampled_from([1, 20, 60, 80 * 60]), crash=CRASHES)
    def pass_time(self, minutes: int, crash: int | None) -> None:
        self.office.watch.wind(minutes=minutes)
        self.statements_left = crash
        # What the clock does is many steps: each is whole, and the next tick does the rest.
        with suppress(Crash):
            self.run(self.office.desk.tick())
        self.statements_left = None
        self.run(self.office.desk.tick())

    @rule(talk=talks, crash=CRASHES)
    def erase(self, talk: Talk, crash: int | None) -> None:
        if self.attempt(talk.migrant.erase(), crash):
            talk.gone = True

    @invariant()
    def everybody_has_one_owner_and_the_events_tell_of_it(self) -> None:
        async def work() -> None:
            async with self.database.reading() as session:
                for talk in self.all:
                    conversation = await session.get(ConversationRow, talk.id)
                    assert (conversation is None) == talk.gone
                    known = list(await session.scalars(select(HandoffRow).where(HandoffRow.conversation_id == talk.id)))
                    if conversation is None:
                        assert known == []
                        continue
                    assert sum(row.state in OPEN for row in known) <= 1
                    stored = await conversations.events(session, talk.id)
                    assert [one.number for one in stored] == list(range(1, len(stored) + 1))
                    slots = [one.data for one in stored if one.data["event"] == "slot"]
                    told = [slot["value"] for slot in slots if slot["name"] == "handoff"]
                    newest = await cases.newest(session, talk.id)
                    if newest is None:
                        assert (conversation.owner, told) == ("bot", [])
                    else:
                        handoff = cases.handoff_of(newest)
                        assert conversation.owner == handoff.owner
                        assert told[-1] == handoff.as_slot()

        self.run(work())

    @invariant()
    def nothing_that_was_written_is_lost_or_doubled(self) -> None:
        for talk in self.all:
            if talk.gone:
                continue
            messages = self.run(talk.migrant.read())
            assert sum(message.sender == "migrant" for message in messages) == len(talk.said)
            assert [message.text for message in messages if message.sender == "person"] == talk.written

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()


def test_whatever_people_do_and_whenever_it_crashes_nobody_is_lost(backend: Backend, answers: Answers) -> None:
    People.answers, People.backend = answers, backend
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        People,
        settings=settings(
            max_examples=30 if backend == "sqlite" else 8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=checks,
        ),
    )
