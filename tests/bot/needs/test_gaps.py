"""Questions of one meaning are one gap, whatever their language."""

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.needs.gaps import gaps
from bot.needs.work import Question
from retrieval.encoder import Encoder
from tests.conftest import NOW


def question(n: int, text: str = "?", *, person: int | None = None, language: str = "en", days: int = 0) -> Question:
    asked_at = NOW - timedelta(days=days)
    return Question(f"k{n}", f"c{n if person is None else person}", n, language, text, "no_answer", None, asked_at)


def test_one_meaning_in_several_languages_is_one_gap(encoder: Encoder) -> None:
    said = [
        ("en", "How do I register my dog?"),
        ("de", "Wie melde ich meinen Hund an?"),
        ("hu", "Hogyan kell bejelenteni a kutyámat?"),
        ("en", "register a dog"),
        ("en", "Where can I learn to swim?"),
        ("fr", "Où puis-je apprendre à nager ?"),
    ]
    asked = [question(n, text, language=language) for n, (language, text) in enumerate(said)]
    found = gaps(asked, encoder.encode_queries([text for _, text in said]), NOW)
    assert [{one.number for one in gap.questions} for gap in found] == [{0, 1, 2, 3}, {4, 5}]
    assert (found[0].people, found[0].languages) == (4, ("en", "de", "hu"))
    assert found[0].named_by.number in (0, 3)


def test_who_asks_twice_is_one_person() -> None:
    asked = [question(0, person=1), question(1, person=1), question(2, person=2)]
    (gap,) = gaps(asked, np.ones((3, 1), dtype=np.float32), NOW)
    assert gap.people == 2


def test_what_was_asked_long_ago_counts_less() -> None:
    asked = [question(0, days=90), question(1, days=90), question(2)]
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert [gap.people for gap in gaps(asked, vectors, NOW)] == [1, 2]


def test_without_questions_there_is_no_gap() -> None:
    assert gaps([], np.zeros((0, 2), dtype=np.float32), NOW) == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 99)), min_size=1, max_size=12))
def test_every_question_is_in_one_gap_and_always_in_the_same(drawn: list[tuple[int, int, int]]) -> None:
    asked = [question(n, person=person, days=days) for n, (_, person, days) in enumerate(drawn)]
    vectors = np.array([[np.cos(angle), np.sin(angle)] for angle, _, _ in drawn], dtype=np.float32)
    found = gaps(asked, vectors, NOW)
    assert sorted(one.number for gap in found for one in gap.questions) == list(range(len(drawn)))
    assert found == gaps(asked, vectors, NOW)
    for gap in found:
        assert gap.named_by in gap.questions
        assert 1 <= gap.people <= len(gap.questions)
