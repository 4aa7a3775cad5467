from typing import Any

import pytest
from telegram import Update, User

from channels.telegram.reading import Heard, Membership, Migrated, Pressed, read
from tests.channels.telegram.fake import ME, Telegram

ME_USER = User(id=42, first_name="Kalauz", is_bot=True, username="KalauzTestBot")
GROUP = -5


@pytest.fixture
def world() -> Telegram:
    return Telegram()


def heard(update: dict[str, Any]) -> Heard | None:
    found = read(Update.de_json(update), ME_USER)
    assert found is None or isinstance(found, Heard)
    return found


def text(update: dict[str, Any]) -> str | None:
    found = heard(update)
    return found.text if found else None


def mention(of: str, name: str) -> dict[str, Any]:
    return {"text": of, "entities": [{"type": "mention", "offset": of.index(name), "length": len(name)}]}


def test_a_message_is_counted_by_its_update(world: Telegram) -> None:
    update = world.text("Where?")
    found = heard(update)
    assert found is not None
    assert (found.text, found.client_id, found.group, found.edit) == (
        "Where?",
        f"tg-{update['update_id']}",
        False,
        False,
    )


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("en", "en"),
        ("pt-br", "pt-BR"),
        ("zh-hans", "zh-Hans"),
        ("sr-latn", "sr-Latn"),
        ("fil", "fil"),
        ("", None),
        ("x'; DROP", None),
        ("e" * 40, None),
    ],
)
def test_the_language_of_the_persons_telegram_is_a_tag(world: Telegram, code: str, tag: str | None) -> None:
    found = heard(world.text("Hello", language=code))
    assert found is not None
    assert found.language == tag


PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
FILE = {"file_id": "f", "file_unique_id": "u"}
STICKER = {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"photo": PHOTO}, "picture"),
        ({"photo": PHOTO, "caption": "What does this letter say?"}, "picture"),
        ({"video_note": {**FILE, "length": 1, "duration": 1}}, "picture"),
        ({"voice": {**FILE, "duration": 1}}, "voice"),
        ({"document": FILE}, "file"),
        ({"sticker": STICKER}, "other"),
        ({"contact": {"phone_number": "+361", "first_name": "Anna"}}, "other"),
        ({"location": {"latitude": 47.5, "longitude": 19.0}}, "other"),
    ],
)
def test_what_has_no_words_is_told_by_its_kind_and_nothing_of_it_comes_in(
    world: Telegram, content: dict[str, Any], kind: str
) -> None:
    found = heard(world.message(**content))
    assert found is not None
    assert (found.attachment, found.text) == (kind, "")


def test_an_album_counts_once(world: Telegram) -> None:
    first, second = (heard(world.message(photo=PHOTO, media_group_id="99")) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.client_id == second.client_id


@pytest.mark.parametrize(
    "content",
    [{"new_chat_title": "New"}, {"pinned_message": None}, {"group_chat_created": True}, {"left_chat_member": ME}],
)
def test_what_telegram_itself_says_in_a_chat_is_no_message(world: Telegram, content: dict[str, Any]) -> None:
    assert heard(world.message(**content)) is None


def test_what_bots_write_is_no_message(world: Telegram) -> None:
    update = world.text("Hello")
    update["message"]["from"] = {**ME, "id": 43}
    assert heard(update) is None


def test_a_changed_text_is_told_as_one_and_a_changed_place_is_not(world: Telegram) -> None:
    update = world.text("Wher")
    found = heard(world.edited(update, "Where?"))
    assert found is not None
    assert (found.edit, found.text, found.message_id) == (True, "Where?", update["message"]["message_id"])
    place = world.message(location={"latitude": 47.5, "longitude": 19.0})
    moved = {"update_id": 1, "edited_message": place["message"]}
    assert heard(moved) is None


def test_talk_in_a_group_is_not_for_the_bot(world: Telegram) -> None:
    assert heard(world.text("Who comes tonight?", GROUP, kind="group")) is None
    assert heard(world.message(GROUP, kind="supergroup", photo=PHOTO)) is None
    assert heard(world.message(GROUP, kind="supergroup", **mention("@SomebodyElse come", "@SomebodyElse"))) is None
    assert heard(world.text("/help@OtherBot", GROUP, kind="group")) is None


def test_in_a_group_a_mention_a_command_and_an_answer_are_for_the_bot(world: Telegram) -> None:
    named = mention("Hi @kalauztestbot how do I get a card?", "@kalauztestbot")
    assert text(world.message(GROUP, kind="group", **named)) == "Hi how do I get a card?"
    assert text(world.text("/help@KalauzTestBot", GROUP, kind="group")) == "/help@KalauzTestBot"
    assert text(world.text("/help", GROUP, kind="group")) == "/help"
    mine = {**world.text("Which one?", GROUP)["message"], "from": ME}
    assert text(world.text("The second", GROUP, kind="group", reply_to_message=mine)) == "The second"
    theirs = {**mine, "from": {"id": 8, "is_bot": False, "first_name": "Ben"}}
    assert heard(world.text("The second", GROUP, kind="group", reply_to_message=theirs)) is None


def test_a_mention_alone_asks_for_help(world: Telegram) -> None:
    assert text(world.message(GROUP, kind="group", **mention("@KalauzTestBot", "@KalauzTestBot"))) == "/help"


def test_a_press_tells_its_chat_and_data(world: Telegram) -> None:
    found = read(Update.de_json(world.pressed("c:1:2")), ME_USER)
    assert isinstance(found, Pressed)
    assert (found.chat_id, found.data) == (7, "c:1:2")


def test_a_press_without_a_message_is_of_no_chat(world: Telegram) -> None:
    update = world.pressed("c:1:2")
    del update["callback_query"]["message"]
    found = read(Update.de_json(update), ME_USER)
    assert isinstance(found, Pressed)
    assert found.chat_id is None


def test_who_blocks_the_bot_is_known(world: Telegram) -> None:
    assert read(Update.de_json(world.member("kicked")), ME_USER) == Membership(7, True)
    assert read(Update.de_json(world.member("member")), ME_USER) == Membership(7, False)


def test_a_group_that_moves_is_known(world: Telegram) -> None:
    update = world.message(GROUP, kind="group", migrate_to_chat_id=-1005)
    assert read(Update.de_json(update), ME_USER) == Migrated(GROUP, -1005)


def test_other_kinds_of_updates_are_not_for_us() -> None:
    assert read(Update.de_json({"update_id": 1}), ME_USER) is None
    post = {"message_id": 1, "date": 1, "chat": {"id": -9, "type": "channel", "title": "News"}, "text": "x"}
    assert read(Update.de_json({"update_id": 2, "channel_post": post}), ME_USER) is None
