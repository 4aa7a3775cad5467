import pytest

from bot.payloads import COMMANDS
from bot.texts import Texts, languages
from channels.telegram.menu import codes, commands, description, short_description
from tests.channels.telegram.conftest import Office
from tests.channels.telegram.fake import Fault, Telegram, until


@pytest.mark.parametrize("language", sorted(languages()))
def test_the_menu_is_one_that_telegram_takes_in_every_language(language: str) -> None:
    texts = Texts(language)
    assert 1 <= len(description(texts)) <= 512
    assert 1 <= len(short_description(texts)) <= 120
    for command in commands(texts):
        assert 1 <= len(command.description) <= 256


def test_every_command_is_in_the_menu_but_the_one_that_telegram_shows_itself() -> None:
    assert {command.command for command in commands(Texts("en"))} == set(COMMANDS) - {"start"}


def test_a_languages_code_is_the_two_letters_that_telegram_knows() -> None:
    tags = ["hu", "sr", "sr-Latn", "zh-Hans", "fil", "en"]
    assert codes(tags) == {"hu": "hu", "sr": "sr", "zh": "zh-Hans", "en": "en"}


async def test_the_menu_is_set_in_every_language_of_the_site(office: Office, telegram: Telegram) -> None:
    subjects = ("MyCommands", "MyDescription", "MyShortDescription")
    wanted = {(subject, code) for subject in subjects for code in ("", *codes(office.answers.site.languages))}
    async with office.running():
        await until(lambda: set(telegram.kept) >= wanted)
    hungarian = {entry["command"]: entry["description"] for entry in telegram.kept["MyCommands", "hu"]["commands"]}
    assert hungarian["human"] == "Emberrel szeretnék beszélni"
    assert telegram.kept["MyDescription", ""]["description"].startswith("Hello.")
    assert telegram.kept["MyDescription", "ar"]["description"] == description(Texts("ar"))


async def test_what_is_set_already_is_not_set_again(office: Office, telegram: Telegram) -> None:
    async with office.running():
        await until(lambda: len(telegram.of("setMyShortDescription")) == len(codes(office.answers.site.languages)) + 1)
    telegram.calls.clear()
    async with office.running():
        await until(lambda: len(telegram.of("getMyShortDescription")) == len(codes(office.answers.site.languages)) + 1)
    assert {call.method for call in telegram.calls if call.method.startswith("set")} == {"setWebhook"}


async def test_a_menu_that_telegram_refuses_stops_nothing(office: Office, telegram: Telegram) -> None:
    telegram.fail("getMyCommands", Fault(400))
    async with office.running() as channel:
        await channel.take(telegram.text("/start"))
        await until(lambda: len(telegram.chat()) == 1)
