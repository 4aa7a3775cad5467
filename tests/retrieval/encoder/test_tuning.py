"""What belongs together in our own content."""

import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.documents import Article, Content
from retrieval.encoder.counterparts import Texts, draw, texts_of
from retrieval.encoder.distilling import Distillation, Recipe
from retrieval.encoder.parallel import lesson
from retrieval.encoder.teacher import teacher_vectors
from retrieval.encoder.tuning import tune
from retrieval.question_sets import set_aside
from tests.builders import article, content, revision, text
from tests.retrieval.encoder import tiny

pytestmark = pytest.mark.usefixtures("one_thread")


def asked(one: Article, **questions: list[str]) -> Article:
    return one.model_copy(update={"asked": questions})


def test_an_articles_texts_are_its_questions_by_language_and_its_passages() -> None:
    hu = text("Kártya", "A hivatal kártyát ad.", questions=["Hogyan kapok kártyát?"])
    one = asked(article(en=revision(), hu=revision(hu, renders=1)), hu=["hol a kártya", "a kártya"], de=["wo"])
    aside = set_aside(one)
    assert {"wo"} < set(aside) < {"wo", "hol a kártya", "a kártya"}
    [hungarian] = {"hol a kártya", "a kártya"} - set(aside)
    found = texts_of(one)
    assert found == Texts(
        {"en": ["How do I get: Health card?"], "hu": ["Hogyan kapok kártyát?", hungarian]},
        ["Health card", "Health card. The office gives you a health card.", "Kártya", "Kártya. A hivatal kártyát ad."],
    )


def test_an_article_without_questions_has_nothing_to_set_against_each_other() -> None:
    assert texts_of(article(en=revision(text(questions=[])))) is None


def test_an_article_that_is_not_published_says_nothing() -> None:
    draft = asked(article(), hu=["hol a kártya"]).model_dump()
    draft["translations"]["en"] = {"draft": draft["translations"]["en"]["published"]}
    assert texts_of(Article.model_validate(draft)) is None


QUESTIONS = {"en": ["where", "how"], "hu": ["hol", "hogyan"], "de": ["wo"]}


@given(st.integers(0, 1000))
def test_a_questions_counterpart_is_a_passage_or_a_question_in_another_language(seed: int) -> None:
    question, other = draw(Texts(QUESTIONS, ["the card", "a leaflet"]), random.Random(seed))
    [language] = [language for language, texts in QUESTIONS.items() if question in texts]
    assert other in ("the card", "a leaflet") or other not in QUESTIONS[language]


@given(st.integers(0, 1000))
def test_a_question_of_the_only_language_is_set_against_a_passage(seed: int) -> None:
    assert draw(Texts({"en": ["where"]}, ["the card"]), random.Random(seed)) == ("where", "the card")


def sayings() -> Content:
    """An article about each word."""
    articles = [
        asked(
            article(word, en=revision(text(word, f"This is about {word}.", questions=[f"where is the {word}?"]))),
            hu=[f"hol van {translation}?", f"{translation} kell"],
        )
        for word, translation in tiny.WORDS.items()
    ]
    return content(*articles)


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> Distillation:
    corpus = tiny.write_corpus(tmp_path_factory.mktemp("tuning") / "corpus")
    taught = lesson([corpus], ["hu"], tiny.tokenizer(), pairs_a_language=100, sentences=100, seed=1)
    targets = teacher_vectors(tiny.bert(), tiny.tokenizer(), taught.sentences, lambda line: None)
    return Distillation(tiny.bert(), taught, targets, Recipe(steps=100, batch=16, warm_up=1, body_rate=1e-3))


def test_the_loss_on_our_own_content_falls(run: Distillation) -> None:
    lines: list[str] = []
    tune(run, sayings(), tiny.tokenizer(), steps=60, rate=1.0, seed=1, report=lines.append)
    losses = [float(line.rsplit(" ", 1)[1]) for line in lines]
    assert [line.split(",")[0] for line in lines] == [f"own content: step {n} of 60" for n in (20, 40, 60)]
    assert losses[2] < losses[0] - 0.3


def test_the_same_seed_tunes_to_the_same_weights(run: Distillation) -> None:
    before = {name: value.clone() for name, value in run.body.state_dict().items()}
    tuned = []
    for _ in range(2):
        again = Distillation(tiny.bert(), run.lesson, run.targets.numpy(), run.recipe)
        tune(again, sayings(), tiny.tokenizer(), steps=3, rate=1.0, seed=1, report=lambda line: None)
        tuned.append(again.body.state_dict())
    assert all(torch.equal(tuned[0][name], tuned[1][name]) for name in before)
    assert not np.allclose(tuned[0]["embeddings.word_embeddings.weight"], before["embeddings.word_embeddings.weight"])
