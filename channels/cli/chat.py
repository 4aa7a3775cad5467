"""`kalauz chat`: a conversation in the terminal."""

import asyncio
import uuid
from typing import TYPE_CHECKING, Annotated

import typer

from channels.cli.ask import check_language
from channels.cli.output import assembly, run

if TYPE_CHECKING:
    from bot.messages import Message
    from bot.replies import Reply


def chat(
    language: Annotated[str | None, typer.Option(help="The language to begin in.")] = None,
) -> None:
    """A conversation in the terminal; an empty line or Ctrl-D ends it. A number presses a button or ticks a paper.

    Example: kalauz chat --language hu
    """
    check_language(language)
    run(_chat(language))


class _Screen:
    """Prints replies and remembers what the numbers of the latest one send."""

    def __init__(self) -> None:
        self.payloads: list[str] = []
        self.ended = False

    def show(self, messages: "list[Message]") -> None:
        from bot.replies import Buttons, Checklist, Reply

        for message in messages:
            if message.reply is None:
                continue
            if message.in_place:
                self._changed(message.reply)
                continue
            self.payloads = []
            self.ended = message.reply.ended
            for block in message.reply.blocks:
                match block:
                    case Buttons():
                        for button in block.buttons:
                            self._numbered(button.title, button.payload)
                    case Checklist():
                        typer.echo(f"{block.heading}:")
                        for item in block.items:
                            self._numbered(f"{'☑' if item.ticked else '☐'} {item.text}", item.payload)
                    case _:
                        typer.echo(Reply(outcome=None, blocks=[block]).plain_text())
                typer.echo("")

    def _changed(self, reply: "Reply") -> None:
        """Lists that are on the screen: the numbers stay, and what they send changes."""
        for item in (item for block in reply.blocks if block.type == "checklist" for item in block.items):
            for number, sent in enumerate(self.payloads):
                if sent in (item.tick, item.untick):
                    self.payloads[number] = item.payload
                    typer.echo(f"  {number + 1}: {'☑' if item.ticked else '☐'} {item.text}")
        typer.echo("")

    def _numbered(self, text: str, payload: str) -> None:
        self.payloads.append(payload)
        typer.echo(f"  {len(self.payloads)}: {text}")

    def meant(self, text: str) -> str:
        """The payload of a number, or the text itself."""
        if text.isdecimal() and 1 <= int(text) <= len(self.payloads):
            return self.payloads[int(text) - 1]
        return text


async def _chat(language: str | None) -> None:
    from bot.messages import Incoming, LimitError
    from retrieval.question import QuestionError

    program = assembly()
    screen = _Screen()
    try:
        await program.follow()
        engine = program.conversing
        assert engine is not None  # noqa: S101
        started = await engine.start(channel="terminal", language=language)
        screen.show(started.messages)
        while not screen.ended:
            try:
                text = (await asyncio.to_thread(input, "> ")).strip()
            except EOFError:
                break
            if not text:
                break
            incoming = Incoming(screen.meant(text), uuid.uuid4().hex)
            try:
                screen.show(await engine.receive(started.conversation_id, started.token, incoming))
            except LimitError as error:
                typer.echo(error.sentence)
            except QuestionError as error:
                typer.echo(str(error))
    finally:
        await program.close()
