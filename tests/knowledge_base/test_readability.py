"""How hard a text is to read."""

import pytest

from knowledge_base.documents import Content
from knowledge_base.readability import FEWEST, lix, reading_levels, usual
from tests.builders import article, content, revision, text


def test_it_is_words_a_sentence_plus_the_share_of_long_words() -> None:
    assert lix("You need the card. The government gives it.") == pytest.approx(8 / 2 + 100 * 1 / 8)


def test_what_has_no_words_has_no_level() -> None:
    assert lix("112. 2026!") is None


def test_long_sentences_and_long_words_are_harder() -> None:
    easy, hard = lix("Go to the office. Ask for it."), lix("Authorisation procedures necessitate documentation")
    assert easy is not None
    assert hard is not None
    assert easy < 30 < 50 < hard


def test_it_is_told_by_language_where_words_stand_between_spaces() -> None:
    one = article(en=revision(), zh_Hans=revision(text("健康卡", "请去办公室。"), renders=1))
    levels = reading_levels(content(one).articles)
    assert list(levels) == ["en"]
    assert reading_levels(Content().articles) == {}


def test_what_is_usual_is_told_where_there_are_enough_texts() -> None:
    many = [article(f"a-{n}", en=revision(text("A", f"Go to {'the office ' * n}now."))) for n in range(FEWEST)]
    found = usual(many, "en")
    assert found is not None
    assert found.easy < found.median < found.hard
    assert usual(many[1:], "en") is None
    assert usual([article(zh_Hans=revision(), source_language="zh-Hans")] * FEWEST, "zh-Hans") is None
