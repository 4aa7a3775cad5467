"""A turn of the conversation: understand, choose the action, run it, store and reply in one transaction."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa_sdk.executor import ActionExecutor
from sqlalchemy.exc import IntegrityError

from bot import conversations
from bot.actions import action_executor
from bot.conversations import Event, StoredEvent
from bot.messages import Message, Started
from bot.policy import ACTIONS, next_action
from bot.replies import Reply
from bot.understanding import ParseData, understand
from knowledge_base.database import Database
from retrieval.answers import Answers

Clock = Callable[[], datetime]


class Engine:
    """Runs conversations. `clock` gives the aware time now."""

    def __init__(self, database: Database, answers: Answers, clock: Clock) -> None:
        self._database = database
        self._answers = answers
        self._clock = clock
        self._executor: ActionExecutor = action_executor(answers)

    async def start(self, *, channel: str, language: str | None) -> Started:
        """Open a conversation and greet; `language` is what the client says of itself."""
        now = self._clock()
        async with self._database.transaction() as session:
            conversation_id, token = await conversations.start(
                session, site=self._answers.site.id, channel=channel, language=language, now=now
            )
            opening: list[Event] = [SessionStarted(timestamp=now.timestamp())]
            if language:
                opening.append(SlotSet("language", language, timestamp=now.timestamp()))
            greeting: ParseData = {
                "intent": {"name": "session_start", "confidence": 1.0},
                "entities": [],
                "language": language,
            }
            said = await self._act(conversation_id, opening, greeting, owner="bot", now=now)
            stored = await conversations.append(session, conversation_id, opening + said)
        return Started(conversation_id, token, messages_of(stored))

    async def receive(self, conversation_id: str, token: str, *, text: str, client_id: str) -> list[Message]:
        """Take a message in and reply.

        A `client_id` counts once: the same one again stores nothing and returns what was replied then.
        Raises UnknownConversationError, WrongTokenError, or QuestionError, and then nothing is stored.
        """
        now = self._clock()
        async with self._database.reading() as session:
            row = await conversations.opened(session, conversation_id, token)
            known = await conversations.number_of_message(session, conversation_id, client_id)
        if known is not None:
            return await self._replies_to(conversation_id, known)
        parsed = await asyncio.to_thread(understand, text, self._answers, now=now, prior=row.language)
        try:
            async with self._database.transaction() as session:
                row = await conversations.opened(session, conversation_id, token, lock=True)
                before = [event.data for event in await conversations.events(session, conversation_id)]
                heard = UserUttered(parsed["text"], _kept(parsed), now.timestamp(), row.channel)
                said = await self._act(conversation_id, before, parsed, owner=row.owner, now=now)
                stored = await conversations.append(session, conversation_id, [heard, *said], client_id=client_id)
                row.language = parsed["language"] or row.language
        except IntegrityError:
            # The same message came in twice at once; the other one was stored and answered.
            async with self._database.reading() as session:
                known = await conversations.number_of_message(session, conversation_id, client_id)
            if known is None:
                raise
            return await self._replies_to(conversation_id, known)
        return messages_of(stored)

    async def messages(self, conversation_id: str, token: str, *, after: int) -> list[Message]:
        """The messages with a number above `after`."""
        async with self._database.reading() as session:
            await conversations.opened(session, conversation_id, token)
            return messages_of(await conversations.events(session, conversation_id, after=after))

    async def erase(self, conversation_id: str, token: str) -> None:
        """Delete everything of the conversation."""
        async with self._database.transaction() as session:
            await conversations.opened(session, conversation_id, token, lock=True)
            await conversations.erase(session, conversation_id)
        await self._database.forget()

    async def _replies_to(self, conversation_id: str, number: int) -> list[Message]:
        """A stored message and the replies up to the next one."""
        async with self._database.reading() as session:
            stored = await conversations.events(session, conversation_id, after=number - 1)
        later = (i for i, event in enumerate(stored) if i > 0 and event.data["event"] == "user")
        return messages_of(stored[: next(later, len(stored))])

    async def _act(
        self, conversation_id: str, before: list[Event], parsed: ParseData, *, owner: str, now: datetime
    ) -> list[Event]:
        """Run the policy's action on a tracker of the events; returns the events to store."""
        slots = {event["name"]: event["value"] for event in before if event["event"] == "slot"}
        latest = {**parsed, "timestamp": now.timestamp()}
        tracker = Tracker(conversation_id, slots, latest, before, False, None, {}, None)
        action = next_action(tracker, owner)
        if action is None:
            return []
        call = {
            "next_action": action,
            "sender_id": conversation_id,
            "tracker": tracker.current_state() | {"latest_message": latest},
            "domain": {"actions": sorted(set(ACTIONS.values()))},
        }
        result = await self._executor.run(call)
        stamp = now.timestamp()
        events: list[Event] = [ActionExecuted(action, timestamp=stamp)]
        events += [{**event, "timestamp": stamp} for event in result.events]
        for response in result.responses:
            data = {"buttons": response["buttons"], "custom": response["custom"]}
            events.append(BotUttered(response["text"], data, None, stamp))
        return events


def _kept(parsed: ParseData) -> dict[str, Any]:
    """What is worth keeping of the parse data: the outcome and the candidates, not the texts."""
    kept = {key: parsed[key] for key in ("intent", "entities", "language")}
    answer = parsed.get("answer")
    if answer:
        kept["candidates"] = [[choice["article"], choice["confidence"]] for choice in answer["choices"]]
    return kept


def messages_of(events: list[StoredEvent]) -> list[Message]:
    """The events that a person sees."""
    shown = []
    for event in events:
        data = event.data
        if data["event"] == "user":
            shown.append(Message(event.number, "migrant", data["text"], None, data["timestamp"]))
        elif data["event"] == "bot":
            reply = Reply.model_validate(data["data"]["custom"])
            shown.append(Message(event.number, "bot", data["text"], reply, data["timestamp"]))
    return shown
