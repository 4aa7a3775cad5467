"""Chatwoot: a case is a conversation of an inbox of the kind "API"; a webhook brings what agents do.

A message's `source_id` is the letter's key: by that one is found which may have arrived before.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from channels.bridge.hosting import NotALetterError
from channels.bridge.letters import Case, Letter, Moved, Opened, Written
from channels.bridge.other_desk import Heard, entry, spoken, summary, told
from channels.bridge.signature import check
from channels.bridge.transport import RefusedError, Transport, fields

HANDOFF = "kalauz_handoff"
# A message's type in a list, where a webhook has a word.
OUTGOING = 1


class ChatwootDesk:
    """`transport` carries the access token. `secret` is the webhook's own, which Chatwoot shows."""

    def __init__(self, *, url: str, account: int, inbox: int, secret: str, transport: Transport) -> None:
        self._api = f"{url.rstrip('/')}/api/v1/accounts/{account}"
        self._account = account
        self._inbox = inbox
        self._secret = secret
        self._transport = transport

    async def send(self, case: Case, number: int, letter: Letter, *, again: bool) -> str:
        key = case.key(number)
        match letter:
            case Opened():
                conversation = await self._conversation(case, again)
                await self._message(conversation, key, summary(letter), private=False, again=again)
            case Written(line):
                conversation, migrant = _known(case), line.sender == "migrant"
                text = line.text if migrant else spoken(line)
                await self._message(conversation, key, text, private=not migrant, again=again)
            case Moved():
                conversation, sentence = _known(case), told(letter)
                if sentence:
                    await self._message(conversation, key, sentence, private=True, again=again)
                if letter.over or letter.reopened:
                    status = "resolved" if letter.over else "open"
                    await self._toggle(conversation, "status", status)
        if isinstance(letter, Opened | Moved) and letter.urgent:
            await self._toggle(conversation, "priority", "urgent")
        return conversation

    async def erase(self, case: Case) -> None:
        contact = await self._contact(case)
        if contact is None:
            return
        try:
            # The contact's conversations go with it.
            await self._transport.call("DELETE", f"{self._api}/contacts/{contact['id']}")
        except RefusedError as error:
            if error.status != 404:
                raise

    def heard(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Sequence[Heard]:
        check(self._secret, headers.get("x-chatwoot-timestamp"), headers.get("x-chatwoot-signature"), body, now)
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            raise NotALetterError("this is no webhook of Chatwoot") from None
        if not isinstance(entry(said, "event"), str):
            raise NotALetterError("this is no webhook of Chatwoot")
        if entry(said, "account", "id") not in (self._account, None):
            return []
        match said["event"]:
            case "message_created" if said.get("message_type") == "outgoing" and said.get("private") is False:
                return [Heard(str(entry(said, "conversation", "id")), str(said.get("id")), _text(said))]
            case "conversation_status_changed" if said.get("status") == "resolved":
                return [Heard(str(said.get("id")), outcome="other")]
        return []

    async def missed(self, case: Case) -> Sequence[Heard]:
        conversation = _known(case)
        found = entry(await self._call("GET", f"/conversations/{conversation}/messages"), "payload") or []
        written = [one for one in found if entry(one, "message_type") == OUTGOING and entry(one, "private") is False]
        return [Heard(conversation, str(entry(one, "id")), _text(one)) for one in written]

    async def close(self) -> None:
        await self._transport.close()

    async def _conversation(self, case: Case, again: bool) -> str:
        """The case's conversation, made where there is none."""
        contact = await self._contact(case)
        if contact is None:
            about = {"inbox_id": self._inbox, "name": f"Kalauz {case.conversation_id}"}
            made = await self._call("POST", "/contacts", json={**about, "identifier": case.conversation_id})
            contact = entry(made, "payload", "contact")
        elif again:
            found = await self._call("GET", f"/contacts/{contact['id']}/conversations")
            for one in entry(found, "payload") or []:
                if entry(one, "custom_attributes", HANDOFF) == str(case.handoff_id):
                    return str(one["id"])
        contact_id = entry(contact, "id")
        attributes = {HANDOFF: str(case.handoff_id)}
        conversation = await self._call(
            "POST",
            "/conversations",
            json={
                "source_id": await self._source(contact),
                "inbox_id": self._inbox,
                "contact_id": contact_id,
                "status": "open",
                "custom_attributes": attributes,
            },
        )
        if not isinstance(entry(conversation, "id"), int):
            raise RefusedError("the answer names no conversation")
        return str(conversation["id"])

    async def _contact(self, case: Case) -> dict[str, Any] | None:
        found = await self._call("GET", "/contacts/search", params={"q": case.conversation_id})
        contacts = entry(found, "payload") or []
        return next((one for one in contacts if entry(one, "identifier") == case.conversation_id), None)

    async def _source(self, contact: object) -> str:
        """The contact's id in our inbox."""
        for one in entry(contact, "contact_inboxes") or []:
            if entry(one, "inbox", "id") == self._inbox:
                return str(one["source_id"])
        path = f"/contacts/{entry(contact, 'id')}/contact_inboxes"
        return str(entry(await self._call("POST", path, json={"inbox_id": self._inbox}), "source_id"))

    async def _message(self, conversation: str, key: str, text: str, *, private: bool, again: bool) -> None:
        path = f"/conversations/{conversation}/messages"
        if again:
            known = entry(await self._call("GET", path), "payload") or []
            if any(entry(one, "source_id") == key for one in known):
                return
        kind = "outgoing" if private else "incoming"
        letter = {"content": text, "message_type": kind, "private": private, "source_id": key}
        await self._call("POST", path, json=letter)

    async def _toggle(self, conversation: str, what: str, value: str) -> None:
        url = f"{self._api}/conversations/{conversation}/toggle_{what}"
        await self._transport.call("POST", url, json={what: value})

    async def _call(self, method: str, path: str, **how: Any) -> Any:
        return fields(await self._transport.call(method, f"{self._api}{path}", **how))


def _text(message: object) -> str:
    """What was written; nothing where there is only a file."""
    said = entry(message, "content")
    return said if isinstance(said, str) else ""


def _known(case: Case) -> str:
    if case.remote is None:
        raise RefusedError("there is no conversation")
    return case.remote
