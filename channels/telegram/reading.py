"""What an update says, as far as it is for us; everything else of it is left where it is."""

import re
from dataclasses import dataclass

from telegram import Chat, ChatMember, Message, MessageEntity, Update, User

from channels.telegram.hosting import NotAnUpdateError
from knowledge_base.languages import TAG

# The kinds of updates that are asked for.
UPDATES = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
]
KINDS = {
    "picture": ("photo", "animation", "video", "video_note"),
    "voice": ("voice", "audio"),
    "file": ("document",),
}
COMMAND = re.compile(r"/\w+@(\w+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Heard:
    """A message. `client_id` counts once; `edit` says that it takes the place of the message with the same number."""

    chat_id: int
    client_id: str
    message_id: int
    text: str
    attachment: str | None
    language: str | None
    group: bool
    edit: bool


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button under a message. `chat_id` is None where the message is of no chat."""

    chat_id: int | None
    client_id: str
    query_id: str
    data: str | None
    language: str | None
    group: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether the bot may write to a chat."""

    chat_id: int
    blocked: bool


@dataclass(frozen=True, slots=True)
class Migrated:
    """A group goes on under another id."""

    chat_id: int
    to: int


def read(update: Update, me: User) -> Heard | Pressed | Membership | Migrated | None:
    """None for what is not for us: service messages, and talk in a group that does not address the bot."""
    if update.callback_query is not None:
        return _pressed(update)
    if update.my_chat_member is not None:
        gone = update.my_chat_member.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
        return Membership(update.my_chat_member.chat.id, gone)
    message = update.message or update.edited_message
    if message is None:
        return None
    if message.migrate_to_chat_id is not None:
        return Migrated(message.chat.id, message.migrate_to_chat_id)
    return _heard(update, message, me)


def understood(update: object, me: User) -> Update:
    """An update as Telegram's webhook sends it, known to be readable. Raises NotAnUpdateError."""
    try:
        found = Update.de_json(update, None)  # type: ignore[arg-type]
        said = read(found, me)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, OSError) as error:
        raise NotAnUpdateError("this is no update of Telegram") from error
    match said:
        case (
            Heard(chat_id=int(), message_id=int(), text=str())
            | Pressed(chat_id=int() | None, query_id=str(), data=str() | None)
            | Membership(chat_id=int())
            | Migrated(chat_id=int(), to=int())
            | None
        ):
            return found
    raise NotAnUpdateError("this is no update of Telegram")


def _heard(update: Update, message: Message, me: User) -> Heard | None:
    edit = update.edited_message is not None
    attachment = _attachment(message)
    group = message.chat.type in (Chat.GROUP, Chat.SUPERGROUP)
    text = message.text
    # A location that is shared while one walks comes as edits, without end.
    if (text is None and (attachment is None or edit)) or (message.from_user and message.from_user.is_bot):
        return None
    if group:
        text = _addressed(message, me)
        if text is None:
            return None
    # The pictures of an album come one by one, and are answered once.
    album = message.media_group_id
    return Heard(
        chat_id=message.chat.id,
        client_id=f"tg-album-{album}" if album else f"tg-{update.update_id}",
        message_id=message.message_id,
        text=(text or "") if attachment is None else "",
        attachment=attachment,
        language=_language(message.from_user),
        group=group,
        edit=edit,
    )


def _pressed(update: Update) -> Pressed:
    query = update.callback_query
    assert query is not None  # noqa: S101
    chat = query.message.chat if query.message else None
    return Pressed(
        chat_id=chat.id if chat else None,
        client_id=f"tg-{update.update_id}",
        query_id=query.id,
        data=query.data,
        language=_language(query.from_user),
        group=chat is not None and chat.type in (Chat.GROUP, Chat.SUPERGROUP),
    )


def _attachment(message: Message) -> str | None:
    for kind, fields in KINDS.items():
        if any(getattr(message, field) for field in fields):
            return kind
    return "other" if message.effective_attachment else None


def _addressed(message: Message, me: User) -> str | None:
    """The text of a message in a group, without the bot's name; None where it is not for the bot."""
    text = message.text or message.caption or ""
    command = COMMAND.match(text)
    if command:
        return text if command[1].lower() == (me.username or "").lower() else None
    mentions = {
        **message.parse_entities([MessageEntity.MENTION, MessageEntity.TEXT_MENTION]),
        **message.parse_caption_entities([MessageEntity.MENTION, MessageEntity.TEXT_MENTION]),
    }
    names = [
        name
        for entity, name in mentions.items()
        if (entity.user and entity.user.id == me.id) or name.lower() == f"@{me.username or ''}".lower()
    ]
    answered = message.reply_to_message
    to_me = answered is not None and answered.from_user is not None and answered.from_user.id == me.id
    if not (names or to_me or text.startswith("/")):
        return None
    for name in names:
        text = text.replace(name, " ")
    # A mention and nothing else is a call for help.
    return re.sub(" {2,}", " ", text).strip() or "/help"


def _language(user: User | None) -> str | None:
    """The language of the person's Telegram as a BCP 47 tag: `pt-br` is `pt-BR`."""
    first, *others = ((user.language_code if user else None) or "").split("-")
    tag = "-".join([first.lower(), *(part.title() if len(part) == 4 else part.upper() for part in others)])
    return tag if TAG.fullmatch(tag) and len(tag) <= 12 else None
