import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import engine as engine_module
from bot import limits as limits_module
from bot.engine import Engine
from bot.limits import CONVERSATION, FLOOD, FLOOD_OF_NETWORK, NETWORK, Limits, Rate, network_of
from bot.messages import Incoming, LimitError, Message, Started
from bot.texts import Texts
from bot.understanding import understand
from knowledge_base.database import Database
from retrieval.answers import Answers
from tests.bot.conftest import VAULT
from tests.bot.test_engine import HEALTH, rows
from tests.conftest import NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TICK = timedelta(microseconds=1)
SENTENCE = "Very many messages came in a short time. You can go on at {time}. The way to a person stays open: /human"


class Clock:
    """Stands still until it is set."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Phone:
    """One conversation, in which every message has an id of its own unless it is named."""

    def __init__(self, engine: Engine, started: Started, network: str | None) -> None:
        self._engine, self._started, self._network = engine, started, network
        self._sent = 0

    @classmethod
    async def of(cls, engine: Engine, *, language: str = "en", network: str | None = None) -> "Phone":
        return cls(engine, await engine.start(channel="web", language=language, network=network), network)

    async def send(self, text: str = HEALTH, client_id: str = "", attachment: str | None = None) -> list[Message]:
        self._sent += 1
        incoming = Incoming(text, client_id or f"message-{self._sent}", attachment, self._network)
        return await self._engine.receive(self._started.conversation_id, self._started.token, incoming)

    async def read(self) -> list[Message]:
        return await self._engine.messages(self._started.conversation_id, self._started.token, after=0)


@pytest.fixture
def times() -> Clock:
    return Clock()


def limited(database: Database, answers: Answers, times: Clock, *, messages: int = 2, network: int = 1_000) -> Engine:
    """A conversation may write `messages` in a minute, a network `network`."""
    return Engine(database, answers, times, VAULT, limits=Limits((Rate(messages, MINUTE),), (Rate(network, MINUTE),)))


RATES = st.lists(
    st.builds(Rate, st.integers(1, 5), st.integers(1, 30).map(lambda s: timedelta(seconds=s))), min_size=1, max_size=3
)


@given(rates=RATES, pauses=st.lists(st.integers(0, 8), max_size=40))
def test_as_many_are_taken_as_any_window_may_hold_and_the_time_given_is_the_first_that_is_free(
    rates: list[Rate], pauses: list[int]
) -> None:
    limits, now, taken = Limits(rates), NOW, list[datetime]()

    def free(at: datetime) -> bool:
        return all(sum(time > at - rate.window for time in taken) < rate.messages for rate in rates)

    for pause in pauses:
        now += timedelta(seconds=pause)
        until = limits.of_conversation("one", now)
        assert (until is None) == free(now)
        if until is None:
            taken.append(now)
        else:
            assert free(until)
            assert not free(until - TICK)


def test_conversations_and_networks_are_counted_apart() -> None:
    limits = Limits((Rate(1, MINUTE),), (Rate(1, MINUTE),))
    counts = [limits.of_conversation("192.0.2.1", NOW), limits.of_conversation("192.0.2.2", NOW)]
    counts += [limits.of_network("192.0.2.1", NOW), limits.of_network("192.0.2.2", NOW)]
    assert counts == [None] * 4
    assert limits.of_conversation("192.0.2.1", NOW) == limits.of_network("192.0.2.1", NOW) == NOW + MINUTE


def test_a_clock_that_went_wrong_shuts_nobody_out() -> None:
    limits = Limits()
    rate = limits_module.CONVERSATION[0]
    a_year_ahead = NOW + timedelta(days=365)
    for _ in range(rate.messages):
        assert limits.of_conversation("a", a_year_ahead) is None
    assert limits.of_conversation("a", a_year_ahead) is not None
    # Set right, it counts anew.
    for _ in range(rate.messages):
        assert limits.of_conversation("a", NOW) is None
    assert limits.of_conversation("a", NOW) == NOW + rate.window


@pytest.mark.parametrize("address", [None, ""])
def test_a_channel_without_addresses_has_no_network(address: str | None) -> None:
    limits = Limits(network=(Rate(1, MINUTE),))
    assert [limits.of_network(address, NOW) for _ in range(3)] == [None] * 3


def test_in_a_shelter_many_people_write_at_once_but_nobody_writes_too_much() -> None:
    limits = Limits()
    moments = [NOW + timedelta(seconds=3 * n) for n in range(18)]
    for now in moments:
        for person in range(30):
            assert limits.of_network("192.0.2.1", now) is None
            assert limits.of_conversation(f"conversation-{person}", now) is None
    alone = [limits.of_conversation("somebody", NOW + timedelta(seconds=n)) for n in range(30)]
    assert alone == [None] * 20 + [NOW + MINUTE] * 10


def test_the_hour_has_a_limit_of_its_own() -> None:
    limits = Limits()
    counts = [limits.of_conversation("one", NOW + timedelta(seconds=10 * n)) for n in range(210)]
    assert counts == [None] * 200 + [NOW + HOUR] * 10


def test_the_longest_silent_are_forgotten_and_who_goes_on_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_module, "KEYS", 3)
    limits = Limits((Rate(1, HOUR),))
    assert limits.of_conversation("busy", NOW) is None
    assert limits.of_conversation("silent", NOW) is None
    for n in range(5):
        assert limits.of_conversation(f"other-{n}", NOW) is None
        assert limits.of_conversation("busy", NOW) == NOW + HOUR
    assert limits.of_conversation("silent", NOW) is None


@given(network=st.integers(1, 2**64 - 1), hosts=st.lists(st.integers(0, 2**64 - 1), min_size=2, max_size=4))
def test_in_ipv6_all_addresses_of_a_line_are_one_network(network: int, hosts: list[int]) -> None:
    def address(line: int, host: int) -> str:
        return ":".join(f"{(line << 64 | host) >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))

    assert len({network_of(address(network, host)) for host in hosts}) == 1
    assert network_of(address(network, hosts[0])) != network_of(address(network ^ 1, hosts[0]))


@given(address=st.ip_addresses(v=4).map(str))
def test_in_ipv4_an_address_is_its_own_network(address: str) -> None:
    assert network_of(address) == address


@given(text=st.text())
def test_what_is_no_address_is_still_a_network(text: str) -> None:
    assert network_of(text) == network_of(text)


async def test_a_refused_message_stores_nothing(database: Database, answers: Answers, times: Clock) -> None:
    phone = await Phone.of(limited(database, answers, times))
    await phone.send()
    await phone.send()
    before = await rows(database)
    with pytest.raises(LimitError) as refused:
        await phone.send()
    assert refused.value.until == NOW + MINUTE
    assert await rows(database) == before


async def test_a_refused_message_may_be_sent_again_later_and_is_then_answered_once(
    database: Database, answers: Answers, times: Clock
) -> None:
    phone = await Phone.of(limited(database, answers, times))
    await phone.send()
    await phone.send()
    with pytest.raises(LimitError):
        await phone.send(HEALTH, "waiting-1")
    times.now = NOW + MINUTE - TICK
    with pytest.raises(LimitError):
        await phone.send(HEALTH, "waiting-1")
    times.now = NOW + MINUTE
    answered = await phone.send(HEALTH, "waiting-1")
    assert [message.sender for message in answered] == ["migrant", "bot"]
    before = await rows(database)
    assert await phone.send(HEALTH, "waiting-1") == answered
    assert await rows(database) == before


async def test_a_repeated_message_gets_its_reply_even_when_no_more_may_be_written(
    database: Database, answers: Answers, times: Clock
) -> None:
    phone = await Phone.of(limited(database, answers, times, messages=1))
    answered = await phone.send(HEALTH, "first-1")
    assert [await phone.send(HEALTH, "first-1") for _ in range(3)] == [answered] * 3


async def test_pictures_and_buttons_count_too(database: Database, answers: Answers, times: Clock) -> None:
    phone = await Phone.of(limited(database, answers, times))
    await phone.send("", attachment="picture")
    await phone.send("/topics")
    with pytest.raises(LimitError):
        await phone.send("", attachment="picture")
    with pytest.raises(LimitError):
        await phone.send("/topics")


@pytest.mark.parametrize("text", ["/human", "/callback", "/delete", "/privacy", "/help", "/language", "/stop"])
async def test_the_way_to_a_person_and_to_ones_data_is_never_refused(
    database: Database, answers: Answers, times: Clock, text: str
) -> None:
    phone = await Phone.of(limited(database, answers, times, network=3), network="192.0.2.1")
    await phone.send()
    await phone.send()
    with pytest.raises(LimitError):
        await phone.send()
    for _ in range(5):
        assert (await phone.send(text))[-1].sender == "bot"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("I want to kill myself tonight", "urgent"), ("can I talk to a real person please", "human")],
)
async def test_danger_and_the_wish_for_a_person_are_never_refused(
    database: Database, starter_answers: Answers, times: Clock, text: str, outcome: str
) -> None:
    phone = await Phone.of(limited(database, starter_answers, times, messages=1, network=2), network="192.0.2.1")
    await phone.send("hello")
    with pytest.raises(LimitError):
        await phone.send("hello")
    for _ in range(3):
        reply = (await phone.send(text))[-1].reply
        assert reply is not None
        assert reply.outcome == outcome


@pytest.mark.parametrize("flood", [(3, 1_000), (1_000, 3)])
async def test_a_flood_is_not_even_understood_and_the_way_to_a_person_stays_open(
    database: Database, answers: Answers, times: Clock, monkeypatch: pytest.MonkeyPatch, flood: tuple[int, int]
) -> None:
    understood: list[str] = []

    def counted(text: str, *arguments: Any, **more: Any) -> Any:
        understood.append(text)
        return understand(text, *arguments, **more)

    monkeypatch.setattr(engine_module, "understand", counted)
    messages, network = flood
    limits = Limits((Rate(2, MINUTE),)), Limits((Rate(messages, MINUTE),), (Rate(network, MINUTE),))
    engine = Engine(database, answers, times, VAULT, limits=limits[0], flood=limits[1])
    phone = await Phone.of(engine, network="192.0.2.1")
    results = await asyncio.gather(*(phone.send() for _ in range(9)), return_exceptions=True)
    assert [isinstance(result, LimitError) for result in results].count(False) == 2
    # What came between two is understood anew; what is refused is not.
    assert len(understood) <= 4
    for text in ("/human", "/help"):
        assert (await phone.send(text))[-1].sender == "bot"
    times.now += MINUTE
    assert (await phone.send())[-1].sender == "bot"


async def test_danger_is_heard_among_many_times_more_messages_than_are_answered(
    database: Database, starter_answers: Answers, times: Clock
) -> None:
    phone = await Phone.of(Engine(database, starter_answers, times, VAULT), network="192.0.2.1")
    for _ in range(FLOOD[0].messages - 1):
        with contextlib.suppress(LimitError):
            await phone.send("12")
    reply = (await phone.send("I want to kill myself tonight"))[-1].reply
    assert reply is not None
    assert reply.outcome == "urgent"
    assert FLOOD[0].messages >= 5 * CONVERSATION[0].messages
    assert FLOOD_OF_NETWORK[0].messages >= 4 * NETWORK[0].messages
    assert [rate.window for rate in (*FLOOD, *FLOOD_OF_NETWORK)] == [MINUTE] * 2


async def test_a_callback_can_be_asked_for_to_the_end(database: Database, answers: Answers, times: Clock) -> None:
    phone = await Phone.of(limited(database, answers, times, messages=1))
    await phone.send()
    fields = ("Fatima", "no number", "+36 30 123 4567", '/field{"value": "any"}', "English")
    replies = [(await phone.send(text))[-1].text for text in ("/callback", *fields)]
    assert replies[-1].startswith("Thank you. Your request is kept")


async def test_what_is_never_refused_takes_nothing_from_the_rest(
    database: Database, answers: Answers, times: Clock
) -> None:
    phone = await Phone.of(limited(database, answers, times, messages=1))
    for _ in range(5):
        await phone.send("/human")
    assert (await phone.send())[-1].sender == "bot"


async def test_a_text_that_cannot_be_taken_does_not_count(database: Database, answers: Answers, times: Clock) -> None:
    phone = await Phone.of(limited(database, answers, times, messages=1))
    for text in ("", "a\x00b"):
        with pytest.raises(ValueError, match="text"):
            await phone.send(text)
    assert (await phone.send())[-1].sender == "bot"


@pytest.mark.parametrize(
    ("language", "now", "local"),
    [
        ("hu", datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "13:01"),
        ("hu", datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "14:01"),
        ("de", datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "00:00"),
        ("uk", datetime(2026, 11, 22, 22, 29, 30, tzinfo=UTC), "23:31"),
        ("en", datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "1:01\u202fPM"),
    ],
)
async def test_a_refusal_says_the_local_time_in_the_persons_language(
    database: Database, answers: Answers, language: str, now: datetime, local: str
) -> None:
    times = Clock(now)
    phone = await Phone.of(limited(database, answers, times, messages=1), language=language)
    await phone.send("/none")
    with pytest.raises(LimitError) as refused:
        await phone.send("/none")
    assert refused.value.sentence == Texts(language).gettext(SENTENCE).format(time=local)
    assert local in refused.value.sentence


async def test_a_refusal_is_in_the_language_of_the_message(database: Database, answers: Answers, times: Clock) -> None:
    phone = await Phone.of(limited(database, answers, times, messages=1), language="en")
    await phone.send()
    with pytest.raises(LimitError) as refused:
        await phone.send("Hogyan kapok egészségügyi kártyát?")
    assert refused.value.sentence == Texts("hu").gettext(SENTENCE).format(time="13:01")


async def test_a_network_counts_the_starts_and_messages_of_all_its_conversations(
    database: Database, answers: Answers, times: Clock
) -> None:
    engine = limited(database, answers, times, network=5)
    one, other = await Phone.of(engine, network="192.0.2.1"), await Phone.of(engine, network="192.0.2.1")
    elsewhere = await Phone.of(engine, network="192.0.2.2")
    await one.send()
    await other.send()
    await one.send()
    with pytest.raises(LimitError):
        await other.send()
    assert (await elsewhere.send())[-1].sender == "bot"


async def test_a_refused_start_stores_nothing_and_speaks_the_clients_language(
    database: Database, answers: Answers, times: Clock
) -> None:
    engine = limited(database, answers, times, network=1)
    await Phone.of(engine, network="192.0.2.1")
    before = await rows(database)
    with pytest.raises(LimitError) as refused:
        await Phone.of(engine, language="hu", network="192.0.2.1")
    assert refused.value.sentence == Texts("hu").gettext(SENTENCE).format(time="13:01")
    assert await rows(database) == before
    times.now = NOW + MINUTE
    await Phone.of(engine, network="192.0.2.1")


async def test_one_lines_ipv6_addresses_share_what_they_may_write(
    database: Database, answers: Answers, times: Clock
) -> None:
    engine = limited(database, answers, times, network=2)
    await Phone.of(engine, network="2001:db8:1:1::1")
    await Phone.of(engine, network="2001:db8:1:1:ffff::2")
    with pytest.raises(LimitError):
        await Phone.of(engine, network="2001:db8:1:1::3")
    await Phone.of(engine, network="2001:db8:1:2::1")


async def test_of_many_messages_at_once_no_more_are_answered_than_may_be(
    database: Database, answers: Answers, times: Clock
) -> None:
    phone = await Phone.of(limited(database, answers, times, messages=3))
    results = await asyncio.gather(*(phone.send() for _ in range(8)), return_exceptions=True)
    assert [isinstance(result, LimitError) for result in results].count(False) == 3
    stored = await phone.read()
    assert [message.sender for message in stored] == ["bot"] + ["migrant", "bot"] * 3
