import math
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from knowledge_base.documents import Article, Contact, Content, NoticeText, Source, Topic, Urgency
from knowledge_base.languages import primary
from retrieval.answers import Answers
from retrieval.case import Case
from retrieval.confidence import Calibration
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from retrieval.phrases import FAMILIES, Phrase
from retrieval.question import QuestionError
from retrieval.recognition import PhraseIndex, Recognised, Recogniser, Weights
from retrieval.showing import in_language, show_contact, show_notice
from retrieval.shown import Answer, ShownChoice
from tests.builders import article, contact, content, equal_confidence, facts, notice, revision, site, text
from tests.conftest import NOW

ZONE = ZoneInfo("Europe/Budapest")
QUESTION = "How do I get a health card?"
ALWAYS, NEVER = 0.0, 1.01
ANSWERING = equal_confidence(ALWAYS)


def answers_of(encoder: Encoder, detector: LanguageDetector, whole: Content) -> Answers:
    return Answers(Library(whole, encoder), ANSWERING, detector, whole.sites[0])


@pytest.fixture(scope="module")
def small(encoder: Encoder, detector: LanguageDetector) -> Answers:
    return answers_of(encoder, detector, content())


def shown(encoder: Encoder, detector: LanguageDetector, one: Article, language: str) -> str:
    answers = answers_of(encoder, detector, content(one))
    answer = answers.ask(QUESTION, now=NOW, language=language).answer
    assert answer is not None
    return answer.translation


def test_what_comes_near_says_what_an_answer_is_weighed_by(small: Answers) -> None:
    answer, near = small.ask(QUESTION, now=NOW), small.near(QUESTION, now=NOW, reader="hu")
    assert near[0].confidence == answer.confidence
    assert [one.article for one in near] == [choice.article for choice in answer.choices]
    assert [one.score for one in near] == sorted((one.score for one in near), reverse=True)
    for one in near:
        assert one.score == pytest.approx(sum(v * one.weights[name] for name, v in one.evidence.items()))
    with pytest.raises(QuestionError):
        small.near("", now=NOW, reader="hu")


def test_the_object_has_the_contracts_fields_and_the_documented_additions(small: Answers) -> None:
    found = small.ask(QUESTION, now=NOW).model_dump(mode="json")
    assert set(found) == {
        "question", "language", "outcome", "confidence", "answer", "choices", "notices", "contacts", "elapsed_ms",
        "meaning", "depends_on", "topic",
    }  # fmt: skip
    assert set(found["language"]) == {"code", "sure", "confidence", "alternatives"}
    contract = {
        "article", "title", "language", "passage", "text", "steps", "source", "reviewed", "revision", "translation",
    }  # fmt: skip
    assert set(found["answer"]) == contract | {
        "passage_kind",
        "as_of",
        "confidence_of_facts",
        "history",
        "audience",
        "topics",
    }
    assert set(found["answer"]["source"][0]) == {"title", "url"}
    assert set(found["choices"][0]) == {"article", "title", "language", "confidence"}
    assert found["answer"]["reviewed"] == "2026-11-22"
    assert Answer.model_validate(found).model_dump(mode="json") == found


def test_an_answer_quotes_the_revision_word_for_word(small: Answers) -> None:
    answer = small.ask("What if I lose my tax card?", now=NOW).answer
    assert answer is not None
    source = small.library.articles["tax-card"]
    said = source.translations["en"].published
    assert said is not None
    assert (answer.article, answer.title, answer.text, answer.steps) == (
        "tax-card",
        said.text.title,
        said.text.body,
        said.text.steps,
    )
    assert (answer.passage, answer.passage_kind) == ("## If you lose it\n\nAsk again.", "section")
    assert answer.source == [Source(title="Office leaflet", url="https://example.org/leaflet")]


def test_every_starter_answer_is_a_quotation(starter_library: Library, detector: LanguageDetector) -> None:
    answers = Answers(starter_library, ANSWERING, detector, starter_library.content.sites[0])
    for one in starter_library.content.articles[::9]:
        said = one.translations[one.source_language].published
        assert said is not None
        found = answers.open_article(one.id, now=NOW, reader=one.source_language)
        assert found is not None
        assert found.answer is not None
        assert found.answer.text == said.text.body
        asked = answers.ask(said.text.questions[0], now=NOW, country=one.facts.country).answer
        assert asked is not None
        quoted = starter_library.revision(asked.article, asked.language)
        assert quoted is not None
        words = " ".join(asked.passage.replace("*", " ").split())
        whole = quoted[1].text.model_dump_json().replace("\\n", " ").replace("*", " ")
        assert all(word in whole for word in words.replace('"', " ").split())


def test_the_step_that_matches_is_quoted(small: Answers) -> None:
    answer = small.ask("Do I fill in a form with my passport?", now=NOW, language="en").answer
    assert answer is not None
    assert (answer.passage, answer.passage_kind) == ("**Fill in the form**\n- Passport\nFree", "step")


def test_where_a_title_matches_the_short_answer_is_quoted(small: Answers) -> None:
    answer = small.ask("Renting a flat", now=NOW, language="en").answer
    assert answer is not None
    assert answer.passage_kind == "summary"
    assert answer.passage.startswith("A written contract")


@pytest.mark.parametrize(
    ("answer_from", "choices_from", "outcome"),
    [(ALWAYS, ALWAYS, "answer"), (0.5, 0.2, "answer"), (NEVER, 0.5, "choices"), (NEVER, NEVER, "no_answer")],
)
def test_three_bands_of_confidence(small: Answers, answer_from: float, choices_from: float, outcome: str) -> None:
    banded = equal_confidence(answer_from, choices_from)
    found = Answers(small.library, banded, small.detector, small.site).ask(QUESTION, now=NOW)
    assert found.outcome == outcome
    assert (found.answer is not None) == (outcome == "answer")
    assert found.confidence == 0.5


def test_the_best_candidates_stand_beside_every_outcome(small: Answers) -> None:
    for threshold in (ALWAYS, NEVER):
        banded = equal_confidence(threshold, threshold)
        found = Answers(small.library, banded, small.detector, small.site).ask(QUESTION, now=NOW)
        assert found.choices[0].article == "health-card"
        assert found.choices[0].confidence == found.confidence
        likely = [choice.confidence for choice in found.choices]
        assert likely == sorted(likely, reverse=True)
        assert all(0 <= p <= 1 for p in likely)


def test_at_most_five_choices(starter_library: Library, detector: LanguageDetector) -> None:
    answers = Answers(starter_library, equal_confidence(NEVER), detector, starter_library.content.sites[0])
    choices = answers.ask("residence permit", now=NOW).choices
    assert len(choices) == 5
    assert len({choice.article for choice in choices}) == 5


@pytest.mark.parametrize("question", ["?!", "👍👍"])
def test_a_question_without_words_is_not_answered(small: Answers, question: str) -> None:
    found = small.ask(question, now=NOW)
    assert (found.outcome, found.choices, found.confidence) == ("no_answer", [], 0)


def test_the_hotline_is_offered_when_there_is_no_answer(small: Answers) -> None:
    silent = equal_confidence(NEVER, NEVER)
    found = Answers(small.library, silent, small.detector, small.site).ask(QUESTION, now=NOW)
    assert [one.id for one in found.contacts] == ["help-line"]
    assert small.helpers("hu", now=NOW)[0].purpose == "Válaszol a kérdésekre"


def test_an_answer_comes_with_its_articles_contacts(encoder: Encoder, detector: LanguageDetector) -> None:
    whole = content(article(facts=facts(contacts=["clinic", "gone"])), contacts=[contact(), contact("clinic")])
    found = answers_of(encoder, detector, whole).ask(QUESTION, now=NOW)
    assert [one.id for one in found.contacts] == ["clinic"]


def test_a_current_translation_says_so(encoder: Encoder, detector: LanguageDetector) -> None:
    one = article(en=revision(number=2, last_major=1), hu=revision(number=1, renders=1))
    assert shown(encoder, detector, one, "hu") == "current"
    assert shown(encoder, detector, one, "en") == "current"


def test_a_translation_of_an_older_major_revision_is_outdated(encoder: Encoder, detector: LanguageDetector) -> None:
    one = article(en=revision(number=2, last_major=2), hu=revision(number=1, renders=1))
    assert shown(encoder, detector, one, "hu") == "outdated"
    assert shown(encoder, detector, one, "en") == "current"


def test_a_reader_without_a_translation_is_shown_another_language_and_told(
    encoder: Encoder, detector: LanguageDetector
) -> None:
    assert shown(encoder, detector, article(en=revision()), "vi") == "other_language"


def test_another_script_of_the_readers_language_is_the_readers_language(
    encoder: Encoder, detector: LanguageDetector
) -> None:
    one = article(en=revision(number=1, last_major=1), sr=revision(number=1, renders=1))
    assert shown(encoder, detector, one, "sr-Latn") == "current"


def test_a_match_in_one_language_is_quoted_in_the_readers(encoder: Encoder, detector: LanguageDetector) -> None:
    en = text(body="The card is free.\n\n## After a theft\n\nCall the police about the stolen card.")
    hu = text("Kártya", "A kártya ingyenes.\n\n## Lopás után\n\nHívja a rendőrséget.", questions=["Kártya?"])
    whole = content(article(en=revision(en), hu=revision(hu, renders=1)))
    answers = answers_of(encoder, detector, whole)
    answer = answers.ask("Call the police about the stolen card", now=NOW, language="hu").answer
    assert answer is not None
    assert (answer.language, answer.passage) == ("hu", "## Lopás után\n\nHívja a rendőrséget.")


def test_translations_with_other_sections_are_quoted_from_their_beginning(
    encoder: Encoder, detector: LanguageDetector
) -> None:
    en = text(body="The card is free.\n\n## After a theft\n\nCall the police about the stolen card.")
    hu = text("Kártya", "A kártya ingyenes.", questions=["Kártya?"])
    whole = content(article(en=revision(en), hu=revision(hu, renders=1)))
    answers = answers_of(encoder, detector, whole)
    answer = answers.ask("Call the police about the stolen card", now=NOW, language="hu").answer
    assert answer is not None
    assert (answer.passage, answer.passage_kind) == ("A kártya ingyenes.", "summary")


@pytest.mark.parametrize(
    ("question", "chosen", "prior", "code"),
    [
        (QUESTION, None, None, "en"),
        (QUESTION, None, "hu", "en"),
        (QUESTION, "hu", "de", "hu"),
        ("TAJ", None, "hu", "hu"),
        ("1?", None, None, "en"),
        ("Hogyan kapok egészségügyi kártyát?", None, None, "hu"),
    ],
)
def test_the_readers_choice_then_the_text_then_the_prior_then_the_site_decides_the_language(
    small: Answers, question: str, chosen: str | None, prior: str | None, code: str
) -> None:
    found = small.ask(question, now=NOW, language=chosen, prior=prior)
    assert found.language.code == code
    assert 0 <= found.language.confidence <= 1


def test_a_country_stands_in_for_the_sites(encoder: Encoder, detector: LanguageDetector) -> None:
    slovak = article("health-card-sk", facts=facts(country="SK"), en=revision(text("Slovak health card")))
    answers = answers_of(encoder, detector, content(article(), slovak))
    assert [c.article for c in answers.ask("Slovak health card", now=NOW).choices] == ["health-card"]
    assert [c.article for c in answers.ask("Slovak health card", now=NOW, country="SK").choices] == ["health-card-sk"]


@pytest.mark.parametrize(
    ("question", "code"),
    [("", "empty"), (" \n", "empty"), ("x" * 10_000, "too_long"), ("a\x00b", "not_text"), ("a\ud800b", "not_text")],
)
def test_what_cannot_be_taken_is_an_error_with_a_code(small: Answers, question: str, code: str) -> None:
    with pytest.raises(QuestionError) as error:
        small.ask(question, now=NOW)
    assert error.value.code == code


def test_a_question_is_given_back_as_it_was_without_space_around(small: Answers) -> None:
    assert small.ask("  <b>card</b> & visa?\n", now=NOW).question == "<b>card</b> & visa?"


def test_an_article_is_opened_by_its_id(small: Answers) -> None:
    found = small.open_article("tax-card", now=NOW, reader="hu")
    assert found is not None
    assert found.answer is not None
    assert (found.outcome, found.answer.article, found.answer.translation) == ("answer", "tax-card", "other_language")
    assert found.answer.passage_kind == "summary"
    assert small.open_article("nothing-here", now=NOW, reader="hu") is None


@pytest.mark.parametrize(
    ("language", "day"),
    [("en", "June 6, 2026"), ("hu", "2026. június 6."), ("de", "6. Juni 2026"), ("zh-Hans", "2026年6月6日")],
)
def test_a_notices_dates_are_in_the_readers_calendar_words(language: str, day: str) -> None:
    texts = {language: NoticeText(title="!", text="[{valid_from}]")}
    assert show_notice(notice(texts=texts), language).text == f"[{day}]"


def test_the_end_of_a_day_is_that_day() -> None:
    texts = {"hu": NoticeText(title="!", text="{valid_until}-ig zárva")}
    assert show_notice(notice(valid_until="2026-12-31T24:00", texts=texts), "hu").text == "2026. december 31.-ig zárva"


def test_a_notice_in_another_language_has_that_languages_dates() -> None:
    found = show_notice(notice(), "vi")
    assert (found.language, found.text) == ("en", "The office is closed since June 6, 2026.")


@pytest.mark.parametrize(
    ("now", "there"),
    [
        # Budapest is two hours ahead in June, one in December.
        (datetime(2026, 6, 5, 21, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 5, 22, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), False),
        (NOW + timedelta(days=365), False),
    ],
)
def test_a_notice_is_shown_while_it_is_in_force(
    encoder: Encoder, detector: LanguageDetector, now: datetime, there: bool
) -> None:
    answers = answers_of(encoder, detector, content(notices=[notice()]))
    for found in (answers.ask(QUESTION, now=now), answers.open_article("health-card", now=now, reader="en")):
        assert found is not None
        assert [one.id for one in found.notices] == (["office-closed"] if there else [])


def test_a_notice_of_another_topic_or_country_is_not_shown(encoder: Encoder, detector: LanguageDetector) -> None:
    notices = [notice("other-topic", topics=["work"]), notice("other-country", countries=["SK"])]
    assert answers_of(encoder, detector, content(notices=notices)).ask(QUESTION, now=NOW).notices == []


def test_a_contacts_texts_are_in_the_readers_language_or_the_nearest() -> None:
    assert show_contact(contact(), "hu", NOW, ZONE).purpose == "Válaszol a kérdésekre"
    assert show_contact(contact(), "vi", NOW, ZONE).purpose == "Answers questions"
    assert show_contact(contact(), "hu", NOW, ZONE).phones[0].note == "free"
    assert in_language({}, "hu") is None


class Publishing:
    """The real encoder; reading a question, it lets something be published."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.digest = encoder.name, encoder.digest
        self.dimensions, self.spans = encoder.dimensions, encoder.spans
        self.publish: Callable[[], None] = lambda: None

    def encode_queries(self, texts: list[str]) -> np.ndarray:
        self.publish()
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: list[str]) -> np.ndarray:
        return self._encoder.encode_passages(texts)


def version(number: int, encoder: Encoder) -> tuple[Library, Calibration]:
    """A library that says its number everywhere, and a confidence of its own."""
    said = text(f"Health card {number}", f"Version {number} of the text about the card.")
    one = article(en=revision(said, number=number, last_major=number))
    return Library(content(one), encoder, version=number), equal_confidence(ALWAYS, intercept=float(number))


def version_of(found: Answer) -> int:
    """The one version that every part of the answer comes from."""
    assert found.answer is not None
    number = found.answer.revision
    assert found.answer.text == f"Version {number} of the text about the card."
    assert [choice.title for choice in found.choices] == [f"Health card {number}"]
    assert found.confidence == pytest.approx(1 / (1 + math.exp(-number)))
    return number


def test_a_question_under_way_finishes_on_the_old_library(encoder: Encoder, detector: LanguageDetector) -> None:
    publishing = Publishing(encoder)
    old, new = version(1, publishing), version(2, publishing)
    answers = Answers(*old, detector, site())
    publishing.publish = lambda: answers.replace(*new)
    assert version_of(answers.ask(QUESTION, now=NOW, language="en")) == 1
    assert version_of(answers.ask(QUESTION, now=NOW, language="en")) == 2


def test_a_question_never_mixes_two_libraries_that_other_threads_publish(
    encoder: Encoder, detector: LanguageDetector
) -> None:
    versions = [version(number, encoder) for number in (1, 2)]
    answers = Answers(*versions[0], detector, site())
    over = threading.Event()

    def publish() -> None:
        while not over.is_set():
            for one in reversed(versions):
                answers.replace(*one)

    publisher = threading.Thread(target=publish)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    publisher.start()
    try:
        seen = {version_of(answers.ask(QUESTION, now=NOW, language="en")) for _ in range(200)}
    finally:
        over.set()
        publisher.join()
        sys.setswitchinterval(interval)
    assert seen == {1, 2}


def test_elapsed_time_is_counted_in_milliseconds(small: Answers) -> None:
    assert small.ask(QUESTION, now=NOW).elapsed_ms > 0


def test_hungarian_readers_find_hungarian_starter_answers(starter_library: Library, detector: LanguageDetector) -> None:
    answers = Answers(starter_library, ANSWERING, detector, starter_library.content.sites[0])
    answer = answers.ask("Hogyan kapok TAJ-kártyát?", now=NOW).answer
    assert answer is not None
    assert primary(answer.language) == "hu"
    assert "TAJ" in answer.title + answer.text


def about_cards(id: str, title: str, **changes: Any) -> Article:
    return article(id, facts=facts(**changes), en=revision(text(title, f"{title}: ask the office.")))


@pytest.fixture(scope="module")
def cards(encoder: Encoder, detector: LanguageDetector) -> Answers:
    """Five articles on health cards, of which one has no question, and some that are not related to them."""
    hu = text("A kártya ára", "Ingyenes.", questions=["Mennyibe kerül a kártya?"])
    price = text("Price of the health card", "It is free.")
    bare = text("Health cards of children", "The school asks for them.", questions=[])
    whole = content(
        about_cards("card", "Getting a health card"),
        about_cards("card-lost", "A lost health card"),
        article("card-price", en=revision(price), hu=revision(hu, renders=1)),
        article("card-child", en=revision(bare)),
        about_cards("card-abroad", "The health card abroad", audience=["eea"]),
        about_cards("card-clinics", "Clinics for a health card", kind="directory"),
        about_cards("card-slovak", "Slovak health card", country="SK"),
        about_cards("card-work", "The health card at work", topics=["work"]),
    )
    return answers_of(encoder, detector, whole)


def related(answers: Answers, id: str = "card", reader: str = "en", **given: Any) -> list[str]:
    return [choice.article for choice in answers.related(id, year=NOW.year, reader=reader, **given)]


def choice(id: str) -> ShownChoice:
    return ShownChoice(article=id, title=id, language="en", confidence=0.3)


def test_related_articles_answer_other_questions_on_the_topic_and_in_the_country(cards: Answers) -> None:
    found = related(cards)
    assert len(found) == len(set(found)) == 3
    assert set(found) < {"card-lost", "card-price", "card-child", "card-abroad"}


def test_related_articles_are_shown_as_the_question_that_each_answers(cards: Answers) -> None:
    near = [choice("card-price"), choice("card-child")]
    found = cards.related("card", year=NOW.year, reader="hu", near=near)
    assert [(one.article, one.title, one.language) for one in found] == [
        ("card-price", "Mennyibe kerül a kártya?", "hu"),
        ("card-child", "Health cards of children", "en"),
    ]


def test_the_candidates_of_the_question_are_related_in_their_order(cards: Answers) -> None:
    near = [choice(id) for id in ("card-child", "card", "card-work", "card-clinics", "card-lost", "card-price")]
    assert related(cards, near=near) == ["card-child", "card-lost", "card-price"]
    assert related(cards, near=[choice("card-abroad"), *near]) == ["card-abroad", "card-child", "card-lost"]


def test_where_no_candidate_is_related_the_title_is_searched_for(cards: Answers) -> None:
    near = [choice("card"), choice("card-work"), choice("card-clinics")]
    assert related(cards, near=near) == related(cards, near=[]) == related(cards)


def test_related_articles_are_for_the_case(cards: Answers) -> None:
    assert related(cards, "card-lost", case=Case("eea")) != related(cards, "card-lost", case=Case("asylum"))
    assert set(related(cards, case=Case("asylum"))) == {"card-lost", "card-price", "card-child"}


def test_what_is_not_published_or_alone_on_its_topic_has_nothing_related(cards: Answers) -> None:
    assert related(cards, "nothing-here") == related(cards, "card-slovak") == related(cards, "card-work") == []


def doctor(id: str, *languages: str, **changes: Any) -> Contact:
    return contact(id, languages=list(languages), **changes)


@pytest.fixture(scope="module")
def helped(encoder: Encoder, detector: LanguageDetector) -> Answers:
    whole = content(
        contacts=[
            doctor("english", "en", "hu"),
            doctor("arabic", "ar"),
            doctor("chinese", "zh-Hans", "en"),
            doctor("polyglot", "en", "hu", "de", "fr"),
            doctor("lawyer", "hu", topics=["work"]),
            doctor("rescue", "ar", crisis=True),
            doctor("slovak", "ar", country="SK"),
            doctor("online", "ar", phones=[], website="https://example.org"),
            contact(topics=["work"]),
        ]
    )
    dentist = whole.topics[0].model_copy(update={"id": "dentist", "parent": "health"})
    whole = whole.model_copy(update={"topics": [*whole.topics, dentist]})
    return answers_of(encoder, detector, whole)


def helpers(answers: Answers, reader: str, topic: str | None) -> list[str]:
    return [one.id for one in answers.helpers(reader, topic, now=NOW)]


@pytest.mark.parametrize(
    ("reader", "first"), [("ar", "arabic"), ("zh-Hans", "chinese"), ("zh-Hant", "chinese"), ("fr", "polyglot")]
)
def test_who_speaks_the_readers_language_helps_first_and_the_hotline_last(
    helped: Answers, reader: str, first: str
) -> None:
    found = helpers(helped, reader, "health")
    assert (found[0], found[-1], len(found)) == (first, "help-line", 3)


@pytest.mark.parametrize("reader", ["ar", "hu", "vi"])
def test_nobody_helps_who_is_for_a_crisis_or_another_topic_or_country_or_has_no_telephone(
    helped: Answers, reader: str
) -> None:
    assert set(helpers(helped, reader, "health")) <= {"arabic", "english", "chinese", "polyglot", "help-line"}


def test_a_topic_has_helpers_of_its_own(helped: Answers) -> None:
    assert helpers(helped, "hu", "work") == ["lawyer", "help-line"]
    assert helpers(helped, "hu", None) == helpers(helped, "hu", "dentist") == ["help-line"]


def test_a_helper_on_a_topic_below_helps(encoder: Encoder, detector: LanguageDetector) -> None:
    whole = content(contacts=[contact(topics=["work"]), contact("dentists", topics=["dentist"])])
    dentist = whole.topics[0].model_copy(update={"id": "dentist", "parent": "health"})
    whole = whole.model_copy(update={"topics": [*whole.topics, dentist]})
    assert helpers(answers_of(encoder, detector, whole), "en", "health") == ["dentists", "help-line"]


def test_a_hotline_that_there_is_not_is_not_shown(encoder: Encoder, detector: LanguageDetector) -> None:
    assert answers_of(encoder, detector, content(contacts=[])).helpers("en", "health", now=NOW) == []


def test_without_an_answer_those_help_who_know_the_likely_topic(helped: Answers) -> None:
    silent = Answers(helped.library, equal_confidence(NEVER, NEVER), helped.detector, helped.site)
    for question, topic, first in ((QUESTION, "health", "polyglot"), ("What is a tax card?", "work", "lawyer")):
        found = silent.ask(question, now=NOW, language="hu")
        assert (found.outcome, found.topic) == ("no_answer", topic)
        assert [one.id for one in found.contacts][:: len(found.contacts) - 1] == [first, "help-line"]


def test_who_wants_a_person_gets_the_hotline(helped: Answers) -> None:
    found = helped.ask(QUESTION, now=NOW, recognised=Recognised("human", 0.9, "human"))
    assert (found.outcome, found.answer, found.confidence) == ("human", None, 0.9)
    assert [one.id for one in found.contacts] == ["help-line"]


@pytest.mark.parametrize(
    ("kind", "urgency", "called"),
    [
        ("urgent-violence", "violence", ["shelter", "police"]),
        ("urgent-child", "child", ["police"]),
        ("urgent-medical", "medical", ["police", "help-line"]),
        ("urgent-suicide", "suicide", ["police", "help-line"]),
    ],
)
def test_danger_is_answered_with_whom_to_call_for_it_or_else_with_the_sites_crisis_contacts(
    encoder: Encoder, detector: LanguageDetector, kind: str, urgency: str, called: list[str]
) -> None:
    ours = site(
        crisis=["police", "help-line"],
        urgent={"violence": ["shelter", "gone", "police"], "child": ["police"], "suicide": []},
    )
    whole = content(sites=[ours], contacts=[contact(), contact("police", crisis=True), contact("shelter", crisis=True)])
    answers = answers_of(encoder, detector, whole)
    found = answers.ask(QUESTION, now=NOW, recognised=Recognised(kind, 0.8, "urgent"))
    assert (found.outcome, found.meaning, found.answer, found.confidence) == ("urgent", kind, None, 0.8)
    assert [one.id for one in found.contacts] == [one.id for one in answers.crisis(urgency, "en", now=NOW)] == called
    assert [one.id for one in answers.crisis(None, "en", now=NOW)] == ["police", "help-line"]
    assert answers.crisis("child", "hu", now=NOW)[0].purpose == "Válaszol a kérdésekre"


def test_every_starter_urgency_has_somebody_to_call(starter_library: Library, detector: LanguageDetector) -> None:
    for ours in starter_library.content.sites:
        answers = Answers(starter_library, ANSWERING, detector, ours)
        for urgency in (None, *get_args(Urgency)):
            called = answers.crisis(urgency, "en", now=NOW)
            assert [one.id for one in called] == ours.crisis_contacts(urgency)
            assert any(one.phones for one in called)


@pytest.mark.parametrize(
    ("question", "passage", "kind"),
    [
        ("What if I lose it?", "## If you lose it\n\nAsk again.", "section"),
        ("Where is the tax office, when is the deadline?", "**Take it to the tax office**", "step"),
        ("Which form do I fill in?", "**Fill in the form**", "step"),
        ("Do I need it before I start to work?", "You need a tax card before", "summary"),
        ("?!", "You need a tax card before", "summary"),
        (None, "You need a tax card before", "summary"),
    ],
)
def test_an_article_is_opened_at_the_part_nearest_to_a_question(
    small: Answers, question: str | None, passage: str, kind: str
) -> None:
    found = small.open_article("tax-card", now=NOW, reader="en", question=question)
    assert found is not None
    assert found.answer is not None
    assert (found.outcome, found.confidence, found.topic) == ("answer", 1, "work")
    assert found.answer.passage.startswith(passage)
    assert found.answer.passage_kind == kind


def test_an_article_is_opened_at_a_part_of_the_readers_translation(
    encoder: Encoder, detector: LanguageDetector
) -> None:
    hu = text("Kártya", "A kártya ingyenes.\n\n## Lopás után\n\nHívja a rendőrséget.", questions=["Kártya?"])
    answers = answers_of(encoder, detector, content(article(en=revision(), hu=revision(hu, renders=1))))
    for reader, passage in (("hu", "## Lopás után\n\nHívja a rendőrséget."), ("en", "The office gives you")):
        found = answers.open_article("health-card", now=NOW, reader=reader, question="hívjam a rendőrséget?")
        assert found is not None
        assert found.answer is not None
        assert found.answer.passage.startswith(passage)


@pytest.mark.parametrize(
    ("reader", "name"),
    [
        ("hu", ("hu", "Egészség")),
        ("hr", ("sr-Latn", "Zdravlje")),
        ("sr-Latn", ("sr-Latn", "Zdravlje")),
        ("vi", ("en", "Health")),
        ("en", ("en", "Health")),
    ],
)
def test_a_topics_name_is_in_the_readers_language_or_the_nearest(
    encoder: Encoder, detector: LanguageDetector, reader: str, name: tuple[str, str]
) -> None:
    health = Topic(id="health", name={"en": "Health", "hu": "Egészség", "sr": "Здравље"})
    answers = answers_of(encoder, detector, content(topics=[health]))
    assert answers.topic_name("health", reader) == name
    assert answers.topic_name("nothing-here", reader) is None


ALONE = [kind for kind, family in FAMILIES.items() if family in ("follow_up", "move", "reply", "case")]


@pytest.mark.parametrize("kind", ALONE)
def test_what_only_a_talk_explains_is_never_answered_outright(small: Answers, kind: str) -> None:
    assert small.ask(QUESTION, now=NOW).outcome == "answer"
    found = small.ask(QUESTION, now=NOW, recognised=Recognised(kind, 0.9))
    assert (found.outcome, found.meaning, found.answer, found.notices, found.contacts) == (
        "choices",
        kind,
        None,
        [],
        [],
    )
    assert found.choices[0].article == "health-card"


@pytest.mark.parametrize("threshold", [0.0, 0.5, NEVER])
def test_what_only_a_talk_explains_is_no_surer_than_its_choices(small: Answers, threshold: float) -> None:
    banded = Answers(small.library, equal_confidence(NEVER, threshold), small.detector, small.site)
    known = banded.ask(QUESTION, now=NOW, recognised=Recognised("ask-cost", 0.9))
    assert (known.outcome, known.confidence) == ("no_answer" if threshold == NEVER else "choices", 0.5)


def test_small_talk_is_not_answered_from_the_articles(small: Answers) -> None:
    found = small.ask(QUESTION, now=NOW, recognised=Recognised("greeting", 0.7, "smalltalk"))
    assert (found.outcome, found.meaning, found.answer, found.contacts) == ("smalltalk", "greeting", None, [])


def test_a_message_is_recognised_where_nobody_has_done_so_before(encoder: Encoder, small: Answers) -> None:
    known = {"urgent-violence": ["he hit me", "he beats me"], "ask-cost": ["how much?", "how much is it?"]}
    index = PhraseIndex([Phrase(kind, "en", said) for kind, all in known.items() for said in all], [QUESTION], encoder)
    n_features = len(index.features(index.similarities(QUESTION)))
    # By meaning alone, and by the nearest phrase of each kind.
    rows = tuple(tuple(20.0 if at == 2 * i else 0.0 for at in range(n_features)) for i in range(3))
    weights = Weights(index.fingerprint, index.kinds, rows, (0.0,) * 3, {"urgent": 0.6, "follow_up": 0.6})
    answers = Answers(small.library, ANSWERING, small.detector, small.site, Recogniser(index, weights))
    for question, outcome, kind in (
        ("he hit me", "urgent", "urgent-violence"),
        ("how much is it?", "choices", "ask-cost"),
        (QUESTION, "answer", None),
    ):
        found = answers.ask(question, now=NOW)
        assert (found.outcome, found.meaning) == (outcome, kind)


def test_what_the_talk_was_about_is_searched_for_but_not_given_back(small: Answers) -> None:
    about = small.ask("and where?", now=NOW, language="en", about="Renting a flat")
    alone = small.ask("and where?", now=NOW, language="en")
    assert about.choices[0].article == "rent-contract"
    assert about.question == alone.question == "and where?"
    assert (about.language, about.confidence) == (alone.language, alone.confidence)
