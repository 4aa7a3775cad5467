"""Ten hard dialogues in six languages, written down for people to read: `python -m tests.benchmarks.transcripts FILE`.

A line that begins with `#` presses the button of that number in the latest reply that has any.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from bot.engine import Engine
from bot.messages import Incoming
from bot.replies import Button, Buttons, Checklist, Quotation, Reply
from bot.vault import Vault
from knowledge_base.database import Database
from retrieval.answers import Answers
from tests.benchmarks.served import NOW, served

DIALOGUES = [
    (
        "en",
        "Frightened and vague",
        ["I need help", "my wife", "how much?", "she has no papers", "can i talk to someone"],
    ),
    (
        "en",
        "A wrong first answer",
        [
            "how to register my address",
            "#2",
            "what do I need to bring?",
            "#1",
            "and for my wife?",
            "no",
            "/delete",
            "#1",
        ],
    ),
    (
        "hu",
        "Szaggatott beszélgetés",
        ["szia", "tb kártya kéne", "mennyi idő?", "és a feleségemnek?", "hol van az a hivatal", "köszi, viszlát"],
    ),
    (
        "uk",
        "Тимчасовий захист",
        [
            "добрий день",
            "я з харкова, де мені оформити тимчасовий захист",
            "а які документи",
            "скільки це коштує?",
            "а чоловік може працювати?",
        ],
    ),
    ("uk", "Небезпека", ["чоловік мене б'є і забрав документи", "боюсь дзвонити", "де можна переночувати", "/human"]),
    (
        "ar",
        "سؤال قصير",
        ["السلام عليكم", "بدي جدد الاقامة", "قديش بتكلف", "طيب وزوجتي؟", "شو الاوراق", "ما فهمت، بدي احكي مع حدا"],
    ),
    ("ar", "ترحيل", ["بكرا رح يرحلوني", "ما عندي محامي", "مين بيساعدني ببلاش"]),
    ("zh", "一步一步", ["你好", "怎么办TAJ卡？", "要带什么", "一步一步告诉我", "下一步", "下一步", "多少钱", "谢谢"]),
    (
        "es",
        "Estudiante con familia",
        [
            "hola buenas",
            "vine a estudiar, puedo trabajar?",
            "cuántas horas?",
            "y mi novia si no es de la UE?",
            "eres un inútil",
            "ayuda",
        ],
    ),
    (
        "en",
        "Odd things",
        [
            "👍",
            "https://example.org",
            "'; DROP TABLE events; --",
            "<b>TAJ</b> card?",
            "next",
            "yes",
            "42",
            "what's the weather tomorrow?",
            "/callback",
            "Ali",
            "12",
        ],
    ),
]


def _numbered(reply: Reply, buttons: list[Button]) -> list[str]:
    """The reply as Markdown, its buttons numbered on."""
    lines = []
    for block in reply.blocks:
        match block:
            case Buttons():
                for button in block.buttons:
                    buttons.append(button)
                    lines.append(f"- **[{len(buttons)}: {button.title}]**")
            case Checklist():
                lines += [f"{block.heading}:", *(f"- {'☑' if i.ticked else '☐'} {i.text}" for i in block.items)]
            case Quotation():
                first = block.markdown.split("\n\n")[0]
                lines.append(f"> **{block.title}** ({block.language}): {first.replace(chr(10), ' ')}")
            case _:
                lines.append(Reply(outcome=None, blocks=[block]).plain_text())
    return [line.replace("\n", "  \n") for line in lines]


async def transcripts(answers: Answers) -> list[str]:
    lines = ["# Ten hard dialogues", "", "Written by `python -m tests.benchmarks.transcripts FILE`.", ""]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/kalauz.db")
        await database.migrate()
        engine = Engine(database, answers, lambda: NOW, Vault("a key for the benchmark"))
        for language, title, said in DIALOGUES:
            lines += [f"## {title} ({language})", ""]
            started = await engine.start(channel="web", language=language)
            buttons: list[Button] = []
            for number, text in enumerate(said):
                payload = buttons[int(text[1:]) - 1].payload if text.startswith("#") else text
                incoming = Incoming(payload, f"message-{number}")
                heard, *replies = await engine.receive(started.conversation_id, started.token, incoming)
                lines += [f"**▶ {heard.text}**", ""]
                for reply in replies:
                    assert reply.reply is not None
                    fresh: list[Button] = []
                    for line in _numbered(reply.reply, fresh):
                        lines += [line, ""]
                    buttons = fresh or buttons
        await database.close()
    return lines


if __name__ == "__main__":
    with served() as starter:
        written = asyncio.run(transcripts(starter))
    Path(sys.argv[1]).write_text("\n".join(written), "utf-8")
