"""Zammad: a case is a ticket, a message an article; a webhook of a trigger brings what agents do.

An article's subject is the letter's key: by that one is found which may have arrived before.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from bot.handoff.moves import Outcome
from channels.bridge.letters import Case, Letter, Moved, Opened, Written
from channels.bridge.other_desk import Heard, NotALetterError, entry, spoken, summary, told
from channels.bridge.signature import check_undated
from channels.bridge.transport import RefusedError, Transport, fields

# One customer for everybody who writes: nothing of a migrant makes an account there.
CUSTOMER = "guess:kalauz@kalauz.invalid"
HIGH = "3 high"


class ZammadDesk:
    """`transport` carries the access token. `group` is where tickets go; `secret` signs the webhook."""

    def __init__(self, *, url: str, group: str, secret: str, transport: Transport) -> None:
        self._api = f"{url.rstrip('/')}/api/v1"
        self._group = group
        self._secret = secret
        self._transport = transport

    async def send(self, case: Case, number: int, letter: Letter, *, again: bool) -> str:
        match letter:
            case Opened():
                return await self._open(case, number, letter, again)
            case Written(line):
                migrant = line.sender == "migrant"
                body = line.text if migrant else spoken(line)
                article = _article(case, number, body, internal=not migrant)
            case Moved():
                article = _article(case, number, told(letter), internal=True)
        ticket = _known(case)
        if article and not (again and await self._has(ticket, case.key(number))):
            changes = _changes(letter)
            if changes:
                # The change and its article are one call: both happen, or neither.
                await self._call("PUT", f"/tickets/{ticket}", json={**changes, "article": article})
            else:
                await self._call("POST", "/ticket_articles", json={"ticket_id": int(ticket), **article})
        return ticket

    async def erase(self, case: Case) -> None:
        ticket = case.remote or await self._find(case)
        if ticket is None:
            return
        try:
            await self._transport.call("DELETE", f"{self._api}/tickets/{ticket}")
        except RefusedError as error:
            if error.status != 404:
                raise

    def heard(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Sequence[Heard]:
        check_undated(self._secret, headers.get("x-hub-signature"), body)
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            raise NotALetterError("this is no webhook of Zammad") from None
        ticket, article = entry(said, "ticket", "id"), entry(said, "article")
        if not isinstance(ticket, int):
            raise NotALetterError("this webhook tells of no ticket; leave Zammad's own payload as it is")
        outcome: Outcome | None = "other" if entry(said, "ticket", "state") == "closed" else None
        if not _is_an_answer(article):
            return [Heard(str(ticket), outcome=outcome)] if outcome else []
        return [replace(_heard(str(ticket), article), outcome=outcome)]

    async def missed(self, case: Case) -> Sequence[Heard]:
        ticket = _known(case)
        articles = await self._call("GET", f"/ticket_articles/by_ticket/{ticket}")
        return [_heard(ticket, one) for one in articles if _is_an_answer(one)]

    async def close(self) -> None:
        await self._transport.close()

    async def _open(self, case: Case, number: int, opened: Opened, again: bool) -> str:
        if again and (ticket := await self._find(case)):
            return ticket
        made = await self._call(
            "POST",
            "/tickets",
            json={
                "title": _title(case),
                "group": self._group,
                "customer_id": CUSTOMER,
                "article": _article(case, number, summary(opened), internal=False),
                **({"priority": HIGH} if opened.urgent else {}),
            },
        )
        ticket = entry(made, "id")
        if not isinstance(ticket, int):
            raise RefusedError("the answer names no ticket")
        return str(ticket)

    async def _find(self, case: Case) -> str | None:
        """The ticket of a case whose number was lost on the way."""
        title = _title(case)
        search = {"query": f'title:"{title}"', "expand": "true", "limit": "10"}
        found = await self._call("GET", "/tickets/search", params=search)
        tickets = found if isinstance(found, list) else []
        return next((str(one["id"]) for one in tickets if entry(one, "title") == title), None)

    async def _has(self, ticket: str, key: str) -> bool:
        articles = await self._call("GET", f"/ticket_articles/by_ticket/{ticket}")
        return any(entry(one, "subject") == key for one in articles)

    async def _call(self, method: str, path: str, **how: Any) -> Any:
        return fields(await self._transport.call(method, f"{self._api}{path}", **how))


def _is_an_answer(article: object) -> bool:
    return entry(article, "sender") == "Agent" and entry(article, "internal") is False


def _heard(ticket: str, article: object) -> Heard:
    text = str(entry(article, "body") or "")
    text = text_of(text) if entry(article, "content_type") == "text/html" else text
    return Heard(ticket, str(entry(article, "id")), text)


def _title(case: Case) -> str:
    return f"Kalauz {case.conversation_id} {case.handoff_id}"


def _known(case: Case) -> str:
    if case.remote is None:
        raise RefusedError("there is no ticket")
    return case.remote


def _article(case: Case, number: int, body: str | None, *, internal: bool) -> dict[str, Any] | None:
    if body is None:
        return None
    return {
        "subject": case.key(number),
        "body": body,
        "content_type": "text/plain",
        "type": "note",
        "sender": "Agent" if internal else "Customer",
        "internal": internal,
    }


def _changes(letter: Letter) -> dict[str, Any]:
    """What a letter changes of the ticket itself."""
    if not isinstance(letter, Moved):
        return {}
    if letter.over:
        return {"state": "closed"}
    opened = {"state": "open"} if letter.reopened else {}
    return {**opened, **({"priority": HIGH} if letter.urgent else {})}


class _Reader(HTMLParser):
    BREAKS = frozenset({"br", "p", "div", "li", "tr", "blockquote", "h1", "h2", "h3"})
    SILENT = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in self.SILENT
        if tag == "br" or (tag in self.BREAKS and self.text and not self.text[-1].endswith("\n")):
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self.SILENT and self._silent > 0
        if tag in self.BREAKS and tag != "br" and self.text and not self.text[-1].endswith("\n"):
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text.append(data)


def text_of(html: str) -> str:
    """The words of an article that was written in Zammad's editor."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.text).replace("\xa0", " ").strip()
