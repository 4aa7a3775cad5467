"""What every action needs of a turn: the reader, the message, the sentences, and a way to reply."""

from datetime import UTC, datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.replies import Buttons, Reply
from bot.texts import Texts
from bot.understanding import parsed_answer
from retrieval.answers import Answers
from retrieval.shown import Answer


class Turn:
    """Read from a tracker, whether ours or one that a Rasa assistant sends."""

    def __init__(self, tracker: Tracker, answers: Answers) -> None:
        self._message: dict[str, Any] = tracker.latest_message or {}
        self._answers = answers
        stamp = self._message.get("timestamp")
        self.now = datetime.fromtimestamp(stamp, UTC) if stamp else datetime.now(UTC)
        self._prior: str | None = tracker.get_slot("language")
        self._known: str | None = self._message.get("language") or self._prior
        self.reader: str = self._known or answers.site.default_language
        self.texts = Texts(self.reader)

    @property
    def intent(self) -> str | None:
        name = (self._message.get("intent") or {}).get("name")
        return str(name) if name else None

    def entity(self, name: str) -> Any:
        """The value that the message's button carries, if it does."""
        return next((e["value"] for e in self._message.get("entities") or [] if e.get("entity") == name), None)

    def answer(self) -> Answer | None:
        """What the knowledge base has on the message; asked now if the sender's NLU is not ours."""
        known = parsed_answer(self._message)
        text = self._message.get("text")
        if known is not None or not text:
            return known
        return self._answers.ask(text, now=self.now, prior=self._prior)

    def utter(self, dispatcher: CollectingDispatcher, reply: Reply) -> list[Any]:
        """Send the reply; returns the events that remember the reader's language."""
        buttons = [b.model_dump() for block in reply.blocks if isinstance(block, Buttons) for b in block.buttons]
        dispatcher.utter_message(text=reply.plain_text(), buttons=buttons, json_message=reply.model_dump(mode="json"))
        return [] if self._known == self._prior else [SlotSet("language", self._known)]
