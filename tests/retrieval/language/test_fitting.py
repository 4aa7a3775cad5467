"""Teaching the language classifier, on a handful of sentences."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.language.fitting import SNIPPETS_A_SENTENCE, examples, latin, snippets, teach, without_accents
from retrieval.language.ngrams import NgramClassifier

SENTENCES = {
    "hu": ["Hol kell bejelenteni a lakcímet?", "Hogyan kapok engedélyt?", "Mennyibe kerül az orvos?"],
    "ru": ["Где зарегистрировать адрес?", "Как получить разрешение?", "Сколько стоит врач?"],
    "sr": ["Где се пријављује адреса?", "Kako da dobijem dozvolu?"],
    "zh": ["在哪里登记地址？"],
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for language, texts in SENTENCES.items():
        (folder / f"en-{language}.tsv").write_text("".join(f"where is it\t{text}\tx\n" for text in texts), "utf-8")
    return folder


def found_in(corpus: Path, *own: Path) -> list[tuple[str, str]]:
    return list(examples([corpus], list(own), random.Random(1)))


@pytest.mark.parametrize(
    ("text", "language", "typed"),
    [
        ("Привет, як справи?", "uk", "privet, yak spravi?"),
        ("Ћирилица", "sr", "cirilica"),
        ("ёлка и йод", "ru", "elka i iod"),
        ("你好", "zh", "NiHao"),
        ("Ինչպես", "hy", "Inch'pes"),
    ],
)
def test_a_text_is_typed_with_latin_letters_as_people_do(text: str, language: str, typed: str) -> None:
    assert latin(text, language) == typed


def test_accents_are_left_out_and_other_marks_stay() -> None:
    assert without_accents("lakcímkártya ő") == "lakcimkartya o"
    assert without_accents("मुझे") == "मुझे"


@given(st.lists(st.sampled_from(["hol", "kell", "bejelenteni", "a", "címet"]), min_size=2, max_size=12))
def test_snippets_are_the_text_and_runs_of_its_words(words: list[str]) -> None:
    text = " ".join(words)
    whole, *pieces = snippets(text, random.Random(len(text)))
    assert whole == text
    assert len(pieces) == SNIPPETS_A_SENTENCE - 1
    assert all(f" {piece} " in f" {text} " for piece in pieces)
    assert all(1 <= len(piece.split()) <= 6 for piece in pieces)


def test_a_text_without_spaces_is_cut_between_characters() -> None:
    for piece in snippets("在哪里登记地址", random.Random(1)):
        assert piece
        assert piece in "在哪里登记地址"


def test_examples_carry_the_script_in_which_a_language_is_typed(corpus: Path) -> None:
    labels = {label for label, _ in found_in(corpus)}
    assert (
        {"en", "hu", "ru", "sr", "sr-Latn", "zh"}
        <= labels
        <= {"en", "hu", "ru", "ru-Latn", "sr", "sr-Latn", "zh", "zh-Latn"}
    )
    assert {label for label, text in found_in(corpus) if "dozvolu" in text} == {"sr-Latn"}
    assert {label for label, text in found_in(corpus) if "адрес" in text} == {"ru", "sr"}


def test_lines_of_our_own_are_examples_too(corpus: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "hu.tsv").write_text("card\tTAJ-kártyát kérek\n")
    (own / "hy.tsv").write_text("card\tՈրտե՞ղ է\n")
    found = found_in(corpus, own)
    assert ("hu", "TAJ-kártyát kérek") in found
    assert ("hy", "Որտե՞ղ է") in found


def test_the_same_seed_gives_the_same_examples(corpus: Path) -> None:
    assert found_in(corpus) == found_in(corpus)


def test_a_taught_classifier_tells_its_languages_apart(corpus: Path, tmp_path: Path) -> None:
    taught = teach(found_in(corpus))
    taught.save(tmp_path / "taught.safetensors")
    for classifier in (taught, NgramClassifier.load(tmp_path / "taught.safetensors")):
        for language in ("hu", "ru"):
            for text in SENTENCES[language]:
                found = classifier.log_probabilities(text)
                assert max(found, key=lambda label: found[label]) == language
