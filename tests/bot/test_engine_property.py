"""Random users over a real database: every message is answered exactly once, and nothing is lost or doubled."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from bot import conversations
from bot.engine import Engine
from bot.messages import Message, UnknownConversationError
from bot.tables import ConversationRow
from knowledge_base.database import Database
from retrieval.answers import Answers
from retrieval.question import QuestionError, checked
from tests.bot.conftest import clock

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
        "/unknown",
    ]
) | st.text(max_size=60)


def takes(text: str) -> bool:
    try:
        checked(text)
    except QuestionError:
        return False
    return True


@dataclass
class Talk:
    """What a conversation must hold: replies by client id, and in the end all messages in order."""

    id: str
    token: str
    messages: list[Message]
    replies: dict[str, list[Message]] = field(default_factory=dict)
    owner: str = "bot"


class Users(RuleBasedStateMachine):
    """Set `answers` and `template` (a migrated, empty database) before use."""

    answers: Answers
    template: Path
    talks = Bundle("talks")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "kalauz.db")
        self.runner = asyncio.Runner()
        self.database = Database(f"sqlite+aiosqlite:///{self.folder / 'kalauz.db'}")
        self.engine = Engine(self.database, self.answers, clock())
        self.living: list[Talk] = []
        self.sent = 0

    def run(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    @rule(target=talks, language=st.sampled_from([None, "en", "hu", "ar", "xx"]))
    def start(self, language: str | None) -> Talk:
        started = self.run(self.engine.start(channel="web", language=language))
        talk = Talk(started.conversation_id, started.token, list(started.messages))
        self.living.append(talk)
        return talk

    @rule(talk=talks, text=TEXTS, times=st.integers(1, 3))
    def say(self, talk: Talk, text: str, times: int) -> None:
        self.sent += 1
        client_id = f"message-{self.sent}"

        async def at_once() -> list[Any]:
            calls = [self.engine.receive(talk.id, talk.token, text=text, client_id=client_id) for _ in range(times)]
            return await asyncio.gather(*calls, return_exceptions=True)

        results = self.run(at_once())
        if not takes(text):
            assert all(isinstance(result, QuestionError) for result in results)
            return
        senders = ["migrant", "bot"] if talk.owner == "bot" else ["migrant"]
        assert [[message.sender for message in result] for result in results] == [senders] * times
        assert all(result == results[0] for result in results)
        talk.replies[client_id] = results[0]
        talk.messages += results[0]

    @rule(talk=talks, text=TEXTS, data=st.data())
    def say_again(self, talk: Talk, text: str, data: st.DataObject) -> None:
        if talk.replies:
            client_id = data.draw(st.sampled_from(sorted(talk.replies)))
            again = self.run(self.engine.receive(talk.id, talk.token, text=text, client_id=client_id))
            assert again == talk.replies[client_id]

    @rule(talk=talks, owner=st.sampled_from(["bot", "desk", "anna"]))
    def hand_over(self, talk: Talk, owner: str) -> None:
        async def work() -> None:
            async with self.database.transaction() as session:
                (await session.get_one(ConversationRow, talk.id)).owner = owner

        self.run(work())
        talk.owner = owner

    @rule(talk=talks, after=st.integers(0, 30))
    def read_on(self, talk: Talk, after: int) -> None:
        read = self.run(self.engine.messages(talk.id, talk.token, after=after))
        assert read == [message for message in talk.messages if message.number > after]

    @rule(talk=consumes(talks))
    def erase(self, talk: Talk) -> None:
        self.run(self.engine.erase(talk.id, talk.token))
        self.living.remove(talk)
        with pytest.raises(UnknownConversationError):
            self.run(self.engine.messages(talk.id, talk.token, after=0))

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

    def teardown(self) -> None:
        self.run(self.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)


def test_whatever_users_do_every_message_is_answered_exactly_once(tmp_path: Path, answers: Answers) -> None:
    async def migrate() -> None:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'template.db'}")
        await database.migrate()
        await database.close()

    asyncio.run(migrate())
    Users.answers, Users.template = answers, tmp_path / "template.db"
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Users,
        settings=settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=checks),
    )
