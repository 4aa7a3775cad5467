from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.evaluation.language import evaluate_language, read_texts
from retrieval.language import LanguageDetector
from retrieval.language.scripts import letter_evidence, main_script, writes
from tests.conftest import ROOT

BENCHMARKS = ROOT / "tests/benchmarks/language"
QUESTIONS = {
    "en": "How do I get a residence permit?",
    "hu": "Hogyan kapok tartózkodási engedélyt?",
    "de": "Wie bekomme ich eine Aufenthaltserlaubnis?",
    "fr": "Comment obtenir un titre de séjour ?",
    "ru": "Как получить вид на жительство?",
    "uk": "Як отримати посвідку на проживання?",
    "sr": "Како да добијем дозволу боравка?",
    "zh-Hans": "怎么办理居留许可？",
    "ar": "كيف أحصل على تصريح إقامة؟",
    "fa": "چطور می‌توانم اجازه اقامت بگیرم؟",
    "ur": "مجھے رہائشی اجازت نامہ کیسے ملے گا؟",
    "ps": "زه څنګه د اوسیدو اجازه ترلاسه کولی شم؟",
    "hy": "Ինչպե՞ս ստանալ կացության թույլտվություն:",
    "bn": "আমি কীভাবে বসবাসের অনুমতি পাব?",
    "hi": "मुझे निवास परमिट कैसे मिलेगा?",
    "tr": "Oturma iznini nasıl alabilirim?",
    "vi": "Làm thế nào để tôi xin giấy phép cư trú?",
    "ro": "Cum obțin un permis de ședere?",
    "pl": "Jak dostać zezwolenie na pobyt?",
    "sq": "Si mund të marr leje qëndrimi?",
}
SERBO_CROATIAN = "Kako da dobijem dozvolu boravka u Mađarskoj?"


@pytest.mark.parametrize(("language", "question"), QUESTIONS.items())
def test_a_plain_question_is_recognised(detector: LanguageDetector, language: str, question: str) -> None:
    found = detector.detect(question)
    assert found.code == language
    assert found.alternatives[0] == language
    assert found.confidence > 0.6


def test_a_prior_does_not_overrule_a_plain_question(detector: LanguageDetector) -> None:
    assert detector.detect(QUESTIONS["hu"], prior="en").code == "hu"


@pytest.mark.parametrize("prior", ["bs", "hr", "sr-Latn"])
def test_the_persons_own_choice_splits_the_serbo_croatian_cluster(detector: LanguageDetector, prior: str) -> None:
    found = detector.detect(SERBO_CROATIAN, prior=prior)
    assert found.code == prior
    assert not {"bs", "hr", "sr-Latn"} - {prior} & set(found.alternatives)


def test_without_a_prior_the_cluster_is_one_sure_language(detector: LanguageDetector) -> None:
    found = detector.detect(SERBO_CROATIAN)
    assert found.code in ("bs", "hr", "sr-Latn")
    assert len(found.alternatives) == 1


def test_cyrillic_serbian_stays_cyrillic_whatever_the_prior(detector: LanguageDetector) -> None:
    assert detector.detect(QUESTIONS["sr"], prior="sr-Latn").code == "sr"
    assert detector.detect(QUESTIONS["sr"], prior="hr").code == "sr"


def test_a_serbian_prior_keeps_latin_letters_latin(detector: LanguageDetector) -> None:
    assert detector.detect(SERBO_CROATIAN, prior="sr").code == "sr-Latn"


def test_a_site_without_the_script_gives_its_own_tag() -> None:
    assert LanguageDetector(["en", "sr"]).detect(SERBO_CROATIAN).code == "sr"


@pytest.mark.parametrize("text", ["ok", "de", "no", "hi"])
def test_two_letters_are_unsure(detector: LanguageDetector, text: str) -> None:
    found = detector.detect(text)
    assert found.code is None
    assert found.alternatives


def test_two_chinese_characters_are_enough(detector: LanguageDetector) -> None:
    assert detector.detect("签证").code == "zh-Hans"


@pytest.mark.parametrize("text", ["", "  ", "12 345", "+36 1 234 5678", "👍🏽", "?!…", "\x00\x1b", "\ud800\udfff"])
def test_a_text_without_letters_keeps_the_conversations_language(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text, prior="uk").code == "uk"
    assert detector.detect(text).code is None
    assert detector.detect(text).alternatives == []


@pytest.mark.parametrize("text", ["สวัสดีครับ", "안녕하세요", "ሰላም ነው", "γειά σου"])
def test_a_script_that_the_site_does_not_serve_is_unsure(detector: LanguageDetector, text: str) -> None:
    assert detector.detect(text, prior="hu").code is None


def test_emoji_controls_and_surrogates_do_not_hide_the_words(detector: LanguageDetector) -> None:
    assert detector.detect(f"👋\x00{QUESTIONS['hu']}\ud83d\x07").code == "hu"


def test_full_width_letters_are_letters(detector: LanguageDetector) -> None:
    assert detector.detect("Ｈｏｗ ｄｏ Ｉ ｇｅｔ ａ ｐｅｒｍｉｔ").code == "en"


@settings(deadline=None, max_examples=150)
@given(st.text(st.characters(codec=None), max_size=200), st.sampled_from([None, "hu", "sr-Latn", "xx", "zh-Hans"]))
def test_no_text_makes_the_detector_fail(detector: LanguageDetector, text: str, prior: str | None) -> None:
    found = detector.detect(text, prior=prior)
    assert 0 <= found.confidence <= 1
    assert len(found.alternatives) <= 3
    assert found.code is None or found.code in (*detector.tags, prior)
    assert sum(found.distribution.values()) <= 1 + 1e-6


def test_a_long_text_is_taken(detector: LanguageDetector) -> None:
    assert detector.detect(QUESTIONS["de"] * 300).code == "de"


def test_threads_get_the_same_answers_as_one(detector: LanguageDetector) -> None:
    texts = list(QUESTIONS.values()) * 5
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(detector.detect, texts))
    assert together == [detector.detect(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("podskazhite gde mozhno poluchit spravku", "ru"),
        ("skilky koshtuye prodovzhyty dozvil na prozhyvannya", "uk"),
        ("salam chetor mitoonam eghamat begiram", "fa"),
        ("wo yao ban juliu xuke", "zh-Hans"),
    ],
)
def test_a_language_that_is_typed_with_latin_letters_is_recognised(
    detector: LanguageDetector, text: str, language: str
) -> None:
    assert detector.detect(text, prior=language).code == language
    assert language in detector.detect(text).alternatives


def test_a_language_that_the_site_does_not_have_is_not_found_in_latin_letters() -> None:
    found = LanguageDetector(["en", "hu", "uk"]).detect("podskazhite gde mozhno poluchit spravku")
    assert set(found.distribution) <= {"en", "hu", "uk"}


def test_cyrillic_is_never_taken_for_a_language_in_latin_letters(detector: LanguageDetector) -> None:
    assert set(detector.detect(QUESTIONS["ru"]).distribution) <= {"ru", "uk", "sr", "bg", "mk"}


@pytest.mark.parametrize(("file", "least"), [("romanised", 0.7), ("noaccents", 0.85), ("short", 0.9), ("mixed", 0.9)])
def test_the_detector_does_not_fall_far(detector: LanguageDetector, file: str, least: float) -> None:
    """How often it is right is measured; this is a floor under it."""
    report = evaluate_language([BENCHMARKS / f"{file}.tsv"], detector)
    assert report.rows[-1]["language_right"] >= least


def test_of_what_is_in_no_language_most_is_unsure(detector: LanguageDetector) -> None:
    texts = [text for _, text in read_texts(BENCHMARKS / "unsure.tsv")]
    assert len(texts) > 50
    assert sum(detector.detect(text).code is None for text in texts) > len(texts) / 2


@pytest.mark.parametrize(
    ("text", "script"),
    [("visa виза", "LATIN"), ("виза vi", "CYRILLIC"), ("TAJ 医疗卡", "CJK"), ("123", None), ("إقامة", "ARABIC")],
)
def test_the_main_script_is_that_of_most_letters(text: str, script: str | None) -> None:
    assert main_script(text) == script


def test_serbian_is_written_in_two_scripts_and_hungarian_in_one() -> None:
    assert writes("sr", "LATIN")
    assert writes("sr", "CYRILLIC")
    assert not writes("hu", "CYRILLIC")


def test_tell_tale_letters_speak_for_their_language() -> None:
    assert letter_evidence("ŐRSÉG") == {"hu": 4.0}
    assert letter_evidence("plain") == {}
