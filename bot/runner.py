"""Runs the policy's actions on a tracker of a conversation's events, until it is the person's turn again."""

from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, BotUttered
from rasa_sdk.executor import ActionExecutor

from bot.actions.callback import FIELDS, FORM
from bot.policy import ACTIONS, next_action
from bot.state import Event, active_loop_of, slots_of
from bot.understanding import ParseData

# What Rasa would send with a call: rasa-sdk asks for it, and for the form's fields.
DOMAIN: dict[str, Any] = {
    "actions": sorted(set(ACTIONS.values())),
    "forms": {FORM: {"required_slots": list(FIELDS)}},
}


class Runner:
    def __init__(self, executor: ActionExecutor) -> None:
        self._executor = executor

    async def run(
        self,
        conversation_id: str,
        before: list[Event],
        parsed: ParseData,
        *,
        owner: str,
        now: datetime,
        sealed: dict[str, Any],
    ) -> list[Event]:
        """The events that the actions bring; `sealed` are slots that the events do not hold."""
        stamp = now.timestamp()
        latest = {**parsed, "timestamp": stamp}
        new: list[Event] = []
        done: str | None = None
        while True:
            events = [*before, *new]
            slots = {**slots_of(events), **sealed, **slots_of(new)}
            loop = active_loop_of(events)
            active = {"name": loop} if loop else {}
            tracker = Tracker(conversation_id, slots, latest, events, False, None, active, done)
            action = next_action(tracker, owner)
            if action is None:
                return new
            call = {
                "next_action": action,
                "sender_id": conversation_id,
                "tracker": tracker.current_state() | {"latest_message": latest},
                "domain": DOMAIN,
            }
            result = await self._executor.run(call)
            new.append(ActionExecuted(action, timestamp=stamp))
            new += [{**event, "timestamp": stamp} for event in result.events]
            for response in result.responses:
                data = {"buttons": response["buttons"], "custom": response["custom"]}
                new.append(BotUttered(response["text"], data, None, stamp))
            done = action
