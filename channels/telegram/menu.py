"""What Telegram shows of the bot before anybody writes: its commands and descriptions, in each language."""

import logging

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.texts import Texts
from channels.telegram.sending import Sleep, patiently
from knowledge_base.languages import primary

log = logging.getLogger(__name__)


def commands(texts: Texts) -> list[BotCommand]:
    _ = texts.gettext
    return [
        BotCommand("help", _("I am here to help. What is it about? Choose, or write it in your own words.")),
        BotCommand("topics", _("All topics")),
        BotCommand("human", _("Talk to a person")),
        BotCommand("language", _("Change the language")),
        BotCommand("continue", _("Go through it step by step")),
        BotCommand("privacy", _("What is kept of this conversation")),
        BotCommand("delete", _("Delete this conversation")),
    ]


def description(texts: Texts) -> str:
    """What an empty chat shows; at most 512 characters."""
    _ = texts.gettext
    return "\n\n".join(
        [
            _("Hello. Ask your question in your own words and in your own language."),
            _("I am a program. I quote texts that people have reviewed, with their source and date. "
              "This is information, not legal advice."),
            its_own_copy(texts),
        ]
    )  # fmt: skip


def its_own_copy(texts: Texts) -> str:
    """What we cannot delete."""
    return texts.gettext("Telegram keeps its own copy of this chat until you delete it there.")


def short_description(texts: Texts) -> str:
    """What stands beside a link to the bot; at most 120 characters."""
    return texts.gettext("Kalauz: answers for newcomers")


def codes(languages: list[str]) -> dict[str, str]:
    """Telegram's two-letter code for each language that has one; the first of several scripts."""
    found: dict[str, str] = {}
    for tag in languages:
        if len(primary(tag)) == 2:
            found.setdefault(primary(tag), tag)
    return found


async def set_menu(bot: Bot, languages: list[str], default: str, sleep: Sleep) -> None:
    """Set what is not yet so, for everybody in the site's default language and for each language that it has."""
    try:
        for code, tag in {"": default, **codes(languages)}.items():
            await _set(bot, code or None, Texts(tag), sleep)
    except TelegramError as error:
        log.warning("the bot's commands and descriptions could not be set (%s)", type(error).__name__)


async def _set(bot: Bot, code: str | None, texts: Texts, sleep: Sleep) -> None:
    wanted = commands(texts)
    if await patiently(lambda: bot.get_my_commands(language_code=code), sleep) != tuple(wanted):
        await patiently(lambda: bot.set_my_commands(wanted, language_code=code), sleep)
    long, short = description(texts), short_description(texts)
    if (await patiently(lambda: bot.get_my_description(code), sleep)).description != long:
        await patiently(lambda: bot.set_my_description(long, code), sleep)
    if (await patiently(lambda: bot.get_my_short_description(code), sleep)).short_description != short:
        await patiently(lambda: bot.set_my_short_description(short, code), sleep)
