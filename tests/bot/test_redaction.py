"""Nothing that could be somebody's number or address reaches editors; what they need to read does."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redaction import MARKS, redacted, without_marks

DIGIT_SCRIPTS = [
    [chr(zero + n) for n in range(10)]
    for zero in range(sys.maxunicode - 9)
    if unicodedata.decimal(chr(zero), None) == 0 and unicodedata.decimal(chr(zero + 9), None) == 9
]
# What people put between digits, also without seeing it.
BETWEEN = ["", "", "", " ", "-", ".", "/", " / ", "\u00a0", "\u202f", "\u200e", "\u2060", ") ", "٫", "–"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("call me +36 30 123 4567 please", "call me [number] please"),
        ("call (06-30) 123-4567", "call [number]"),
        ("my number is ۰۹۱۲ ۳۴۵ ۶۷۸۹", "my number is [number]"),
        ("رقمي ٠٦٣٠١٢٣٤٥٦٧ شكرا", "رقمي [number] شكرا"),
        ("phone ０６３０１２３４５６７", "phone [number]"),
        ("write to anna.kiss+x@example.co.uk or @annakiss", "write to [email] or [email]"),
        ("пишіть на олена@пошта.укр", "пишіть на [email]"),
        ("see https://t.me/anna?x=1 and www.facebook.com/anna", "see [link] and [link]"),
        ("is t.me/anna_k real? anna-flat.hu", "is [link] real? [link]"),
        ("passport AB1234567 expired", "passport [number] expired"),
        ("my case 106-1-12345/2026-T", "my case [number]"),
        ("permit ZX-12345", "permit [number]"),
        ("TAJ 123 456 789?", "TAJ [number]?"),
        ("to HU42 1177 3016 1111 1018 0000 0000 now", "to [number] now"),
        ("to de89370400440532013000", "to [number]"),
        ("born 1990.02.13.", "born [number]."),
        ("ivan (at) gmail.com", "[email]"),
        ("to ivan [at] gmail [dot] com please", "to [email] please"),
        ("ivan @ gmail . com", "[email]"),
        ("ivan.petrov@gmail. Com please", "[email] please"),
        ("ivan dot petrov at gmail dot com", "[email]"),
        ("ivan kukac gmail pont hu", "[email]"),
        ("call 06,30,123,4567", "call [number]"),
        ("call 06, 30, 123, 4567 now", "call [number] now"),
        ("in 2024, 30,123,4567", "in 2024, [number]"),
        ("my number\n06\n30\n123\n4567\nthanks", "my number\n[number]\nthanks"),
        ("TAJ\r\n123\r\n456\r\n789", "TAJ\r\n[number]"),
        ("A 12345", "[number]"),
        ("my card A 12345 expired", "my card [number] expired"),
        ("RE 12345 expired", "[number] expired"),
        ("我的电话一三八零零一三八零零零谢谢", "我的电话[number]谢谢"),
        ("一三八 零零一三 八零零零", "[number]"),
    ],
)
def test_what_could_be_somebodys_is_taken_out(text: str, told: str) -> None:
    assert redacted(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "How do I get a TAJ card?",
        "What changes in 2026, and what held 2024-2025?",
        "I was here 90/180 days, do I pay 25 000 Ft?",
        "Who answers at 112 or 1818?",
        "I have a D8101 form and live in 1117 Budapest",
        "Does it cost 5.500 Ft? In 2026-ban?",
        "2027年1月可以吗",
        "Munkaszerződés.Hogyan tovább",
        "the e.g. and the U.S.",
        "I was at home. So what?",
        "Look at the dot in the photo",
        "Is it 10,000 or 1,250,000 Ft?",
        "Between 25,000, 30,000 and 5,050, 6,000, 7,500 Ft",
        "12,500,000-15,000,000 Ft",
        "On 3, 4 and 5 May, or on 3,4,5,6,7,8,9,10 June?",
        "In 2019, 2020, 2021, 2022 and 2023",
        "2019\n2020\n2021",
        "Who answers at 104, 105, 107, 112?",
        "Open 10:00, 11:00, 12:00, 13:00",
        "Miért kell a 25000 forint? A 25000 Ft sok",
        "一、二、三、四、五、六、七",
        "二零二四年一月可以吗",
    ],
)
def test_what_editors_need_to_read_stays(text: str) -> None:
    assert redacted(text) == text


@given(st.data(), st.sampled_from(DIGIT_SCRIPTS), st.text(alphabet="абвгابتखगabc ?", max_size=12))
def test_a_long_number_is_gone_in_the_digits_of_every_script(
    data: st.DataObject, script: list[str], around: str
) -> None:
    # No two years: those may stay.
    digits = data.draw(st.lists(st.integers(0, 9), min_size=9, max_size=16))
    signs = data.draw(st.lists(st.sampled_from(BETWEEN), min_size=len(digits), max_size=len(digits)))
    number = "".join(sign + script[digit] for sign, digit in zip(signs, digits, strict=True))
    told = redacted(f"{around} {number} {around}")
    assert sum(unicodedata.digit(character, None) is not None for character in told) < 6
    assert told.startswith(around)
    assert told.endswith(around)


# What the patterns look for, also in wrong places.
PIECES = (
    "ivan|A|RE|@| @ | at |(at)| dot |.| . |com|www.|://|/|,|, | |\n|0|06|12345|2024|-|+|(|]|[email]|[link]|零|一二三"
)


@given(st.text() | st.lists(st.sampled_from(PIECES.split("|")), max_size=9).map("".join))
def test_what_is_redacted_stays_as_it_is(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)


@given(
    st.lists(st.text("123456789", min_size=1, max_size=4), min_size=4, max_size=8), st.sampled_from([",", "\n", ", "])
)
def test_a_number_that_begins_like_a_telephones_is_gone_with_commas_and_lines_in_it(
    groups: list[str], between: str
) -> None:
    number = between.join(["06", "30", *groups, "123"])
    assert redacted(f"call {number}\n") == "call [number]\n"


@given(st.text())
def test_six_digits_in_a_row_are_never_left(text: str) -> None:
    in_a_row = 0
    for character in redacted(text):
        in_a_row = in_a_row + 1 if unicodedata.digit(character, None) is not None else 0
        assert in_a_row < 6


# But for Chinese numerals.
@given(
    st.text(
        alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Mn", "Zs"], exclude_characters="零一二三四五六七八九")
    )
)
def test_a_text_of_letters_alone_is_not_touched(text: str) -> None:
    assert redacted(text) == text


def test_the_marks_can_be_taken_out() -> None:
    assert without_marks(redacted("Call +36 30 123 4567 or a@b.hu please")) == "Call or please"
    assert all(redacted(mark) == mark for mark in MARKS)
