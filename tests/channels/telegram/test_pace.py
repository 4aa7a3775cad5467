from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.pace import CHATS, EVERYBODY, GROUP, PERSON, Pace, Rates

SENDS = st.lists(st.tuples(st.integers(-3, 60).filter(bool), st.floats(0, 0.5)), max_size=200)


def keeps(times: list[float], rates: Rates) -> bool:
    """Whether no window holds more than it may."""
    return all(
        later - earlier >= window - 1e-9
        for count, window in rates
        for earlier, later in zip(times, times[count:], strict=False)
    )


@given(SENDS)
def test_no_window_ever_holds_more_than_telegram_allows(sends: list[tuple[int, float]]) -> None:
    pace, now = Pace(), 0.0
    sent: list[tuple[int, float]] = []
    for chat, pause in sends:
        now += pause
        while (wait := pace.wait_s(chat, now)) > 0:
            now += wait
        sent.append((chat, now))
    assert keeps([at for _, at in sent], EVERYBODY)
    for chat in {chat for chat, _ in sends}:
        assert keeps([at for other, at in sent if other == chat], GROUP if chat < 0 else PERSON)


def test_a_message_after_silence_goes_at_once() -> None:
    pace = Pace()
    assert [pace.wait_s(1, 100.0) for _ in range(5)] == [0] * 5


def test_who_has_to_wait_does_not_count() -> None:
    pace = Pace()
    for _ in range(5):
        pace.wait_s(1, 0.0)
    assert [pace.wait_s(1, 1.0) for _ in range(9)] == [4.0] * 9
    assert pace.wait_s(1, 5.0) == 0


def test_one_chat_that_waits_does_not_hold_up_another() -> None:
    pace = Pace()
    for _ in range(5):
        pace.wait_s(1, 0.0)
    assert pace.wait_s(1, 0.0) > 0
    assert pace.wait_s(2, 0.0) == 0


def test_a_group_gets_twenty_messages_a_minute() -> None:
    pace = Pace()
    assert all(pace.wait_s(-1, 2.0 * number) == 0 for number in range(20))
    assert pace.wait_s(-1, 40.0) == 20.0


def test_chats_are_forgotten_but_not_the_rate_for_everybody() -> None:
    pace = Pace()
    now = 0.0
    for chat in range(1, CHATS + 100):
        now += 1 / 30
        assert pace.wait_s(chat, now) < 1e-6
    for chat in range(1, 100):
        pace.wait_s(chat, now)
    assert pace.wait_s(100, now) > 0
