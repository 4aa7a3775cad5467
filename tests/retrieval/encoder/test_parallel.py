"""What the transformer learns from: texts of any language, each with the English sentence that it means."""

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.encoder import parallel
from retrieval.encoder.parallel import Lesson, lesson, misspelt
from tests.retrieval.encoder import tiny

ARABIC = {"the office is open": "المكتب مفتوح", "the school is open": "المدرسة مفتوحة"}


def write(folder: Path, language: str, pairs: dict[str, str], source: str = "test") -> None:
    lines = "".join(f"{english}\t{translation}\t{source}\n" for english, translation in pairs.items())
    (folder / f"en-{language}.tsv").write_text(lines, "utf-8")


def sentences(n: int, language: str) -> dict[str, str]:
    return {f"the office is {language} {i}": f"iroda {i}" for i in range(n)}


def taught(folder: Path, *languages: str, seed: int = 1, most: int = 1000) -> Lesson:
    return lesson([folder], list(languages), tiny.tokenizer(), pairs_a_language=1000, sentences=most, seed=seed)


def texts(found: Lesson) -> list[str]:
    """The texts as the tokeniser gives them back."""
    tokenizer = tiny.tokenizer()
    parts = np.split(found.ids, found.starts[1:-1])
    return [tokenizer.decode(part.tolist()) for part in parts]


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is misspelt or romanised."""
    monkeypatch.setattr(parallel, "MISSPELT_SHARE", 0)
    monkeypatch.setattr(parallel, "ROMANISED_SHARE", 0)


@pytest.mark.usefixtures("plain")
def test_each_translation_means_its_english_sentence(tmp_path: Path) -> None:
    write(tmp_path, "hu", {"work": "munka", "help": "segitseg"})
    found = taught(tmp_path, "hu")
    meant = [(text, found.sentences[i]) for text, i in zip(texts(found), found.english, strict=True)]
    assert {("munka", "work"), ("segitseg", "help")} <= set(meant)
    assert len(meant) == 4


@pytest.mark.usefixtures("plain")
def test_english_is_learnt_with_the_others(tmp_path: Path) -> None:
    write(tmp_path, "hu", {"work": "munka"})
    found = taught(tmp_path, "hu")
    assert texts(found) == ["munka", "work"]
    assert found.probability[1] / found.probability[0] == pytest.approx(parallel.ENGLISH_SHARE)


def test_probabilities_sum_to_one_and_texts_lie_end_to_end(tmp_path: Path) -> None:
    write(tmp_path, "hu", sentences(30, "hu"))
    found = taught(tmp_path, "hu")
    assert found.probability.sum() == pytest.approx(1)
    assert found.starts[0] == 0
    assert found.starts[-1] == len(found.ids) == found.lengths.sum()
    assert len(found.lengths) == len(found.english) == len(found.probability)
    assert (found.lengths >= 3).all()


@pytest.mark.usefixtures("plain")
def test_a_language_with_many_pairs_is_drawn_more_often_but_not_as_much_as_it_has(tmp_path: Path) -> None:
    write(tmp_path, "hu", sentences(64, "hu"))
    write(tmp_path, "de", sentences(2, "de"))
    drawn = taught(tmp_path, "hu", "de").probability
    assert drawn[:64].sum() / drawn[64:66].sum() == pytest.approx((64 / 2) ** parallel.LANGUAGE_POWER)


@pytest.mark.usefixtures("plain")
def test_a_near_source_weighs_three_times(tmp_path: Path) -> None:
    (tmp_path / "en-hu.tsv").write_text("work today please\tmunka\ttatoeba\nhelp me please\tsegitseg\topus\n")
    found = taught(tmp_path, "hu")
    by_text = dict(zip(texts(found), found.probability, strict=True))
    assert by_text["munka"] == pytest.approx(3 * by_text["segitseg"])


def test_only_sentences_that_the_teacher_reads_are_taught(tmp_path: Path) -> None:
    write(tmp_path, "hu", sentences(30, "hu"))
    found = taught(tmp_path, "hu", most=5)
    assert len(found.sentences) == 5
    assert set(found.english) == set(range(5))


def test_a_language_none_of_whose_sentences_is_chosen_does_no_harm(tmp_path: Path) -> None:
    write(tmp_path, "hu", {"the office is open": "az iroda nyitva"}, source="tatoeba")
    write(tmp_path, "de", {"the school is open": "die Schule ist offen"})
    assert taught(tmp_path, "hu", "de", most=1).sentences == ["the office is open"]


def test_some_rows_of_other_scripts_are_learnt_in_latin_letters_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "MISSPELT_SHARE", 0)
    monkeypatch.setattr(parallel, "ROMANISED_SHARE", 1)
    write(tmp_path, "ar", ARABIC)
    write(tmp_path, "hu", {"work": "munka"})
    assert len(taught(tmp_path, "ar").lengths) == 2 * 2 + 2
    assert len(taught(tmp_path, "hu").lengths) == 1 + 1


def test_some_rows_are_learnt_misspelt_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "MISSPELT_SHARE", 1)
    write(tmp_path, "hu", {"the office is open": "az iroda nyitva"})
    assert len(taught(tmp_path, "hu").lengths) == 2 + 1


def test_the_same_seed_gives_the_same_lesson(tmp_path: Path) -> None:
    write(tmp_path, "hu", sentences(60, "hu"))
    write(tmp_path, "ar", ARABIC)
    first, again, other = (taught(tmp_path, "hu", "ar", seed=seed) for seed in (1, 1, 2))
    for name in ("ids", "starts", "english", "probability"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert first.sentences == again.sentences
    assert not np.array_equal(first.ids, other.ids)


LETTERS = st.text(st.characters(categories=["L", "Zs"]), max_size=60)


@given(LETTERS, st.integers(0, 1000))
def test_a_misspelt_text_loses_and_gains_at_most_two_letters(text: str, seed: int) -> None:
    found = misspelt(text, random.Random(seed))
    assert bool(found) == bool(text)
    assert (Counter(text) - Counter(found)).total() <= 2
    assert (Counter(found) - Counter(text)).total() <= 2
    assert {*found} <= {*text}


def test_a_slip_of_the_finger_loses_a_letter_doubles_it_or_swaps_it_with_the_next() -> None:
    found = {misspelt("abcd", random.Random(seed)) for seed in range(200)}
    assert {"acd", "abbcd", "acbd"} <= found
    assert "abcd" not in {misspelt("abcdefgh", random.Random(seed)) for seed in range(200)}


@given(st.text("abcdefgh", min_size=4, max_size=30), st.integers(0, 1000))
def test_a_misspelt_words_first_and_last_letters_stay(text: str, seed: int) -> None:
    found = misspelt(text, random.Random(seed))
    assert (found[0], found[-1]) == (text[0], text[-1])


@given(st.text(max_size=3), st.integers(0, 1000))
def test_a_very_short_text_stays_as_it_is(text: str, seed: int) -> None:
    assert misspelt(text, random.Random(seed)) == text
