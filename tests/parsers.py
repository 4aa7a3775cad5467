"""Everything that reads what others wrote, with inputs to try on it: for the tests, and for many more on demand.

An input is anything at all, or a good one that was damaged in a few places, which gets deeper. A reader may give a
result or one of its own refusals; whatever else it raises is a bug.
"""

import hashlib
import hmac
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from telegram import User

from bot.payloads import read_payload
from channels.bridge.chatwoot import ChatwootDesk
from channels.bridge.hosting import NotALetterError
from channels.bridge.other_desk import OtherDesk
from channels.bridge.reception import parts
from channels.bridge.signature import signature
from channels.bridge.webhook import WebhookDesk
from channels.bridge.zammad import ZammadDesk
from channels.console.hours import HoursError, exceptions_of, shifts_of
from channels.console.sessions import Session, Sessions
from channels.telegram.hosting import NotAnUpdateError
from channels.telegram.reading import understood
from knowledge_base.exchange.copies import copies
from knowledge_base.exchange.faults import ExchangeError
from knowledge_base.exchange.tables import from_csv, from_xlsx, to_csv, to_xlsx
from knowledge_base.exchange.xliff import from_xliff, to_xliff
from knowledge_base.files import BadContentError, read, write
from knowledge_base.markdown import body_problems, plain_text, sections
from tests import builders

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "a secret of the fuzzing"
Read = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Parser:
    """`inputs` are tried on `read`, which may refuse with one of `refusals`."""

    inputs: st.SearchStrategy[Any]
    read: Read
    refusals: tuple[type[Exception], ...] = ()

    def tries(self, data: Any) -> bool:
        """Whether it was taken. Raises whatever is no refusal."""
        try:
            self.read(data)
        except self.refusals:
            return False
        return True


def parsers() -> dict[str, Parser]:
    """By name. They are made on demand, for some need good inputs first."""
    articles = [builders.article(en=builders.revision(), hu=builders.revision(renders=1)), builders.procedure()]
    found, known = list(copies(articles)), {article.id: article for article in articles}
    xliff = to_xliff([copy for copy in found if copy.language == "hu"], known, "en", "hu")
    files = content_files()
    return {
        "Markdown": Parser(text(files["articles/tax-card/en.md"].decode()), _markdown),
        "content files": Parser(damaged_files(files), _content, (BadContentError,)),
        "CSV": Parser(damaged(to_csv(found)), from_csv, (ExchangeError,)),
        "XLSX": Parser(damaged(to_xlsx(found)) | repacked(to_xlsx(found)), from_xlsx, (ExchangeError,)),
        "XLIFF": Parser(damaged(xliff), from_xliff, (ExchangeError,)),
        "payloads of buttons": Parser(text('/article{"id": "health-card", "part": 1}'), read_payload),
        "updates of Telegram": Parser(
            st.one_of(*map(altered, UPDATES)), lambda update: understood(update, ME), (NotAnUpdateError,)
        ),
        "calls of a webhook": Parser(altered(REPLY), _hears("webhook"), (NotALetterError,)),
        "calls of Zammad": Parser(altered(ZAMMAD), _hears("zammad"), (NotALetterError,)),
        "calls of Chatwoot": Parser(altered(CHATWOOT), _hears("chatwoot"), (NotALetterError,)),
        "hours of a week": Parser(text("08:00-12:00, 13:00-16:30"), shifts_of, (HoursError,)),
        "days of a counsellor": Parser(text("2026-12-24 closed\n2026-12-23 08:00-12:00"), exceptions_of, (HoursError,)),
        "cookies of the console": Parser(
            text(SESSIONS.write(Session.begun(NOW))), lambda said: SESSIONS.read(said, NOW)
        ),
    }


# Anything


def anything() -> st.SearchStrategy[Any]:
    """JSON, with numbers and texts that programs like to stumble over."""
    numbers = st.integers() | st.sampled_from([0, -1, 2**31, 2**63, 10**30]) | st.floats(allow_nan=False)
    texts = st.text(max_size=20) | st.sampled_from(["", "\0", "\ud800", "‮", "<b>", "{}", "1", "null"])
    return st.recursive(
        st.none() | st.booleans() | numbers | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    )


@st.composite
def altered(draw: st.DrawFn, good: Any) -> Any:
    """A good JSON object in which a few places hold something else, or nothing."""
    if draw(st.integers(0, 9)) == 0:
        return draw(anything())
    made = json.loads(json.dumps(good))
    for _ in range(draw(st.integers(0, 3))):
        places = list(_places(made))
        inner, key = draw(st.sampled_from(places))
        if key not in inner:
            continue
        if draw(st.booleans()):
            inner[key] = draw(anything())
        else:
            del inner[key]
    return made


def _places(of: Any) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(of, dict):
        for key, value in of.items():
            yield of, key
            yield from _places(value)
    elif isinstance(of, list):
        for value in of:
            yield from _places(value)
    if not of:
        yield {}, ""


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """Good bytes, cut, doubled, or with others in them."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    data = good
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 60)))
        piece = draw(st.sampled_from([b"", data[start:end] * 2]) | st.binary(max_size=8) | st.sampled_from(SNIPPETS))
        data = data[:start] + piece + data[end:]
    return data


def text(good: str) -> st.SearchStrategy[str]:
    return st.text(max_size=200) | damaged(good.encode()).map(lambda data: data.decode("utf-8", "replace"))


@st.composite
def repacked(draw: st.DrawFn, good: bytes) -> bytes:
    """A packed file of which one member is damaged, and packed well again."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(packed, "w") as new:
        names = old.namelist()
        chosen = draw(st.sampled_from(names))
        for name in names:
            data = old.read(name)
            new.writestr(name, draw(damaged(data)) if name == chosen else data)
    return packed.getvalue()


# What is read


@cache
def content_files() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="kalauz-content-") as folder:
        content = builders.content(builders.article(), builders.procedure(), notices=[builders.notice()])
        write(content, Path(folder))
        return {str(file.relative_to(folder)): file.read_bytes() for file in Path(folder).rglob("*") if file.is_file()}


@st.composite
def damaged_files(draw: st.DrawFn, good: dict[str, bytes]) -> dict[str, bytes]:
    chosen = draw(st.sampled_from(sorted(good)))
    return {**good, chosen: draw(damaged(good[chosen]))}


def _content(files: dict[str, bytes]) -> object:
    with tempfile.TemporaryDirectory(prefix="kalauz-content-") as folder:
        for name, data in files.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_bytes(data)
        return read(Path(folder))


def _markdown(body: str) -> object:
    return body_problems(body), sections(body), plain_text(body)


def _hears(kind: str) -> Read:
    """What another desk sent, signed as it signs; its texts and ids have to be texts."""
    transport: Any = None
    desk: OtherDesk = {
        "webhook": lambda: WebhookDesk(url="", secret=SECRET, transport=transport, clock=lambda: NOW),
        "zammad": lambda: ZammadDesk(url="", group="", secret=SECRET, transport=transport),
        "chatwoot": lambda: ChatwootDesk(url="", account=1, inbox=4, secret=SECRET, transport=transport),
    }[kind]()

    def hear(call: object) -> object:
        body, stamp = json.dumps(call).encode(), str(int(NOW.timestamp()))
        dated = signature(SECRET, stamp, body)
        headers = {
            "kalauz-timestamp": stamp,
            "kalauz-signature": dated,
            "x-chatwoot-timestamp": stamp,
            "x-chatwoot-signature": dated,
            "x-hub-signature": f"sha1={hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()}",
        }
        heard = desk.heard(headers, body, NOW)
        for one in heard:
            assert isinstance(one.remote, str)
            assert isinstance(one.id, str)
            parts(one.text)
        return heard

    return hear


SNIPPETS = [
    *(b"\x00", b"\xff", b"\xed\xa0\x80", b"\r", b"---\n", b"<!DOCTYPE x []>", b"&a;", b"]]>", b"=1+1", b'"'),
    *("﻿".encode(), "‮".encode(), b"<script>", b"{{", b"%s", b"&anchor *anchor", b"!!python/object:x", b"<<: *a"),
]
ME = User(42, "Kalauz", True, username="KalauzTestBot")
SESSIONS = Sessions(lambda: ("a key of the fuzzing",))
_PERSON = {"id": 7, "is_bot": False, "first_name": "Anna", "language_code": "pt-br"}
_MESSAGE = {
    "message_id": 3,
    "date": 1795383762,
    "chat": {"id": -7, "type": "supergroup", "title": "Neighbours"},
    "from": _PERSON,
    "text": "@KalauzTestBot how do I get a card?",
    "entities": [{"type": "mention", "offset": 0, "length": 14}],
}
UPDATES: list[dict[str, Any]] = [
    {"update_id": 9, "message": _MESSAGE},
    {"update_id": 9, "edited_message": {**_MESSAGE, "reply_to_message": _MESSAGE}},
    {"update_id": 9, "message": {**_MESSAGE, "text": None, "photo": [], "caption": "x", "media_group_id": "1"}},
    {
        "update_id": 9,
        "callback_query": {"id": "1", "from": _PERSON, "chat_instance": "1", "message": _MESSAGE, "data": "/none"},
    },
    {
        "update_id": 9,
        "my_chat_member": {
            "chat": _MESSAGE["chat"],
            "from": _PERSON,
            "date": 1795383762,
            "old_chat_member": {"user": _PERSON, "status": "member"},
            "new_chat_member": {"user": _PERSON, "status": "left"},
        },
    },
    {"update_id": 9, "message": {**_MESSAGE, "migrate_to_chat_id": -8}},
]
REPLY = {"type": "reply", "handoff": 1, "id": "1", "text": "Which card is it?", "outcome": "other"}
ZAMMAD = {
    "ticket": {"id": 1, "state": "closed"},
    "article": {"id": 2, "sender": "Agent", "internal": False, "content_type": "text/html", "body": "<p>Which?</p>"},
}
CHATWOOT = {
    "event": "message_created",
    "account": {"id": 1},
    "conversation": {"id": 5},
    "id": 6,
    "message_type": "outgoing",
    "private": False,
    "content": "Which card is it?",
}
