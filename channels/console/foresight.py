"""What a migrant will read, while it is written: as the widget draws it, and as Telegram does."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.replies import Block


@dataclass(frozen=True, slots=True)
class Foresight:
    """HTML in `language`: the widget's, and a piece for each message on Telegram."""

    language: str
    widget: Markup
    telegram: Sequence[Markup]


def foreseen(blocks: Sequence[Block], language: str) -> Foresight:
    # Jinja's templates of the widget are not needed before somebody writes.
    from channels.telegram import drawing as telegram
    from channels.web import drawing as web

    # Telegram's HTML is escaped where it is made; only a tag with an address has a quoted word.
    outward = [message.replace('">', '" rel="noopener noreferrer">') for message in telegram.drawn(blocks)]
    messages = [Markup(message) for message in outward]  # noqa: S704
    return Foresight(language, web.drawn(blocks), messages)
