"""What every action needs of a turn: the reader, the message, the sentences, and a way to reply and remember."""

from datetime import UTC, datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.payloads import payload
from bot.replies import Block, Button, Buttons, Reply, Said
from bot.state import State
from bot.texts import Texts
from bot.understanding import parsed_answer
from retrieval.answers import Answers
from retrieval.shown import Answer, Outcome, ShownAnswer


class Turn:
    """Read from a tracker, whether ours or one that a Rasa assistant sends; what is said is one reply."""

    def __init__(self, tracker: Tracker, answers: Answers) -> None:
        self._message: dict[str, Any] = tracker.latest_message or {}
        self.answers = answers
        self._events: list[dict[str, Any]] = tracker.events
        self._slots: dict[str, Any] = tracker.slots
        self.state = State.of(tracker.slots)
        stamp = self._message.get("timestamp")
        self.now = datetime.fromtimestamp(stamp, UTC) if isinstance(stamp, float) else datetime.now(UTC)
        self.outcome: Outcome | None = None
        self.ended = False
        self.in_place: bool = False
        self.blocks: list[Block] = []
        self._remembered: dict[str, Any] = {}
        self.speak(self._message.get("language") or self.state.language)

    def speak(self, language: str | None) -> None:
        """Reply in a language; None is the site's, and is not remembered."""
        self.reader = language or self.answers.site.default_language
        self.texts = Texts(self.reader)
        if language and language != self.state.language:
            self.remember(language=language)

    @property
    def intent(self) -> str | None:
        name = (self._message.get("intent") or {}).get("name")
        return str(name) if name else None

    @property
    def text(self) -> str:
        return self._message.get("text") or ""

    def entity(self, name: str) -> Any:
        """A value that the message's button or its understanding carries, if it does."""
        return next((e["value"] for e in self._message.get("entities") or [] if e.get("entity") == name), None)

    def slot(self, name: str) -> Any:
        """A slot that is no part of what the conversation remembers."""
        return self._slots.get(name)

    def slot_before(self, name: str) -> Any:
        """The value that a slot had when the latest message came."""
        users = [number for number, event in enumerate(self._events) if event.get("event") == "user"]
        before = self._events[: users[-1]] if users else []
        values = (event.get("value") for event in reversed(before) if event.get("name") == name)
        return next(values, None)

    def answer(self) -> Answer | None:
        """What the knowledge base has on the message; asked now if the sender's NLU is not ours."""
        known = parsed_answer(self._message)
        if known is not None or not self.text:
            return known
        return self.answers.ask(self.text, now=self.now, prior=self.state.language, case=self.state.case)

    def say(self, sentence: str) -> None:
        self.blocks.append(Said(language=self.texts.language, text=sentence))

    def title(self, shown: ShownAnswer) -> None:
        """Name the article that is quoted from, in its own language."""
        self.blocks.append(Said(language=shown.language, text=shown.title))

    def add(self, *blocks: Block) -> None:
        self.blocks += blocks

    def button(self, title: str, name: str, *, language: str | None = None, **values: Any) -> Button:
        return Button(language=language or self.texts.language, title=title, payload=payload(name, **values))

    def offer(self, *buttons: Button) -> None:
        if buttons:
            self.blocks.append(Buttons(language=self.texts.language, buttons=list(buttons)))

    def remember(self, **slots: Any) -> None:
        """Set slots; None forgets."""
        self._remembered.update(slots)

    def finish(self, dispatcher: CollectingDispatcher) -> list[Any]:
        """Send the reply; returns the events that remember what is new."""
        reply = Reply(
            outcome=self.outcome,
            blocks=self.blocks,
            language=self.texts.language,
            ended=self.ended,
            in_place=self.in_place,
        )
        buttons = [b.model_dump() for block in reply.blocks if isinstance(block, Buttons) for b in block.buttons]
        dispatcher.utter_message(text=reply.plain_text(), buttons=buttons, json_message=reply.model_dump(mode="json"))
        return [SlotSet(name, value) for name, value in self._remembered.items()]
