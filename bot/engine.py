"""A turn of the conversation: understand, act, store and reply, all in one transaction."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_time
from rasa_sdk.events import SessionStarted, SlotSet, UserUttered
from sqlalchemy.ext.asyncio import AsyncSession

from bot import callbacks, conversations, records
from bot.actions import action_executor
from bot.actions.callback import FORM, form_ended
from bot.conversations import StoredEvent
from bot.export import exported
from bot.handoff import cases, counsellors, prospects
from bot.handoff.delivery import Deliveries
from bot.handoff.moves import BOT, DESK
from bot.limits import FLOOD, FLOOD_OF_NETWORK, FREE, TYPING, Limits
from bot.messages import Fresh, Incoming, LimitError, Message, Started, Taken, Watch
from bot.news import ANY, News, Typing, waited
from bot.payloads import read_payload
from bot.policy import SUBMIT
from bot.runner import Runner
from bot.state import Event, State, active_loop_of, slots_of
from bot.tables import ConversationRow
from bot.texts import Texts
from bot.transcript import messages_of, reply_of
from bot.understanding import ParseData, attachment, parse_data, understand
from bot.vault import Vault
from knowledge_base.database import Database
from knowledge_base.languages import locale
from retrieval.answers import Answers

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Before:
    """What a conversation held when a message came in; `numbers` are the messages', by their client ids."""

    row: ConversationRow
    owner: str
    events: list[Event]
    state: State
    last: int
    numbers: dict[str | None, int]

    @property
    def in_form(self) -> bool:
        """Whether the bot waits for a field; what is written to a person is no field."""
        return self.owner in (BOT, DESK) and active_loop_of(self.events) == FORM


class Engine:
    """Runs conversations. `clock` gives the aware time now; `news` is told of everything that is stored.

    `watch` hears of every message that was taken in.
    """

    def __init__(
        self,
        database: Database,
        answers: Answers,
        clock: Clock,
        vault: Vault,
        *,
        limits: Limits | None = None,
        flood: Limits | None = None,
        news: News | None = None,
        deliveries: Deliveries | None = None,
        watch: Watch = lambda: lambda taken: None,
    ) -> None:
        self._watch = watch
        self._database = database
        self._answers = answers
        self._clock = clock
        self._vault = vault
        self._limits = limits or Limits()
        self._flood = flood or Limits(FLOOD, FLOOD_OF_NETWORK)
        self._typing = Limits(conversation=TYPING)
        self._news = news or News()
        self._deliveries = deliveries or Deliveries()
        # As many at a time as there are cores: more of them only take the cores from each other.
        self._understanding = ThreadPoolExecutor(os.cpu_count())
        self._runner = Runner(action_executor(answers))

    def admit(self, network: str | None, language: str | None) -> None:
        """Count a question outside conversations for its network, as a message. Raises LimitError."""
        self._refuse(self._limits.of_network(network, self._clock()), language)

    async def start(self, *, channel: str, language: str | None, network: str | None = None) -> Started:
        """Open a conversation and greet; `language` is what the client says of itself. Raises LimitError."""
        self.admit(network, language)
        now = self._clock()
        async with self._database.transaction() as session:
            conversation_id, token = await conversations.start(
                session, site=self._answers.site.id, channel=channel, language=language, now=now
            )
            opening: list[Event] = [SessionStarted(timestamp=now.timestamp())]
            if language:
                opening.append(SlotSet("language", language, timestamp=now.timestamp()))
            greeting = parse_data("", "start", language)
            said = await self._runner.run(conversation_id, opening, greeting, owner=BOT, now=now, sealed={})
            stored = await conversations.append(session, conversation_id, opening + said, last=0)
        return Started(conversation_id, token, messages_of(stored))

    async def receive(self, conversation_id: str, token: str, incoming: Incoming) -> list[Message]:
        """Take a message in and reply.

        A `client_id` counts once: the same one again stores nothing and returns what was replied then.
        Raises UnknownConversationError, WrongTokenError, QuestionError or LimitError, and then nothing is stored.
        """
        parsed: ParseData | None = None
        done = self._watch()
        while True:
            async with self._database.reading() as session:
                before = await self._before(session, conversation_id, token)
            if incoming.client_id in before.numbers:
                return await self._replies_to(conversation_id, before.numbers[incoming.client_id])
            now = self._clock()
            first = parsed is None
            if first:
                self._check_flood(conversation_id, incoming, before.row.language, now)
            parsed = await asyncio.get_running_loop().run_in_executor(
                self._understanding, copy_context().run, self._understood, incoming, before, now
            )
            if first:
                self._check_limits(conversation_id, incoming, parsed, before.row.language, now)
            stored = await self._turn(conversation_id, token, incoming, parsed, before, now)
            if stored is not None:
                self._news.tell(conversation_id)
                done(_taken(parsed, stored, before.row.language))
                return messages_of(stored)

    async def messages(self, conversation_id: str, token: str, *, after: int, shown: bool = False) -> list[Message]:
        """The messages with a number above `after`: who asks says that they have everything before.

        `shown`: what is returned here is a page before the migrant's eyes, and who asks will not say so later.
        """
        found, owner = await self._read(conversation_id, token, after)
        has = found[-1].number if shown and found else after
        if self._deliveries.note(conversation_id, has, self._clock()) and owner not in (BOT, DESK):
            self._news.tell(ANY)
        return found

    async def follow(self, conversation_id: str, token: str, *, after: int, look_s: float) -> AsyncGenerator[Fresh]:
        """The messages with a number above `after`, then whatever is new; `look_s` is how often to look without news.

        Raises UnknownConversationError once the conversation is erased.
        """
        with self._news.listening(conversation_id) as listener:
            found, _ = await self._read(conversation_id, token, after)
            typing: set[Typing] = set()
            while True:
                after = found[-1].number if found else after
                yield Fresh(found, await self._name(next((one.by for one in typing if one.by is not None), None)))
                woken = await waited(listener, look_s)
                stored, typing = listener.heard()
                found = []
                if stored or not woken:
                    found, _ = await self._read(conversation_id, token, after)

    async def types(self, conversation_id: str, token: str) -> None:
        """The migrant types; it is told only where a person has the conversation. Raises LimitError."""
        async with self._database.reading() as session:
            row = await conversations.opened(session, conversation_id, token)
            owner, language = row.owner, row.language
        self._refuse(self._typing.of_conversation(conversation_id, self._clock()), language)
        if owner not in (BOT, DESK):
            self._news.types(conversation_id)

    async def export(self, conversation_id: str, token: str) -> dict[str, Any]:
        """Everything that is stored of the conversation, for the migrant; see `bot.export`."""
        async with self._database.reading() as session:
            await conversations.opened(session, conversation_id, token)
            return await exported(session, conversation_id, self._vault, internal=False)

    async def erase(self, conversation_id: str, token: str) -> None:
        """Delete everything of the conversation."""
        async with self._database.transaction() as session:
            await conversations.opened(session, conversation_id, token, lock=True)
            await conversations.erase(session, conversation_id)
        await self._database.forget()
        self._deliveries.forget(conversation_id)
        self._news.tell(conversation_id)

    async def _name(self, by: int | None) -> str | None:
        if by is None:
            return None
        async with self._database.reading() as session:
            return await counsellors.name(session, by)

    async def _read(self, conversation_id: str, token: str, after: int) -> tuple[list[Message], str]:
        """The messages with a number above `after`, and whose the conversation is."""
        async with self._database.reading() as session:
            row = await conversations.opened(session, conversation_id, token)
            return messages_of(await conversations.events(session, conversation_id, after=after)), row.owner

    async def _before(self, session: AsyncSession, conversation_id: str, token: str) -> _Before:
        row = await conversations.opened(session, conversation_id, token)
        stored = await conversations.memory(session, conversation_id)
        last = stored[-1].number if stored else 0
        events = [event.data for event in stored]
        actions = [event["name"] for event in events if event["event"] == "action"]
        state = State.of(slots_of(events), actions[-1] if actions else None)
        return _Before(row, row.owner, events, state, last, {event.client_id: event.number for event in stored})

    def _understood(self, incoming: Incoming, before: _Before, now: datetime) -> ParseData:
        if incoming.attachment is not None:
            return attachment(incoming.attachment, before.state)
        waiting = before.owner == DESK
        return understand(
            incoming.text, self._answers, now=now, state=before.state, in_form=before.in_form, waiting=waiting
        )

    async def _turn(
        self,
        conversation_id: str,
        token: str,
        incoming: Incoming,
        parsed: ParseData,
        before: _Before,
        now: datetime,
    ) -> list[StoredEvent] | None:
        """Act and store; None if another message came between, so that this one must be understood anew."""
        async with self._database.transaction() as session:
            row = await conversations.opened(session, conversation_id, token, lock=True)
            newest, of_memory = await conversations.last_numbers(session, conversation_id)
            if of_memory != before.last or row.owner != before.owner:
                return None
            known = await callbacks.draft(session, conversation_id, self._vault) if before.in_form else {}
            expected = await self._expected(session, row, parsed, before, now)
            heard: Event = UserUttered(parsed["text"], _kept(parsed), now.timestamp(), row.channel)
            said = await self._runner.run(
                conversation_id, [*before.events, heard], parsed, owner=row.owner, now=now, sealed=known | expected
            )
            in_danger = any(e.get("name") == "action_urgent" for e in before.events)
            agreed = any(e.get("name") == SUBMIT for e in said)
            if before.in_form or active_loop_of(said) == FORM:
                said = await callbacks.keep(
                    session,
                    conversation_id,
                    said,
                    self._vault,
                    known=known,
                    urgent=in_danger,
                    now=now,
                )
            if before.in_form and expected:
                # What is written from now on is for the person, and no field.
                await callbacks.forget_draft(session, conversation_id)
                said = [*said, *form_ended(now)]
            said = await cases.follow(
                session, row, said, intent=parsed["intent"]["name"], agreed=agreed, urgent=in_danger, now=now
            )
            heard = callbacks.hidden(heard) if before.in_form else heard
            stored = await conversations.append(
                session, conversation_id, [heard, *said], last=newest, client_id=incoming.client_id
            )
            row.language = slots_of(said).get("language") or row.language
            await records.record(
                session,
                conversation_id,
                site=row.site,
                number=stored[0].number,
                parsed=parsed,
                said=said,
                state=before.state,
                language=row.language or self._answers.site.default_language,
                answers=self._answers,
                now=now,
            )
            ended = any(reply_of(event).ended for event in said if event["event"] == "bot")
            if ended:
                await conversations.erase(session, conversation_id)
        if ended:
            await self._database.forget()
            self._deliveries.forget(conversation_id)
        return stored

    async def _expected(
        self, session: AsyncSession, row: ConversationRow, parsed: ParseData, before: _Before, now: datetime
    ) -> dict[str, Any]:
        """What who asks for a person is told of the desk, as a slot that is not kept."""
        if parsed["intent"]["name"] != "human":
            return {}
        article = self._answers.library.articles.get(before.state.article or "")
        about = cases.About(
            parsed["language"] or row.language or self._answers.site.default_language,
            article.facts.topics[0] if article else None,
            article.facts.country if article else None,
        )
        urgent = before.state.urgency is not None
        expected = await prospects.expected(session, self._answers, row.id, about, urgent=urgent, now=now)
        return {prospects.SLOT: expected.as_slot()} if expected else {}

    def _check_flood(self, conversation_id: str, incoming: Incoming, language: str | None, now: datetime) -> None:
        """Refuse what is too much to be understood, unless it is as cheap as the way to a person: a button."""
        pressed = read_payload(incoming.text)
        if incoming.attachment is not None or (pressed is not None and pressed.name in FREE):
            return
        self._refuse(self._flood.of_conversation(conversation_id, now), language)
        self._refuse(self._flood.of_network(incoming.network, now), language)

    def _check_limits(
        self, conversation_id: str, incoming: Incoming, parsed: ParseData, language: str | None, now: datetime
    ) -> None:
        if parsed["intent"]["name"] in FREE:
            return
        language = parsed["language"] or language
        # What one conversation is refused does not count for the others behind its address.
        self._refuse(self._limits.of_conversation(conversation_id, now), language)
        self._refuse(self._limits.of_network(incoming.network, now), language)

    def _refuse(self, until: datetime | None, language: str | None) -> None:
        if until is None:
            return
        site = self._answers.site
        texts = Texts(language or site.default_language)
        # Minutes are shown: the next full one is surely late enough.
        until_shown = until + timedelta(seconds=-until.second % 60, microseconds=-until.microsecond)
        clock = format_time(until_shown, "short", tzinfo=ZoneInfo(site.time_zone), locale=locale(texts.language))
        sentence = texts.gettext(
            "Very many messages came in a short time. You can go on at {time}. The way to a person stays open: /human"
        )
        raise LimitError(until, sentence.format(time=clock))

    async def _replies_to(self, conversation_id: str, number: int) -> list[Message]:
        """A stored message and the replies up to the next one."""
        async with self._database.reading() as session:
            stored = await conversations.events(session, conversation_id, after=number - 1)
        later = (i for i, event in enumerate(stored) if i > 0 and event.data["event"] == "user")
        return messages_of(stored[: next(later, len(stored))])


def _taken(parsed: ParseData, stored: list[StoredEvent], language: str | None) -> Taken:
    events = [event.data for event in stored]
    answer = parsed.get("answer")
    return Taken(
        outcome=next((event["data"]["custom"]["outcome"] for event in events if event["event"] == "bot"), None),
        language=slots_of(events).get("language") or language,
        confidence=answer["confidence"] if answer else None,
    )


def _kept(parsed: ParseData) -> dict[str, Any]:
    """What is worth keeping of the parse data: the outcome and the candidates, not the texts."""
    kept = {key: parsed[key] for key in ("intent", "entities", "language")}
    answer = parsed.get("answer")
    if answer:
        kept["candidates"] = [[choice["article"], choice["confidence"]] for choice in answer["choices"]]
    return kept
