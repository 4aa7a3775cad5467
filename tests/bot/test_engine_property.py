"""Random users over a real database: every message is answered exactly once, and nothing is lost or doubled."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from bot import callbacks, conversations
from bot.callbacks import HIDDEN_TEXT
from bot.engine import Engine
from bot.handoff.tables import HandoffRow
from bot.limits import Limits, Rate
from bot.messages import Incoming, Message, UnknownConversationError
from bot.payloads import read_payload
from bot.replies import Buttons, Checklist
from bot.state import State, slots_of
from bot.tables import CallbackRow, ConversationRow, EventRow, UnansweredRow
from retrieval.answers import Answers
from retrieval.question import QuestionError, checked
from tests.bot.conftest import VAULT, clock
from tests.databases import Backend, new_database

TEXTS = st.sampled_from(
    [
        "How do I get a health card?",
        "Hogyan kapok egészségügyi kártyát?",
        "card football tonight stadium",
        "ok",
        "42",
        "/none",
        '/article{"id": "tax-card", "whole": true}',
        '/article{"id": "gone"}',
        "/continue",
        "/callback",
        "/delete",
        "/human",
        "/unknown",
    ]
) | st.text(max_size=60)
DELETE = '/delete{"sure": true}'
KINDS = st.sampled_from(["picture", "voice", "file", "other", "hologram"])
OWNERS = st.sampled_from(["bot", "desk", "staff-1"])
# Which of the things that there are then: what is drawn must not depend on who was first among those at once.
PICKS = st.integers(0, 30)
# Fields of the callback form, right ones first.
FIELDS = [
    ["Fatima", "x" * 61],
    ["+36 30 123 4567", "٠٦٣٠١٢٣٤٥٦٧", "fatima@example.org", "my brother has one"],
    ['/field{"value": "morning"}', "after eight", "x" * 61],
    ["arabic", '/field{"value": "hu"}', "Klingon"],
]


def picked(things: list[str], pick: int) -> str:
    return things[pick % len(things)]


def can_be_taken(incoming: Incoming) -> bool:
    try:
        return incoming.attachment is not None or bool(checked(incoming.text))
    except QuestionError:
        return False


@dataclass(eq=False)
class Talk:
    """What a conversation must hold: replies by client id, and in the end all messages in order."""

    id: str
    token: str
    messages: list[Message]
    replies: dict[str, list[Message]] = field(default_factory=dict)
    owner: str = "bot"
    gone: bool = False

    @property
    def payloads(self) -> list[str]:
        """What the buttons and papers of the last reply send."""
        last = next(message.reply for message in reversed(self.messages) if message.reply is not None)
        buttons = [button.payload for b in last.blocks if isinstance(b, Buttons) for button in b.buttons]
        return buttons + [item.payload for b in last.blocks if isinstance(b, Checklist) for item in b.items]


class Users(RuleBasedStateMachine):
    """Set `answers` and `backend` before use."""

    answers: Answers
    backend: Backend
    talks = Bundle("talks")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.database = self.run(self.stack.enter_async_context(new_database(self.backend)))
        wide = (Rate(10_000, timedelta(minutes=1)),)
        self.engine = Engine(self.database, self.answers, clock(), VAULT, limits=Limits(wide, wide))
        self.living: list[Talk] = []
        self.sent = 0

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    def new_id(self) -> str:
        self.sent += 1
        return f"message-{self.sent}"

    def send(self, talk: Talk, *batch: Incoming) -> None:
        """Send all at once; the owner answers each exactly once, whoever else writes or deletes meanwhile."""

        async def at_once() -> list[Any]:
            calls = [self.engine.receive(talk.id, talk.token, incoming) for incoming in batch]
            return await asyncio.gather(*calls, return_exceptions=True)

        told: dict[str, list[Message]] = {}
        too_late = 0
        for incoming, result in zip(batch, self.run(at_once()), strict=True):
            if isinstance(result, UnknownConversationError):
                too_late += 1
            elif isinstance(result, BaseException):
                assert isinstance(result, QuestionError), repr(result)
                assert not can_be_taken(incoming)
            else:
                self.check(talk, incoming, result)
                assert told.setdefault(incoming.client_id, result) == result
        turns = sorted(told.values(), key=lambda messages: messages[0].number)
        in_order = [message for messages in turns for message in messages]
        assert in_order == sorted(in_order, key=lambda message: message.number)
        ended = any(message.reply and message.reply.ended for message in in_order)
        if talk.gone:
            assert too_late == len(batch)
        elif not ended:
            assert too_late == 0
        if not talk.gone and not ended:
            # A request to be called back gives the conversation back to the bot.
            talk.owner = self.owner(talk)
        talk.replies |= told
        talk.messages += in_order
        if ended:
            self.bury(talk)

    def check(self, talk: Talk, incoming: Incoming, told: list[Message]) -> None:
        assert can_be_taken(incoming)
        senders = [message.sender for message in told]
        if talk.owner == "bot":
            assert senders == ["migrant", "bot"]
        elif talk.owner == "desk" or read_payload(incoming.text) is not None:
            # The callback form and what is the migrant's right are answered all the same.
            assert senders in (["migrant"], ["migrant", "bot"])
        else:
            assert senders == ["migrant"]
        assert all(message.number > talk.messages[-1].number for message in told)
        if incoming.attachment is not None:
            assert told[0].text == ""
        elif read_payload(incoming.text) is None:
            assert told[0].text in (checked(incoming.text), HIDDEN_TEXT)

    def bury(self, talk: Talk) -> None:
        talk.gone = True
        self.living.remove(talk)

    @rule(target=talks, language=st.sampled_from([None, "en", "hu", "ar", "xx"]))
    def start(self, language: str | None) -> Talk:
        started = self.run(self.engine.start(channel="web", language=language))
        talk = Talk(started.conversation_id, started.token, list(started.messages))
        self.living.append(talk)
        return talk

    @rule(talk=talks, text=TEXTS, times=st.integers(1, 3))
    def say(self, talk: Talk, text: str, times: int) -> None:
        self.send(talk, *[Incoming(text, self.new_id())] * times)

    @rule(talk=talks, pick=PICKS, times=st.integers(1, 2))
    def press(self, talk: Talk, pick: int, times: int) -> None:
        if talk.payloads:
            payload = picked(talk.payloads, pick)
            self.send(talk, *[Incoming(payload, self.new_id())] * times)

    @rule(talk=talks, kind=KINDS, text=st.sampled_from(["", "a caption", "\x00"]), times=st.integers(1, 2))
    def attach(self, talk: Talk, kind: str, text: str, times: int) -> None:
        self.send(talk, *[Incoming(text, self.new_id(), kind)] * times)

    @rule(talk=talks, fields=st.integers(0, 4).flatmap(lambda upto: st.tuples(*map(st.sampled_from, FIELDS[:upto]))))
    def fill_in(self, talk: Talk, fields: tuple[str, ...]) -> None:
        self.send(talk, Incoming("/callback", self.new_id()))
        for text in fields:
            self.send(talk, Incoming(text, self.new_id()))

    @rule(
        talk=talks,
        first=TEXTS | PICKS,
        others=st.lists(TEXTS | KINDS.map(lambda kind: (kind,)), min_size=1, max_size=2),
    )
    def write_in_two_tabs_at_once(self, talk: Talk, first: str | int, others: list[Any]) -> None:
        # A field's button is left out: another message may end the form before it.
        pressed = [payload for payload in talk.payloads if not payload.startswith("/field")]
        text = first if isinstance(first, str) else picked([*pressed, DELETE], first)
        batch = [Incoming(text, self.new_id())]
        for other in others:
            text, kind = ("", other[0]) if isinstance(other, tuple) else (other, None)
            batch.append(Incoming(text, self.new_id(), kind))
        self.send(talk, *batch)

    @rule(talk=talks, times=st.integers(2, 3))
    def miss_at_once(self, talk: Talk, times: int) -> None:
        before = self.misses(talk)
        answers = talk.owner == "bot" and not talk.gone
        told = len(talk.messages)
        self.send(talk, *[Incoming("/none", self.new_id()) for _ in range(times)])
        # At the desk, too, the bot answers a form that is open.
        answered = sum(message.sender == "bot" for message in talk.messages[told:])
        assert not answers or answered == times
        assert self.misses(talk) == before + answered

    def owner(self, talk: Talk) -> str:
        async def work() -> str:
            async with self.database.reading() as session:
                return (await session.get_one(ConversationRow, talk.id)).owner

        return str(self.run(work()))

    def misses(self, talk: Talk) -> int:
        """How often in a row nothing was found: each message must know of the one before."""

        async def work() -> int:
            async with self.database.reading() as session:
                stored = await conversations.memory(session, talk.id)
            return State.of(slots_of([event.data for event in stored])).misses

        return int(self.run(work()))

    @rule(talk=talks)
    def delete(self, talk: Talk) -> None:
        self.send(talk, Incoming("/delete", self.new_id()))
        self.send(talk, Incoming(DELETE, self.new_id()))
        assert talk.gone

    @rule(talk=talks, text=TEXTS, pick=PICKS)
    def say_again(self, talk: Talk, text: str, pick: int) -> None:
        if talk.replies:
            client_id = picked(sorted(talk.replies), pick)
            if talk.gone:
                self.send(talk, Incoming(text, client_id))
            else:
                again = self.run(self.engine.receive(talk.id, talk.token, Incoming(text, client_id)))
                assert again == talk.replies[client_id]

    @rule(talk=talks, owner=OWNERS)
    def hand_over(self, talk: Talk, owner: str) -> None:
        async def work() -> None:
            async with self.database.transaction() as session:
                (await session.get_one(ConversationRow, talk.id)).owner = owner

        if not talk.gone:
            self.run(work())
            talk.owner = owner

    @rule(talk=talks, after=st.integers(0, 30))
    def read_on(self, talk: Talk, after: int) -> None:
        try:
            read = self.run(self.engine.messages(talk.id, talk.token, after=after))
        except UnknownConversationError:
            assert talk.gone
        else:
            assert not talk.gone
            assert read == [message for message in talk.messages if message.number > after]

    @rule(talk=consumes(talks))
    def erase(self, talk: Talk) -> None:
        try:
            self.run(self.engine.erase(talk.id, talk.token))
        except UnknownConversationError:
            assert talk.gone
        else:
            self.bury(talk)

    @invariant()
    def numbers_have_no_gaps_and_every_message_is_there(self) -> None:
        async def work() -> None:
            async with self.database.reading() as session:
                for talk in self.living:
                    stored = await conversations.events(session, talk.id)
                    assert [event.number for event in stored] == list(range(1, len(stored) + 1))
                    numbers = [e.number for e in stored if e.data["event"] in ("user", "bot")]
                    assert numbers == [message.number for message in talk.messages]

        self.run(work())

    @invariant()
    def nothing_is_kept_of_what_was_deleted(self) -> None:
        living = [talk.id for talk in self.living]

        async def work() -> None:
            async with self.database.reading() as session:
                for column in (
                    ConversationRow.id,
                    EventRow.conversation_id,
                    CallbackRow.conversation_id,
                    UnansweredRow.conversation_id,
                    HandoffRow.conversation_id,
                ):
                    left = select(func.count()).where(column.not_in(living))
                    assert (await session.execute(left)).scalar_one() == 0

        self.run(work())

    @invariant()
    def every_request_to_be_called_back_is_whole(self) -> None:
        async def work() -> None:
            async with self.database.reading() as session:
                for request in await callbacks.waiting(session, VAULT):
                    assert all((request.name, request.contact, request.time, request.language))

        self.run(work())

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()


def test_whatever_users_do_every_message_is_answered_exactly_once(backend: Backend, answers: Answers) -> None:
    Users.answers, Users.backend = answers, backend
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Users,
        settings=settings(
            max_examples=30 if backend == "sqlite" else 8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=checks,
        ),
    )
