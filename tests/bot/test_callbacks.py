import asyncio
import json
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot import callbacks
from bot.actions.callback import LONGEST_NAME, checked_contact, checked_language, checked_name, checked_time
from bot.callbacks import Request
from bot.engine import Engine
from bot.messages import Incoming, Message, Started
from bot.replies import Buttons
from bot.tables import CallbackRow
from bot.vault import Vault
from knowledge_base.database import Database
from knowledge_base.files import read_site
from knowledge_base.languages import endonym, locale
from retrieval.answers import Answers
from retrieval.library import Library
from tests import builders
from tests.bot.conftest import VAULT, engine_over, small_content
from tests.bot.test_engine import HEALTH, all_events
from tests.conftest import NOW, ROOT
from tests.databases import all_of

NAME, NUMBER = "Fatima Al-Sayed", "+36 30 123 4567"
FIELDS = (NAME, NUMBER, '/field{"value": "morning"}', "arabic")
ASKED = {
    "name": "What may we call you?",
    "contact": "At which phone number or e-mail address can we reach you?",
    "time": "When is the best time?",
    "language": "In which language?",
    "done": "Thank you. Your request is kept",
}
SERVED = read_site(ROOT / "knowledge_base/content/sites/hungary.yaml").languages


@pytest.fixture(scope="session")
def calling_answers(answers: Answers) -> Answers:
    """Of a site that calls people back."""
    site = builders.site(callbacks=True)
    library = Library(small_content().model_copy(update={"sites": [site]}), answers.library.index.encoder)
    return Answers(library, answers.calibration, answers.detector, site)


@pytest.fixture
def engine(database: Database, calling_answers: Answers) -> Engine:
    return engine_over(database, calling_answers)


class Person:
    """One conversation; every message has an id of its own."""

    def __init__(self, engine: Engine, started: Started) -> None:
        self._engine, self._started = engine, started
        self._sent = 0
        self.id = started.conversation_id

    @classmethod
    async def of(cls, engine: Engine, language: str | None = "en") -> "Person":
        return cls(engine, await engine.start(channel="web", language=language))

    async def say(self, *texts: str, attachment: str | None = None) -> Message:
        """Say one after another; returns the last reply."""
        for text in texts:
            self._sent += 1
            incoming = Incoming(text, f"message-{self._sent}", attachment)
            messages = await self._engine.receive(self.id, self._started.token, incoming)
        assert [message.sender for message in messages] == ["migrant", "bot"]
        return messages[-1]

    async def ask(self, *fields: str) -> None:
        """Fill the form in."""
        assert (await self.say("/callback", *(fields or FIELDS))).text.startswith(ASKED["done"])

    async def read(self) -> list[Message]:
        return await self._engine.messages(self.id, self._started.token, after=0)

    async def erase(self) -> None:
        await self._engine.erase(self.id, self._started.token)

    async def events(self, database: Database) -> str:
        return json.dumps([event.data for event in await all_events(database, self._started)], ensure_ascii=False)


async def requests(database: Database, vault: Vault = VAULT) -> list[Request]:
    async with database.reading() as session:
        return await callbacks.waiting(session, vault)


async def kept(database: Database) -> int:
    async with database.reading() as session:
        return (await session.execute(select(func.count()).select_from(CallbackRow))).scalar_one()


def titles(message: Message) -> list[str]:
    assert message.reply is not None
    return [button.title for block in message.reply.blocks if isinstance(block, Buttons) for button in block.buttons]


def press(message: Message, title: str) -> str:
    assert message.reply is not None
    found = {b.title: b.payload for block in message.reply.blocks if isinstance(block, Buttons) for b in block.buttons}
    return found[title]


async def held_of(database: Database, *words: str) -> list[str]:
    """Those of the words that the database holds, as UTF-8 or as JSON escapes them."""
    held = await all_of(database)
    return [word for word in words if word.encode() in held or json.dumps(word)[1:-1].encode() in held]


@pytest.mark.parametrize(
    ("given_", "checked"),
    [
        ("Fatima", "Fatima"),
        ("  Fatima \n Al-Sayed ", "Fatima Al-Sayed"),
        ("فاطمة", "فاطمة"),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
        ("x" * (LONGEST_NAME + 1), None),
        (" \t", None),
        ("", None),
    ],
)
def test_a_name_is_one_short_line(given_: str, checked: str | None) -> None:
    assert checked_name(given_) == checked_time(given_) == checked


@pytest.mark.parametrize(
    ("given_", "checked"),
    [
        ("+36 30 123 4567", "+36 30 123 4567"),
        ("06301234567", "06301234567"),
        (" +36 (30) 123-45-67 ", "+36 (30) 123-45-67"),
        ("1/234.5678", "1/234.5678"),
        ("+36\u00a030\u00a0123\n4567", "+36 30 123 4567"),
        ("٠٦ ٣٠ ١٢٣ ٤٥٦٧", "06 30 123 4567"),
        ("+۹۸ ۹۱۲ ۳۴۵ ۶۷۸۹", "+98 912 345 6789"),
        ("०६३०१२३४५६७", "06301234567"),
        ("1234567", "1234567"),
        ("123456789012345", "123456789012345"),
        ("fatima@example.org", "fatima@example.org"),
        (" fatima.al+sayed@post.example.co.uk ", "fatima.al+sayed@post.example.co.uk"),
        ("فاطمة@example.org", "فاطمة@example.org"),
    ],
)
def test_phone_numbers_and_e_mail_addresses_are_taken_as_people_write_them(given_: str, checked: str) -> None:
    assert checked_contact(given_) == checked


@pytest.mark.parametrize(
    "given_",
    [
        "",
        "123456",
        "1234567890123456",
        "+",
        "()--..//  ",
        "my number",
        "06 30 abc 4567",
        "36+301234567",
        "++36301234567",
        "call 06301234567",
        "fatima@",
        "@example.org",
        "fatima@example",
        "fatima@example.o",
        "fatima @example.org",
        "fatima@example.org, ali@example.org",
        "<fatima@example.org>",
        "f@a@example.org",
        "x" * 65 + "@example.org",
        "f@" + "x" * 250 + ".org",
        "¹²³⁴⁵⁶⁷",
        "Ⅶ1234567",
    ],
)
def test_what_is_neither_a_phone_number_nor_an_e_mail_address_is_not_taken(given_: str) -> None:
    assert checked_contact(given_) is None


@given(
    number=st.lists(st.integers(0, 9), min_size=7, max_size=15),
    zero=st.sampled_from("0٠۰०০０"),
    plus=st.sampled_from(["", "+"]),
    data=st.data(),
)
def test_a_number_in_the_digits_of_any_script_is_the_same_number(
    number: list[int], zero: str, plus: str, data: st.DataObject
) -> None:
    gaps = st.sampled_from(["", " ", "-", "/", "."])
    parts = [(data.draw(gaps) if place else "", digit) for place, digit in enumerate(number)]
    written = plus + "".join(gap + chr(ord(zero) + digit) for gap, digit in parts)
    assert checked_contact(written) == plus + "".join(gap + str(digit) for gap, digit in parts)


@given(text=st.text() | st.text("0123456789+()/.- ٣۴@a\n"))
def test_a_contact_that_is_taken_can_be_used(text: str) -> None:
    contact = checked_contact(text)
    if contact is not None and "@" in contact:
        assert contact == text.strip()
    elif contact is not None:
        assert contact.isascii()
        assert 7 <= sum(c.isdigit() for c in contact) <= 15
        assert set(contact) <= set("0123456789+()/.- ")
        assert checked_contact(contact) == contact


@given(text=st.text())
def test_any_text_is_a_name_of_one_line_or_none(text: str) -> None:
    name = checked_name(text)
    assert name is None or (0 < len(name) <= LONGEST_NAME and name.split() == text.split())


@pytest.mark.parametrize("reader", SERVED)
def test_every_language_is_known_by_its_tag_and_its_name_in_itself_in_english_and_in_the_readers(reader: str) -> None:
    for tag in SERVED:
        in_readers = locale(tag).get_display_name(locale(reader))
        in_english = locale(tag).get_display_name(locale("en"))
        for name in (tag, endonym(tag), in_readers, in_english):
            assert name is not None
            assert checked_language(f" {name} ", SERVED, reader) == tag


@pytest.mark.parametrize(
    ("named", "reader", "tag"),
    [
        ("arabic", "en", "ar"),
        ("ARABIC", "hu", "ar"),
        ("العربية", "en", "ar"),
        ("Arabisch", "de", "ar"),
        ("arab", "hu", "ar"),
        ("МАДЯРСЬКА", "uk", None),
        ("угорська", "uk", "hu"),
        ("Magyar", "zh-Hans", "hu"),
        ("匈牙利语", "zh-Hans", "hu"),
        ("عربی", "fa", "ar"),
        ("SR-latn", "en", "sr-Latn"),
        ("Klingon", "en", None),
        ("Portuguese", "en", None),
        ("Arabisch", "en", None),
        ("", "en", None),
    ],
)
def test_a_language_is_known_by_its_names_and_only_by_them(named: str, reader: str, tag: str | None) -> None:
    assert checked_language(named, SERVED, reader) == tag


def test_a_language_that_the_site_does_not_speak_is_not_taken() -> None:
    assert checked_language("Arabic", ["en", "hu"], "en") is None


async def test_the_form_asks_for_four_fields_and_keeps_them(engine: Engine, database: Database) -> None:
    person = await Person.of(engine)
    steps = zip(("/callback", *FIELDS), ASKED.values(), strict=True)
    for text, question in steps:
        assert (await person.say(text)).text.startswith(question)
    (request,) = await requests(database)
    assert request == Request(person.id, False, request.asked_at, "web", NAME, NUMBER, "morning", "ar")
    assert NOW < request.asked_at.replace(tzinfo=UTC) < NOW + timedelta(minutes=1)


async def test_buttons_fill_the_form_as_words_do(engine: Engine, database: Database) -> None:
    person = await Person.of(engine, "hu")
    times = await person.say("/callback", NAME, NUMBER)
    languages = await person.say(press(times, "Délután"))
    assert [title for title in titles(languages) if title != "Mégse"] == ["magyar", "English"]
    await person.say(press(languages, "magyar"))
    (request,) = await requests(database)
    assert (request.time, request.language) == ("afternoon", "hu")


async def test_a_time_may_be_said_in_ones_own_words(engine: Engine, database: Database) -> None:
    person = await Person.of(engine)
    await person.ask(NAME, NUMBER, "after  eight, not on\nSundays", "English")
    assert (await requests(database))[0].time == "after eight, not on Sundays"


async def test_digits_of_other_scripts_are_kept_as_a_number_that_can_be_dialled(
    engine: Engine, database: Database
) -> None:
    person = await Person.of(engine)
    await person.ask(NAME, "۰۶ ۳۰ ۱۲۳ ۴۵۶۷", "any", "English")
    assert (await requests(database))[0].contact == "06 30 123 4567"


async def test_a_name_is_asked_again_when_it_is_too_long(engine: Engine, database: Database) -> None:
    person = await Person.of(engine)
    assert (await person.say("/callback", "x" * 61)).text.startswith("That is too long.")
    assert (await person.say("x" * 61)).text.startswith("That is too long.")
    await person.say(*FIELDS)
    assert (await requests(database))[0].name == NAME


async def test_a_contact_is_asked_again_until_it_is_one(engine: Engine, database: Database) -> None:
    person = await Person.of(engine)
    for text in ("ask my brother", "123456", '/field{"value": "morning"}'):
        await person.say("/callback", NAME)
        assert (await person.say(text)).text.startswith("This is neither a phone number nor an e-mail address.")
    await person.say(*FIELDS[1:])
    assert (await requests(database))[0].contact == NUMBER


async def test_a_time_is_asked_again_when_it_is_too_long(engine: Engine, database: Database) -> None:
    person = await Person.of(engine)
    assert (await person.say("/callback", NAME, NUMBER, "x" * 61)).text.startswith(ASKED["time"])
    await person.say("any", "English")
    assert (await requests(database))[0].time == "any"


async def test_after_a_language_that_is_not_known_all_of_the_site_are_offered(
    engine: Engine, database: Database, calling_answers: Answers
) -> None:
    person = await Person.of(engine)
    again = await person.say("/callback", NAME, NUMBER, "any", "Klingon")
    assert again.text.startswith("I do not know this language.")
    assert titles(again)[:-1] == [endonym(tag) for tag in calling_answers.site.languages]
    await person.say(press(again, "українська"))
    assert (await requests(database))[0].language == "uk"


@pytest.mark.parametrize("given_", [0, 1, 2, 3])
async def test_a_cancelled_form_keeps_nothing(engine: Engine, database: Database, given_: int) -> None:
    person = await Person.of(engine)
    asked = await person.say("/callback", *FIELDS[:given_])
    cancelled = await person.say(press(asked, "Cancel"))
    assert cancelled.text == "I have cancelled that. Nothing of it was kept."
    assert await kept(database) == 0
    answered = await person.say(HEALTH)
    assert answered.reply is not None
    assert answered.reply.outcome == "answer"


async def test_a_half_form_is_no_request(engine: Engine, database: Database) -> None:
    person = await Person.of(engine)
    await person.say("/callback", *FIELDS[:3])
    assert await requests(database) == []
    async with database.transaction() as session:
        assert not await callbacks.close(session, person.id, NOW)
    assert (await person.say(FIELDS[3])).text.startswith(ASKED["done"])


async def test_a_form_begun_again_begins_with_the_name_and_forgets_what_was_given(
    engine: Engine, database: Database
) -> None:
    person = await Person.of(engine)
    assert (await person.say("/callback", "Somebody Else", "0000000", "/callback")).text.startswith(ASKED["name"])
    await person.say(*FIELDS)
    (request,) = await requests(database)
    assert (request.name, request.contact) == (NAME, NUMBER)


async def test_while_a_form_is_filled_in_again_the_first_request_waits_until_the_new_one_is_whole(
    engine: Engine, database: Database
) -> None:
    person = await Person.of(engine)
    await person.ask()
    first = await requests(database)
    for text in ("/callback", "Ali", "ali@example.org", "evening"):
        await person.say(text)
        assert await requests(database) == first
    await person.say("hu")
    (second,) = await requests(database)
    assert (second.name, second.contact, second.time, second.language) == ("Ali", "ali@example.org", "evening", "hu")
    assert second.asked_at > first[0].asked_at


async def test_cancelling_a_new_form_leaves_the_request_that_waits(engine: Engine, database: Database) -> None:
    person = await Person.of(engine)
    await person.ask()
    first = await requests(database)
    await person.say("/callback", "Ali", "/stop")
    assert await requests(database) == first
    assert (await person.say("/callback", "Ali")).text.startswith(ASKED["contact"])


async def test_other_buttons_and_pictures_work_in_a_form_and_it_goes_on(engine: Engine, database: Database) -> None:
    person = await Person.of(engine)
    await person.say("/callback", NAME)
    for text in ("/help", "/human", '/article{"id": "health-card"}', "???"):
        assert (await person.say(text)).reply is not None
    assert "picture" in (await person.say("", attachment="picture")).text
    assert (await person.say(NUMBER)).text.startswith(ASKED["time"])


async def test_a_repeated_message_fills_one_field_only(engine: Engine, database: Database) -> None:
    person = await Person.of(engine)
    await person.say("/callback")
    started = person._started
    twice = [await engine.receive(person.id, started.token, Incoming(NAME, "the-name")) for _ in range(2)]
    assert twice[0] == twice[1]
    assert (await person.say(NUMBER)).text.startswith(ASKED["time"])


async def test_people_who_fill_forms_at_once_are_not_mixed_up(engine: Engine, database: Database) -> None:
    people = [await Person.of(engine) for _ in range(4)]
    fields = {p.id: (f"Person {n}", f"+36 30 000 000{n}", "any", "English") for n, p in enumerate(people)}
    await asyncio.gather(*(person.ask(*fields[person.id]) for person in people))
    assert {r.conversation_id: (r.name, r.contact, "any", "English") for r in await requests(database)} == fields


async def test_what_was_written_into_a_form_stands_in_no_event_and_no_message(
    engine: Engine, database: Database
) -> None:
    person = await Person.of(engine)
    await person.say(
        HEALTH, "/callback", "ask my brother Yusuf, he has a name that is much too long for any form", NAME
    )
    await person.say("no number", NUMBER, "after the evening prayer", "Klingon", "arabic", "What next?")
    events, messages = await person.events(database), repr(await person.read())
    assert all(said in events and said in messages for said in (HEALTH, "What next?"))
    for secret in ("Yusuf", NAME, "no number", NUMBER, "123 4567", "prayer", "Klingon", "arabic"):
        assert secret not in events
        assert secret not in messages
    hidden = [m.text for m in await person.read() if m.sender == "migrant"]
    assert hidden == [HEALTH, "Ask to be called back", *["•••"] * 7, "What next?"]


async def test_what_a_forms_button_carries_stands_in_no_event(engine: Engine, database: Database) -> None:
    person = await Person.of(engine)
    await person.ask(NAME, NUMBER, '/field{"value": "evening"}', '/field{"value": "hu"}')
    heard = [event for event in json.loads(await person.events(database)) if event["event"] == "user"]
    assert len(heard) == 5
    assert all("evening" not in repr(event) and "hu" not in repr(event["parse_data"]) for event in heard)


@pytest.mark.parametrize("upto", [1, 2, 3, 4])
async def test_nothing_of_the_database_holds_a_name_or_a_number(engine: Engine, database: Database, upto: int) -> None:
    person, other = await Person.of(engine), await Person.of(engine)
    arabic = ("فاطمة السيد", "٠٦ ٣٠ ٧٦٥ ٤٣٢١", "بعد الصلاة", "العربية")
    await person.say(HEALTH, "/callback", *FIELDS[:upto])
    await other.say("/callback", *arabic[:upto])
    secrets = (NAME, "Fatima", NUMBER, "123 4567", *arabic[:3], "06 30 765 4321", "765 4321")
    assert await held_of(database, HEALTH) == [HEALTH]
    assert await held_of(database, *secrets) == []
    await database.close()
    assert await held_of(database, *secrets) == []


async def test_urgent_requests_come_first_then_who_asked_first(
    starter_answers: Answers, engine: Engine, database: Database
) -> None:
    calm, second = await Person.of(engine), await Person.of(engine)
    endangered = await Person.of(engine_over(database, starter_answers, lambda: NOW + timedelta(hours=1)))
    await second.say("/callback", *FIELDS[:3])
    await calm.ask()
    await second.say(FIELDS[3])
    assert (await endangered.say("I want to kill myself tonight")).text.startswith("I am glad that you wrote this.")
    await endangered.ask()
    waiting = await requests(database)
    assert [(r.conversation_id, r.urgent) for r in waiting] == [
        (endangered.id, True),
        (calm.id, False),
        (second.id, False),
    ]


async def test_danger_that_is_told_in_the_form_makes_the_request_urgent(
    starter_answers: Answers, database: Database
) -> None:
    person = await Person.of(engine_over(database, starter_answers))
    await person.say("/callback", NAME, "I want to kill myself tonight", *FIELDS[1:])
    (request,) = await requests(database)
    assert request.urgent
    assert request.name == NAME


async def test_a_form_can_be_left_in_words(starter_answers: Answers, database: Database) -> None:
    person = await Person.of(engine_over(database, starter_answers))
    assert (await person.say("/callback", NAME, "stop")).text == "I have cancelled that. Nothing of it was kept."
    assert await kept(database) == 0


@pytest.mark.parametrize("fields", [2, 4])
async def test_erasing_a_conversation_erases_its_form_and_its_request_and_no_other(
    engine: Engine, database: Database, fields: int
) -> None:
    person, by_command, other = [await Person.of(engine) for _ in range(3)]
    await other.ask()
    await person.say("/callback", *FIELDS[:fields])
    await by_command.say("/callback", *FIELDS[:fields])
    await person.erase()
    assert (await by_command.say('/delete{"sure": true}')).reply.ended  # type: ignore[union-attr]
    assert await kept(database) == 1
    assert [request.conversation_id for request in await requests(database)] == [other.id]


async def test_a_request_that_was_dealt_with_is_forgotten_and_may_be_made_again(
    engine: Engine, database: Database
) -> None:
    person = await Person.of(engine)
    await person.ask()
    async with database.transaction() as session:
        assert not await callbacks.close(session, "nobody", NOW)
        assert await callbacks.close(session, person.id, NOW)
    assert await kept(database) == 0
    async with database.transaction() as session:
        assert not await callbacks.close(session, person.id, NOW)
    await person.ask()
    assert len(await requests(database)) == 1


async def test_another_key_does_not_open_the_requests_and_a_changed_key_does(
    engine: Engine, database: Database
) -> None:
    await (await Person.of(engine)).ask()
    (sealed,) = await requests(database, Vault("another key"))
    assert (sealed.name, sealed.contact) == ("", "this was sealed with another KALAUZ_SECRET_KEY")
    assert [request.name for request in await requests(database, Vault("another key", "a key for the tests"))] == [NAME]
