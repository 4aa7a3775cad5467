"""What people see of a conversation's events."""

from collections.abc import Iterable

from bot.conversations import StoredEvent
from bot.messages import Message
from bot.replies import Reply
from bot.state import Event


def reply_of(event: Event) -> Reply:
    """The reply in an event of the bot or of a counsellor."""
    return Reply.model_validate(event["data"]["custom"])


def messages_of(events: Iterable[StoredEvent]) -> list[Message]:
    """The events that are messages, in order."""
    shown = []
    for event in events:
        data = event.data
        if data["event"] == "user":
            tick = data["parse_data"]["intent"]["name"] == "tick"
            text, at, own = data["text"], data["timestamp"], event.client_id
            shown.append(Message(event.number, "migrant", text, None, at, in_place=tick, client_id=own))
        elif data["event"] == "bot":
            reply = reply_of(data)
            sender = "person" if reply.person is not None else "bot"
            shown.append(Message(event.number, sender, data["text"], reply, data["timestamp"], in_place=reply.in_place))
    return shown
