import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.passages import Passage, SearchDocument, passages, sentences


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("You need a valid passport.", "Take it to the office with you."),
        ("Hol kapok tartózkodási engedélyt?", "Az idegenrendészeti hatóságnál kap."),
        ("Вам потрібен дійсний паспорт!", "Візьміть його з собою до офісу."),
        ("你需要带上有效的护照和一份填写完整的申请表格。", "请在三十天之内亲自到移民局的办公室提交申请。"),
        ("أين أحصل على تصريح الإقامة في المجر؟", "يمكنك الحصول عليه من مكتب الهجرة."),
        ("آپ کو ایک درست پاسپورٹ کی ضرورت ہے۔", "اسے اپنے ساتھ دفتر لے کر جائیں۔"),
        ("आपको एक वैध पासपोर्ट की आवश्यकता है।", "इसे अपने साथ कार्यालय ले जाएँ।"),
        ("Ձեզ անհրաժեշտ է վավեր անձնագիր։", "Վերցրեք այն ձեզ հետ գրասենյակ։"),
    ],
)
def test_sentences_end_as_the_script_ends_them(first: str, second: str) -> None:
    assert sentences(f"{first} {second}") == (first, second)


def test_chinese_sentences_need_no_space_between_them() -> None:
    one = "你需要带上有效的护照和一份填写完整的申请表格。"
    assert sentences(one * 3) == (one, one, one)


def test_a_new_line_ends_a_sentence() -> None:
    assert sentences("Passport and photo are needed\n\nThe fee is paid at the post office") == (
        "Passport and photo are needed",
        "The fee is paid at the post office",
    )


def test_a_fragment_joins_the_sentence_before() -> None:
    assert sentences("The office is closed at noon. See Dr. X.") == ("The office is closed at noon. See Dr. X.",)


def test_a_decimal_point_and_an_address_end_nothing() -> None:
    text = "The fee is 12.50 euros and kalauz.example.org tells more"
    assert sentences(text) == (text,)


@pytest.mark.parametrize("text", ["", "  ", "\n\n\n"])
def test_an_empty_text_has_no_sentences(text: str) -> None:
    assert sentences(text) == ()


@given(st.text())
def test_no_word_is_lost(text: str) -> None:
    assert re.sub(r"\s", "", "".join(sentences(text))) == re.sub(r"\s", "", text)


def test_a_documents_passages_are_title_questions_and_sentences_under_the_title() -> None:
    parts = ("You need a passport for this. The fee is paid at the office.", "", "Come to the office in person.")
    document = SearchDocument("card", "en", "Card", ("How do I get a card?",), parts)
    assert list(passages(7, document)) == [
        Passage(7, "title", "Card"),
        Passage(7, "question", "How do I get a card?"),
        Passage(7, "part", "Card. You need a passport for this.", 0),
        Passage(7, "part", "Card. The fee is paid at the office.", 0),
        Passage(7, "part", "Card. Come to the office in person.", 2),
    ]
