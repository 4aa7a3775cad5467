from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.documents import Article
from retrieval.answers import Answers
from retrieval.case import NEAR, Case, depends_on, rivals
from retrieval.encoder import Encoder
from retrieval.language import LanguageDetector
from retrieval.library import Library
from retrieval.shown import Answer
from tests.builders import article, calibration, content, facts, revision, text
from tests.conftest import NOW

AUDIENCES = ("third-country", "eea", "asylum", "temporary-protection", "all")
PURPOSES = ("work", "study", "family")
EEA, THIRD, STUDY = Case("eea"), Case("third-country"), Case(purpose="study")


def for_whom(*audience: str, purpose: tuple[str, ...] = (), topics: tuple[str, ...] = ("health",)) -> Article:
    return article(facts=facts(audience=audience or ("all",), purpose=purpose, topics=topics))


ARTICLES = st.builds(
    lambda audience, **fields: for_whom(*audience, **fields),
    st.just(["all"]) | st.lists(st.sampled_from(AUDIENCES[:-1]), min_size=1, unique=True),
    purpose=st.sets(st.sampled_from(PURPOSES)).map(lambda found: tuple(sorted(found))),
    topics=st.sampled_from([("health",), ("work",), ("work", "health")]),
)
CASES = st.builds(Case, st.sampled_from([None, *AUDIENCES[:-1]]), st.sampled_from([None, *PURPOSES]))
CANDIDATES = st.lists(st.tuples(ARTICLES, st.floats(-3, 3)), max_size=6).map(
    lambda found: sorted(found, key=lambda one: -one[1])
)


@pytest.mark.parametrize(
    ("case", "fits"),
    [
        (Case(), True),
        (Case("eea"), True),
        (Case("asylum"), False),
        (Case("eea", "study"), True),
        (Case("eea", "work"), False),
        (Case(None, "study"), True),
        (Case(None, "family"), False),
    ],
)
def test_an_article_fits_a_case_as_far_as_it_is_known(case: Case, fits: bool) -> None:
    assert case.fits(for_whom("eea", "third-country", purpose=("study",))) is fits


@given(CASES)
def test_what_is_for_everybody_fits_every_case(case: Case) -> None:
    assert case.fits(for_whom("all"))
    assert case.fits(for_whom("all", "eea", purpose=PURPOSES))


@given(ARTICLES, CASES)
def test_less_said_never_fits_worse(one: Article, case: Case) -> None:
    assert Case().fits(one)
    if case.fits(one):
        assert Case(case.audience).fits(one)
        assert Case(purpose=case.purpose).fits(one)


def test_rivals_are_nearly_as_likely_and_on_one_topic() -> None:
    best = for_whom(topics=("health", "work"))
    for score in (2.0, -2.0):
        assert rivals(best, score, for_whom(topics=("work",)), score - NEAR)
        assert not rivals(best, score, for_whom(topics=("work",)), score - NEAR - 0.01)
        assert not rivals(best, score, for_whom(topics=("rent",)), score)


@pytest.mark.parametrize(
    ("best", "other", "asked"),
    [
        (for_whom("eea"), for_whom("third-country"), "audience"),
        (for_whom("eea"), for_whom("eea", "third-country"), None),
        (for_whom("eea"), for_whom("all"), None),
        (for_whom("all"), for_whom("eea"), None),
        (for_whom(purpose=("work",)), for_whom(purpose=("study", "family")), "purpose"),
        (for_whom(purpose=("work",)), for_whom(purpose=("study", "work")), None),
        (for_whom(purpose=("work",)), for_whom(), None),
        (for_whom("eea", purpose=("work",)), for_whom("asylum", purpose=("study",)), "audience"),
    ],
)
def test_it_is_asked_whose_case_it_is_where_two_answers_hold_for_different_people(
    best: Article, other: Article, asked: str | None
) -> None:
    assert depends_on([(best, 1.0), (other, 0.9)], Case()) == asked


def test_what_is_less_likely_or_on_another_topic_asks_nothing() -> None:
    best, elsewhere = for_whom("eea"), for_whom("asylum", topics=("work",))
    assert depends_on([(best, 1.0), (for_whom("asylum"), 0.99 - NEAR)], Case()) is None
    assert depends_on([(best, 1.0), (elsewhere, 1.0)], Case()) is None
    assert depends_on([(best, 1.0)], Case()) is None
    assert depends_on([], Case()) is None


def test_any_rival_counts_however_many_agree() -> None:
    same = for_whom("eea")
    assert depends_on([(same, 1.0), (same, 0.95), (same, 0.95), (for_whom("asylum"), 0.9)], Case()) == "audience"


def test_the_purpose_is_asked_for_once_the_audience_is_known() -> None:
    candidates = [(for_whom("eea", purpose=("work",)), 1.0), (for_whom("asylum", purpose=("study",)), 1.0)]
    assert depends_on(candidates, Case()) == "audience"
    assert depends_on(candidates, EEA) == "purpose"
    assert depends_on(candidates, Case("eea", "work")) is None


@given(CANDIDATES, CASES)
def test_what_is_known_is_never_asked(candidates: list[tuple[Article, float]], case: Case) -> None:
    asked = depends_on(candidates, case)
    assert asked is None or getattr(case, asked) is None


@given(CANDIDATES)
def test_an_answer_to_what_is_asked_shuts_somebody_out(candidates: list[tuple[Article, float]]) -> None:
    asked = depends_on(candidates, Case())
    if asked is not None:
        best = candidates[0][0]
        groups = {"audience": best.facts.audience, "purpose": best.facts.purpose}[asked]
        assert any(
            Case(**{asked: group}).fits(best) and not Case(**{asked: group}).fits(other)
            for group in groups
            for other, _ in candidates[1:]
        )


def residence(id: str, title: str, audience: str, **changes: object) -> Article:
    said = text(title, f"{title}: the office does it.", questions=[])
    return article(id, facts=facts(audience=[audience], topics=["work"], **changes), en=revision(said))


@pytest.fixture(scope="module")
def library(encoder: Encoder) -> Library:
    """Two rivals on residence, an answer for one group only, and two for everybody."""
    whole = content(
        residence("residence-eea", "Registering your residence as a citizen", "eea"),
        residence("residence-third", "Registering your residence with a permit", "third-country"),
        residence("guest-work", "Guest worker permits of agencies", "third-country"),
        article("health-card", en=revision(text("Health card", "The office gives you a health card.", questions=[]))),
        residence("study-grant", "Scholarships at a university", "all", purpose=["study"]),
        residence("work-grant", "Scholarships at an employer", "all", purpose=["work"]),
    )
    return Library(whole, encoder)


OTHERS, BOTH, CITIZENS = "guest worker permits", "registering your residence", "registering residence as a citizen"
MIXED = "registering residence with citizen permit"
SURE, VERY_SURE = 0.5, 0.9
# Which of the articles are near each other does not hang on the encoder.
WORDS_ONLY = {"document_words": 10.0}


def ask(library: Library, detector: LanguageDetector, question: str, case: Case, answer_from: float = SURE) -> Answer:
    how = replace(calibration(), answer_from=answer_from, weights=WORDS_ONLY)
    answers = Answers(library, how, detector, library.content.sites[0])
    return answers.ask(question, now=NOW, language="en", case=case)


def told(found: Answer) -> str | None:
    return found.answer.article if found.answer else None


@pytest.mark.parametrize(
    ("question", "asked"),
    [(BOTH, "audience"), ("scholarships", "purpose"), ("health card", None), (OTHERS, None), (CITIZENS, None)],
)
def test_an_answer_says_what_it_depends_on(
    library: Library, detector: LanguageDetector, question: str, asked: str | None
) -> None:
    assert ask(library, detector, question, Case()).depends_on == asked


@pytest.mark.parametrize(
    ("question", "case", "settled"),
    [
        (BOTH, EEA, "residence-eea"),
        (BOTH, THIRD, "residence-third"),
        (MIXED, EEA, "residence-eea"),
        ("scholarships", STUDY, "study-grant"),
        ("scholarships", Case("eea", "work"), "work-grant"),
    ],
)
def test_the_case_settles_which_of_two_rivals_answers(
    library: Library, detector: LanguageDetector, question: str, case: Case, settled: str
) -> None:
    found = ask(library, detector, question, case)
    assert (told(found), found.depends_on) == (settled, None)
    assert settled == found.choices[0].article


def test_a_settled_answer_is_as_sure_as_that_it_is_one_of_the_two(library: Library, detector: LanguageDetector) -> None:
    either, own = ask(library, detector, MIXED, Case()), ask(library, detector, MIXED, EEA, VERY_SURE)
    assert either.choices[0].article == "residence-third"
    assert told(own) == "residence-eea"
    assert own.confidence >= either.confidence >= VERY_SURE
    assert own.confidence == pytest.approx(ask(library, detector, MIXED, THIRD).confidence)
    hits = library.search(MIXED, countries={"HU"}, year=NOW.year, case=EEA, weights=WORDS_ONLY)
    assert calibration().probability(hits, MIXED) < VERY_SURE


def test_an_answer_for_others_is_given_where_nothing_else_answers(library: Library, detector: LanguageDetector) -> None:
    found = ask(library, detector, OTHERS, EEA)
    assert found.answer is not None
    assert (found.answer.article, found.answer.audience) == ("guest-work", ["third-country"])
    assert found.confidence == ask(library, detector, OTHERS, Case()).confidence


def test_an_answer_for_others_gives_way_to_one_for_the_asker(library: Library, detector: LanguageDetector) -> None:
    assert told(ask(library, detector, CITIZENS, Case())) == "residence-eea"
    assert told(ask(library, detector, CITIZENS, THIRD)) == "residence-third"


def test_choices_for_the_asker_come_before_an_answer_for_others(library: Library, detector: LanguageDetector) -> None:
    found = ask(library, detector, CITIZENS, THIRD, VERY_SURE)
    assert (found.outcome, found.choices[0].article) == ("choices", "residence-third")
    assert "residence-eea" not in [choice.article for choice in found.choices]


def test_what_is_too_unsure_for_an_answer_is_not_given_to_others_either(
    library: Library, detector: LanguageDetector
) -> None:
    found = ask(library, detector, OTHERS, EEA, 0.99)
    assert found.outcome == "no_answer"
    assert "guest-work" not in [choice.article for choice in found.choices]


@pytest.mark.parametrize("question", [BOTH, OTHERS, CITIZENS, "health card", "scholarships", "purple elephants", "?!"])
def test_a_case_of_which_nothing_is_known_changes_nothing(
    library: Library, detector: LanguageDetector, question: str
) -> None:
    answers = Answers(library, calibration(), detector, library.content.sites[0])
    bare = answers.ask(question, now=NOW, language="en")
    unknown = answers.ask(question, now=NOW, language="en", case=Case())
    assert unknown.model_dump(exclude={"elapsed_ms"}) == bare.model_dump(exclude={"elapsed_ms"})


@given(st.sampled_from([BOTH, OTHERS, CITIZENS, MIXED, "health card", "scholarships", "residence permit"]), CASES)
def test_with_a_case_every_choice_fits_it_or_is_the_answer_for_others(
    library: Library, detector: LanguageDetector, question: str, case: Case
) -> None:
    found = ask(library, detector, question, case)
    fitting = [case.fits(library.articles[choice.article]) for choice in found.choices]
    assert all(fitting) or (found.outcome == "answer" and not fitting[0])
    assert found.depends_on is None or getattr(case, found.depends_on) is None


def test_what_is_for_everybody_and_a_group_asks_nothing() -> None:
    assert depends_on([(for_whom("all", "eea"), 1.0), (for_whom("all", "asylum"), 1.0)], Case()) is None
