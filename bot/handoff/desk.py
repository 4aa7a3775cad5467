"""What counsellors do at the desk: each is one transaction, which moves the case, tells the migrant and keeps it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk.events import BotUttered
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import callbacks, conversations
from bot.actions.callback import FORM, form_ended
from bot.blocks import contact_cards, sent_blocks
from bot.handoff import canned, cases, counsellors, labels, prospects
from bot.handoff.delivery import Deliveries
from bot.handoff.inbox import CannedReply, Change, Entry, Note, Opened, UnknownArticleError, UnknownHandoffError
from bot.handoff.moves import HandoffError, Move, Outcome, TakenError
from bot.handoff.profile import Profile
from bot.handoff.routing import PRESENT, Counsellor, is_offered, shared_language
from bot.handoff.tables import HandoffRow
from bot.news import ANY, News, waited
from bot.payloads import payload
from bot.replies import Block, Button, Buttons, Reply, Said
from bot.staff.member import Member
from bot.state import Event, active_loop_of
from bot.tables import ConversationRow
from bot.texts import Texts
from bot.transcript import messages_of
from bot.vault import Vault
from knowledge_base.database import Database, in_utc
from retrieval.answers import Answers
from retrieval.question import checked
from retrieval.shown import ShownAnswer

Says = Callable[[Texts], list[Block]]
# How often a desk is looked at anew though nothing was told, in seconds: another process may have stored something.
REFRESH_S = 15.0
# How long a desk waits for what comes together, in seconds.
SETTLE_S = 0.2


class Desk:
    """`clock` gives the aware time now; `news` is told of everything that is stored."""

    def __init__(
        self,
        database: Database,
        answers: Answers,
        clock: Callable[[], datetime],
        vault: Vault,
        *,
        news: News | None = None,
        deliveries: Deliveries | None = None,
    ) -> None:
        self._database = database
        self._answers = answers
        self._clock = clock
        self._vault = vault
        self._news = news or News()
        self._deliveries = deliveries or Deliveries()

    @property
    def languages(self) -> list[str]:
        """Those that the site serves."""
        return self._answers.site.languages

    def topics(self, reader: str) -> dict[str, str]:
        """The names of the uppermost topics in the reader's language, by their ids."""
        uppermost = [topic.id for topic in self._answers.library.topics.values() if topic.parent is None]
        return {id: name for id in uppermost if (name := self._topic_name(id, reader))}

    async def profile(self, member: Member) -> Profile:
        """Whom the member can help, and when; where they never said so, in their own language, at no fixed hours."""
        async with self._database.reading() as session:
            return await counsellors.profile(session, member.id) or Profile(languages=[member.language])

    async def introduce(self, member: Member, profile: Profile) -> None:
        async with self._database.transaction() as session:
            await counsellors.introduce(session, member.id, profile)
        self._news.tell(ANY)

    async def changes(self, member: Member, conversation_id: str | None = None) -> AsyncGenerator[Change]:
        """Comes at once, whenever something may be new, and now and then, while the member's desk is on a screen.

        With a conversation, whose case is on the screen, it also comes while the migrant types.
        """
        told_at = looked_at = self._clock() - PRESENT
        subjects = (ANY,) if conversation_id is None else (ANY, conversation_id)
        with self._news.listening(*subjects) as listener:
            while True:
                now = self._clock()
                if now - told_at > PRESENT / 4:
                    told_at = now
                    await self.present(member)
                stored, typing = listener.heard()
                if any(one.by is None for one in typing):
                    yield "typing"
                if stored or not typing or now - looked_at > timedelta(seconds=REFRESH_S):
                    looked_at = now
                    yield "desk"
                await waited(listener, REFRESH_S)
                # Much that comes at once is looked at once.
                await asyncio.sleep(SETTLE_S)
                listener.clear()

    async def present(self, member: Member) -> None:
        """The member's desk is on a screen; to be said again within `bot.handoff.routing.PRESENT`."""
        async with self._database.transaction() as session:
            await counsellors.seen(session, member.id, member.language, self._clock())

    async def inbox(self, member: Member) -> list[Entry]:
        """All open cases: urgent ones first, then who asked first."""
        now = self._clock()
        async with self._database.reading() as session:
            staff = await prospects.people(session, self._answers, now)
            rows = await cases.open_handoffs(session)
            channels = await _channels(session, [row.conversation_id for row in rows])
            names = await counsellors.names(session)
            put = await labels.of(session, list(channels))
            entries = [
                replace(
                    self._entry(row, channels.get(row.conversation_id, ""), staff, names, member, now),
                    labels=put[row.conversation_id],
                )
                for row in rows
            ]
        reached = await self._deliveries.of([entry.conversation_id for entry in entries])
        lost = {id for id, known in reached.items() if known.unreachable}
        return [replace(entry, unreachable=entry.conversation_id in lost) for entry in entries]

    async def open(self, handoff_id: int, member: Member) -> Opened:
        """A case, open or over. Raises UnknownHandoffError."""
        now = self._clock()
        async with self._database.reading() as session:
            row = await _row(session, handoff_id)
            staff = await prospects.people(session, self._answers, now)
            names = await counsellors.names(session)
            conversation = await session.get_one(ConversationRow, row.conversation_id)
            stored = await conversations.events(session, row.conversation_id)
            notes = await cases.notes(session, row.conversation_id)
            put = await labels.of(session, [row.conversation_id])
            opened = Opened(
                replace(
                    self._entry(row, conversation.channel, staff, names, member, now), labels=put[row.conversation_id]
                ),
                messages_of(stored),
                [Note(names.get(one.by_id, ""), in_utc(one.at), one.text) for one in notes],
                {event.number: near for event in stored if (near := self._near(event.data, member, now))},
                await callbacks.request(session, conversation.id, self._vault),
            )
        reached = (await self._deliveries.of([opened.entry.conversation_id])).get(opened.entry.conversation_id)
        if reached is None:
            return opened
        return replace(opened, entry=replace(opened.entry, unreachable=reached.unreachable), reached=reached)

    async def accept(self, handoff_id: int, member: Member) -> None:
        """Take a case. Raises TakenError where another counsellor was first."""
        await self._move(handoff_id, Move("accept", self._clock(), by=member.id), _here(member.name))

    async def assign(self, handoff_id: int, member: Member, to: Member) -> None:
        """Give a case to a colleague, or take it from one."""
        await self._move(handoff_id, Move("assign", self._clock(), by=member.id, to=to.id), _here(to.name))

    async def release(self, handoff_id: int, member: Member) -> None:
        """Put a case back among those that wait, where its place was."""
        await self._move(handoff_id, Move("release", self._clock(), by=member.id), _another_person)

    async def give_back(self, handoff_id: int, member: Member) -> None:
        """Let the bot go on with the conversation."""
        await self._move(handoff_id, Move("return", self._clock(), by=member.id), _left(member.name))

    async def close(self, handoff_id: int, member: Member, outcome: Outcome) -> None:
        await self._move(handoff_id, Move("close", self._clock(), by=member.id, outcome=outcome), _left(member.name))

    async def reopen(self, handoff_id: int, member: Member) -> None:
        """Take up a case that was over; only a conversation's newest."""
        await self._move(handoff_id, Move("reopen", self._clock(), by=member.id), _here(member.name))

    async def note(self, handoff_id: int, member: Member, text: str) -> None:
        """Tell colleagues; the migrant never sees it. Raises QuestionError for a text that cannot be taken."""
        text = checked(text)
        async with self._database.transaction() as session:
            conversation_id = await _conversation_of(session, handoff_id)
            await cases.note(session, conversation_id, text, by=member.id, now=self._clock())
        self._news.tell(conversation_id)

    async def labels(self) -> list[str]:
        """Those to suggest."""
        async with self._database.reading() as session:
            return await labels.used(session)

    async def label(self, handoff_id: int, text: str) -> None:
        """Put a label on a case. Raises QuestionError for a text that cannot be one, UnknownHandoffError."""
        label = labels.label_of(text)
        async with self._database.transaction() as session:
            conversation_id = await _conversation_of(session, handoff_id)
            await labels.put(session, conversation_id, label)
        self._news.tell(conversation_id)

    async def unlabel(self, handoff_id: int, text: str) -> None:
        """Raises QuestionError for a text that cannot be a label, UnknownHandoffError."""
        label = labels.label_of(text)
        async with self._database.transaction() as session:
            conversation_id = await _conversation_of(session, handoff_id)
            await labels.take_off(session, conversation_id, label)
        self._news.tell(conversation_id)

    async def types(self, handoff_id: int, member: Member) -> None:
        """The member types an answer; the migrant is told, if the case is the member's. Raises UnknownHandoffError."""
        async with self._database.reading() as session:
            row = await _row(session, handoff_id)
            conversation_id, is_own = row.conversation_id, row.state == "accepted" and row.by_id == member.id
        if is_own:
            self._news.types(conversation_id, member.id)

    async def reply(self, handoff_id: int, member: Member, text: str, client_id: str) -> None:
        """Write to the migrant; the same `client_id` counts once.

        Raises QuestionError for a text that cannot be taken, TakenError or HandoffError where the member does not
        have the case, UnknownHandoffError where it was erased.
        """
        text = checked(text)
        await self._write(handoff_id, member, client_id, lambda texts: [Said(language=texts.reader, text=text)])

    async def send_article(self, handoff_id: int, member: Member, article: str, client_id: str) -> None:
        """Quote an article to the migrant, whole and word for word, in their language or the nearest there is.

        Raises UnknownArticleError where it is not published, and as `reply`.
        """

        def quoted(texts: Texts) -> list[Block]:
            opened = self._answers.open_article(article, now=self._clock(), reader=texts.reader)
            blocks = sent_blocks(opened, texts)
            if not blocks:
                raise UnknownArticleError("the article is not published")
            return blocks

        await self._write(handoff_id, member, client_id, quoted)

    async def _write(self, handoff_id: int, member: Member, client_id: str, says: Says) -> None:
        now, own_id = self._clock(), f"desk-{member.id}-{client_id}"
        async with self._database.transaction() as session:
            row, conversation = await self._locked(session, handoff_id)
            if await conversations.has(session, conversation.id, own_id):
                # It was sent twice: it stands there already, whoever has the case by now.
                return
            if row.state != "accepted":
                raise HandoffError("take the case before you write")
            if row.by_id != member.id:
                raise TakenError("another counsellor has this conversation")
            texts = Texts(conversation.language or self._answers.site.default_language)
            uttered = _uttered(says(texts), None, now, person=member.name)
            last, _ = await conversations.last_numbers(session, conversation.id)
            await conversations.append(session, conversation.id, [uttered], last=last, client_id=own_id)
            row.unanswered_since = None
        self._news.tell(conversation.id)

    async def canned(self, language: str | None = None) -> list[CannedReply]:
        """The replies that are kept ready: all, or those to choose from for who writes in a language."""
        async with self._database.reading() as session:
            found = await canned.replies(session)
        return canned.for_language(found, language) if language else found

    async def keep_canned(self, reply: CannedReply) -> None:
        """Add a reply or change it; raises UnknownReplyError, and QuestionError for a text that cannot be taken."""
        reply = replace(reply, text=checked(reply.text))
        async with self._database.transaction() as session:
            await canned.keep(session, reply)

    async def drop_canned(self, reply_id: int) -> None:
        async with self._database.transaction() as session:
            await canned.drop(session, reply_id)

    async def tick(self) -> None:
        """What the clock does: who does not answer loses a case, and who was waited for too long is not promised."""
        now, rules = self._clock(), self._answers.site.desk
        unanswered = now - timedelta(minutes=rules.release_after_minutes)
        expired = now - timedelta(hours=rules.expire_after_hours)
        async with self._database.reading() as session:
            lapsing = select(HandoffRow.id).where(
                HandoffRow.state == "accepted", HandoffRow.unanswered_since <= unanswered
            )
            expiring = select(HandoffRow.id).where(HandoffRow.state == "waiting", HandoffRow.since <= expired)
            due = [(id, "lapse") for id in (await session.execute(lapsing)).scalars()]
            due += [(id, "expire") for id in (await session.execute(expiring)).scalars()]
        for id, name in due:
            try:
                if name == "lapse":
                    await self._move(id, Move("lapse", now), _another_person)
                else:
                    await self._move(id, Move("expire", now), self._nobody_came)
            except (HandoffError, UnknownHandoffError):
                # Somebody has done something about it meanwhile.
                continue

    def _entry(
        self,
        row: HandoffRow,
        channel: str,
        staff: Sequence[Counsellor],
        names: Mapping[int, str],
        member: Member,
        now: datetime,
    ) -> Entry:
        own = next((one for one in staff if one.id == member.id), None)
        wish = prospects.wish_of(row, self._answers)
        to_all_after = timedelta(minutes=self._answers.site.desk.offer_to_all_minutes)
        return Entry(
            row.id,
            row.conversation_id,
            row.state,
            row.reason,
            row.urgent,
            row.language,
            self._topic_name(row.topic, member.language) if row.topic else None,
            channel,
            in_utc(row.requested_at),
            in_utc(row.unanswered_since) if row.unanswered_since else None,
            row.by_id,
            names.get(row.by_id) if row.by_id is not None else None,
            mine=row.state == "accepted" and row.by_id == member.id,
            offered=row.state == "waiting" and own is not None and is_offered(wish, own, staff, now, to_all_after),
            shared=shared_language(own, wish) if own is not None else None,
        )

    async def _move(self, handoff_id: int, move: Move, says: Says) -> None:
        async with self._database.transaction() as session:
            row, conversation = await self._locked(session, handoff_id)
            before = row.state, row.by_id
            event = await cases.move(session, conversation, move)
            if (row.state, row.by_id) == before:
                return
            texts = Texts(conversation.language or self._answers.site.default_language)
            told = [event, _uttered(says(texts), texts.language, move.at)]
            if move.name == "close":
                await callbacks.close(session, conversation.id, move.at)
            if conversation.owner.startswith("staff-"):
                stored = [one.data for one in await conversations.memory(session, conversation.id)]
                if active_loop_of(stored) == FORM:
                    # Who talks with a person no longer fills in a form.
                    await callbacks.forget_draft(session, conversation.id)
                    told = [*form_ended(move.at), *told]
            last, _ = await conversations.last_numbers(session, conversation.id)
            await conversations.append(session, conversation.id, told, last=last)
        self._news.tell(conversation.id)

    async def _locked(self, session: AsyncSession, handoff_id: int) -> tuple[HandoffRow, ConversationRow]:
        """The case and its conversation, locked; it must be the newest. Raises UnknownHandoffError or HandoffError."""
        known = await _row(session, handoff_id)
        query = select(ConversationRow).where(ConversationRow.id == known.conversation_id).with_for_update()
        conversation = (await session.execute(query)).scalar_one_or_none()
        row = await cases.newest(session, known.conversation_id)
        if conversation is None or row is None:
            raise UnknownHandoffError("the conversation was erased")
        if row.id != handoff_id:
            raise HandoffError("the conversation has a newer case")
        return row, conversation

    def _near(self, event: Event, member: Member, now: datetime) -> ShownAnswer | None:
        candidates = event["parse_data"].get("candidates", []) if event["event"] == "user" else []
        if not candidates:
            return None
        opened = self._answers.open_article(candidates[0][0], now=now, reader=member.language)
        return opened.answer if opened else None

    def _topic_name(self, topic: str, reader: str) -> str | None:
        named = self._answers.topic_name(topic, reader)
        return named[1] if named else None

    def _nobody_came(self, texts: Texts) -> list[Block]:
        _ = texts.gettext
        now = self._clock()
        cards = contact_cards(self._answers.helpers(texts.reader, now=now), texts, now)
        sentence = _("I am sorry: no person could come. These people may be able to help you:")
        return [Said(language=texts.language, text=sentence), *cards, _go_on(texts)]


async def _row(session: AsyncSession, handoff_id: int) -> HandoffRow:
    row = await session.get(HandoffRow, handoff_id)
    if row is None:
        raise UnknownHandoffError("there is no such case, or it was erased")
    return row


async def _conversation_of(session: AsyncSession, handoff_id: int) -> str:
    """The id of the case's conversation, which is locked: nobody erases it meanwhile. Raises UnknownHandoffError."""
    conversation_id = (await _row(session, handoff_id)).conversation_id
    if await session.get(ConversationRow, conversation_id, with_for_update=True) is None:
        raise UnknownHandoffError("the conversation was erased")
    return conversation_id


async def _channels(session: AsyncSession, ids: list[str]) -> dict[str, str]:
    rows = await session.execute(select(ConversationRow.id, ConversationRow.channel).where(ConversationRow.id.in_(ids)))
    return {id: channel for id, channel in rows}  # noqa: C416


def _uttered(blocks: list[Block], language: str | None, at: datetime, *, person: str | None = None) -> Event:
    reply = Reply(outcome=None, blocks=blocks, language=language, person=person)
    data: dict[str, Any] = {"buttons": [], "custom": reply.model_dump(mode="json")}
    event: Event = BotUttered(reply.plain_text(), data, None, at.timestamp())
    return event


def _here(name: str) -> Says:
    def says(texts: Texts) -> list[Block]:
        sentence = texts.gettext("{name} is here now. You are writing with a person.").format(name=name)
        return [Said(language=texts.language, text=sentence)]

    return says


def _another_person(texts: Texts) -> list[Block]:
    sentence = texts.gettext("It takes a little longer: another person comes as soon as possible.")
    return [Said(language=texts.language, text=sentence)]


def _left(name: str) -> Says:
    def says(texts: Texts) -> list[Block]:
        sentence = texts.gettext("{name} has left the conversation.").format(name=name)
        on = texts.gettext("You can go on asking here.")
        return [Said(language=texts.language, text=sentence), Said(language=texts.language, text=on), _go_on(texts)]

    return says


def _go_on(texts: Texts) -> Buttons:
    title = texts.gettext("All topics")
    return Buttons(
        language=texts.language, buttons=[Button(language=texts.language, title=title, payload=payload("topics"))]
    )
