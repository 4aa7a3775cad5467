from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.spans import MOST, Span, cut, html, units
from tests.channels.telegram.fake import links, seen

# Words of many scripts, marks that HTML gives a meaning, joined emoji, half characters.
CHARACTERS = st.sampled_from(
    [*"abc. \n&<>\"'!?", "é", "e\u0301", "ش", "。", "ह\u093f", "😀", "👩\u200d👧", "\ud800", "\n\n"]
)
TEXTS = st.lists(CHARACTERS, max_size=60).map("".join) | st.text(max_size=40)
URLS = st.none() | st.sampled_from(
    ["https://example.org/?a=1&b=2", 'https://example.org/"<x>', "https://x.org/" + "u" * 300]
)
SPANS = st.lists(st.builds(Span, TEXTS, bold=st.booleans(), italic=st.booleans(), url=URLS), max_size=8)
LIMITS = st.integers(60, 400)


def styled(spans: list[Span]) -> list[tuple[str, bool, bool]]:
    """Every character that is not white with its style."""
    return [(c, span.bold, span.italic) for span in spans for c in span.text if not c.isspace()]


@given(SPANS, LIMITS)
def test_nothing_but_white_space_is_lost_and_everything_keeps_its_style(spans: list[Span], most: int) -> None:
    assert styled([span for part in cut(spans, most) for span in part]) == styled(spans)


@given(SPANS, LIMITS)
def test_every_part_fits_and_is_valid_html(spans: list[Span], most: int) -> None:
    for part in cut(spans, most):
        assert units(html(part)) <= most
        text = seen(html(part))
        assert text == text.strip() != ""


@given(SPANS, LIMITS)
def test_what_is_seen_is_what_was_written(spans: list[Span], most: int) -> None:
    written = "".join(span.text for span in spans).encode("utf-8", "replace").decode()
    together = "".join(seen(html(part)) for part in cut(spans, most))
    # A page of HTML has no carriage returns.
    assert "".join(together.split()) == "".join(written.split())


@given(SPANS)
def test_a_link_leads_where_it_led(spans: list[Span]) -> None:
    wanted = [span.url for span in spans if span.url and span.text.strip()]
    assert set(links(html(span for part in cut(spans) for span in part))) >= set(wanted) - {None}


@given(TEXTS, LIMITS)
def test_no_character_is_taken_apart(text: str, most: int) -> None:
    joined = "👩\u200d👧" * 60 + text
    for part in cut([Span(joined)], most):
        shown = "".join(span.text for span in part)
        assert not shown.startswith("\u200d")
        assert not shown.endswith("\u200d") or joined.endswith(shown)


def test_a_short_text_is_one_part() -> None:
    assert cut([Span("Hello "), Span("Anna", bold=True)]) == [[Span("Hello "), Span("Anna", bold=True)]]


def test_an_empty_text_is_no_part() -> None:
    assert cut([]) == []
    assert cut([Span(" \n"), Span("")]) == []


def texts(parts: list[list[Span]]) -> list[str]:
    return ["".join(span.text for span in part) for part in parts]


def test_a_paragraph_is_kept_together_where_it_can_be() -> None:
    assert texts(cut([Span("One two. Three.\n\nFour five six.")], 24)) == ["One two. Three.", "Four five six."]


def test_a_sentence_is_kept_together_where_it_can_be() -> None:
    assert texts(cut([Span("One two three. Four five six.")], 24)) == ["One two three.", "Four five six."]
    assert texts(cut([Span("请先去办公室。然后去银行开户。")], 12)) == ["请先去办公室。", "然后去银行开户。"]
    assert texts(cut([Span("اذهب إلى المكتب أولا؟ ثم إلى البنك.")], 26)) == ["اذهب إلى المكتب أولا؟", "ثم إلى البنك."]


def test_a_word_is_kept_together_where_it_can_be() -> None:
    assert texts(cut([Span("one two three four")], 10)) == ["one two", "three four"]


def test_a_word_that_is_longer_than_a_message_is_cut() -> None:
    assert [len(text) for text in texts(cut([Span("x" * 10_000)]))] == [MOST, MOST, 10_000 - 2 * MOST]


def test_emoji_count_twice_as_telegram_counts_them() -> None:
    assert [len(text) for text in texts(cut([Span("😀" * 3000)]))] == [MOST // 2, 3000 - MOST // 2]


def test_a_link_that_takes_the_room_of_the_text_is_left_out() -> None:
    assert cut([Span("here", url="https://example.org/" + "x" * 5000)]) == [[Span("here")]]
