import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.encoder import Encoder
from retrieval.index import Hit, HybridIndex, Weights
from retrieval.passages import SearchDocument

TITLES = [
    "Residence permit", "Health insurance card", "Renting a flat", "Tax number", "School for children",
    "Driving licence", "Opening a bank account", "Help after violence", "Learning the language", "Work permit",
]  # fmt: skip


def documents() -> list[SearchDocument]:
    parts = ("You find the office in the town hall.", "Bring your passport and a photo.")
    return [SearchDocument(f"d{i}", "en", title, (f"What about: {title}?",), parts) for i, title in enumerate(TITLES)]


@pytest.fixture(scope="module")
def index(encoder: Encoder) -> HybridIndex:
    return HybridIndex(documents(), encoder)


def ids(hits: list[Hit]) -> list[int]:
    return [hit.document for hit in hits]


@pytest.mark.parametrize("retriever", ["hybrid", "dense", "lexical"])
def test_each_retriever_finds_the_document(index: HybridIndex, retriever: str) -> None:
    assert ids(index.search("health insurance", retriever=retriever))[0] == 1  # type: ignore[arg-type]


def test_dense_search_finds_another_language_and_lexical_search_does_not(index: HybridIndex) -> None:
    assert ids(index.search("nyelvtanulás", retriever="dense"))[0] == 8
    assert 8 not in ids(index.search("nyelvtanulás", retriever="lexical"))


@pytest.mark.parametrize("retriever", ["hybrid", "dense", "lexical"])
def test_a_document_that_is_not_allowed_never_appears_even_if_it_is_the_best(
    index: HybridIndex, retriever: str
) -> None:
    allowed = np.ones(len(TITLES), dtype=bool)
    allowed[0] = False
    hits = index.search("Residence permit", allowed=allowed, limit=10, retriever=retriever)  # type: ignore[arg-type]
    assert ids(hits)
    assert 0 not in ids(hits)


def test_filtering_before_scoring_finds_the_one_allowed_document_however_far(encoder: Encoder) -> None:
    crowd = [SearchDocument(f"d{i}", "en", f"Residence permit {i}") for i in range(300)]
    index = HybridIndex([*crowd, SearchDocument("far", "en", "Tax number")], encoder)
    allowed = np.zeros(301, dtype=bool)
    allowed[300] = True
    for retriever in ("hybrid", "dense"):
        assert ids(index.search("Residence permit", allowed=allowed, retriever=retriever)) == [300]  # type: ignore[arg-type]


@settings(deadline=None, max_examples=25)
@given(allowed=st.lists(st.booleans(), min_size=10, max_size=10), query=st.sampled_from(TITLES))
def test_what_is_allowed_scores_as_if_nothing_else_were_there(
    index: HybridIndex, allowed: list[bool], query: str
) -> None:
    everything = {hit.document: hit for hit in index.search(query)}
    chosen = index.search(query, allowed=np.array(allowed))
    assert all(allowed[hit.document] for hit in chosen)
    assert {hit.document for hit in chosen} >= {document for document in everything if allowed[document]}
    assert all(hit == everything[hit.document] for hit in chosen if hit.document in everything)


def test_faiss_agrees_with_a_brute_force_product(encoder: Encoder) -> None:
    pages = documents()
    index = HybridIndex(pages, encoder, weights=Weights(1, 0, 0, 0))
    texts = [passage.text for passage in index.passages]
    owners = np.array([passage.document for passage in index.passages])
    for query in ["permit to stay", "lakásbérlés", "学校"]:
        cosines = encoder.encode_passages(texts) @ encoder.encode_queries([query])[0]
        exact = [float(cosines[owners == document].max()) for document in range(len(pages))]
        hits = index.search(query, retriever="dense", limit=10)
        assert ids(hits) == sorted(range(len(pages)), key=lambda d: -exact[d])
        assert [hit.score for hit in hits] == pytest.approx(sorted(exact, reverse=True), abs=1e-6)


def test_the_score_is_the_weighted_sum_of_the_similarities(encoder: Encoder) -> None:
    index = HybridIndex(documents(), encoder, weights=Weights(0.5, 3, 0.25, 2))
    for hit in index.search("health insurance card"):
        expected = 0.5 * hit.dense + 3 * hit.support + 0.25 * hit.passage_words + 2 * hit.document_words
        assert hit.score == pytest.approx(expected, abs=1e-6)


def test_dense_and_lexical_search_count_their_own_similarities_only(encoder: Encoder) -> None:
    index = HybridIndex(documents(), encoder, weights=Weights(0.5, 3, 0.25, 2))
    for hit in index.search("health insurance card", retriever="dense"):
        assert hit.score == pytest.approx(0.5 * hit.dense + 3 * hit.support, abs=1e-6)
    for hit in index.search("health insurance card", retriever="lexical"):
        assert hit.score == pytest.approx(0.25 * hit.passage_words + 2 * hit.document_words, abs=1e-6)


def test_a_hit_names_its_best_passage(encoder: Encoder) -> None:
    page = SearchDocument("d", "en", "Card", (), ("You pay nothing for it at all.", "Take a photograph with you."))
    hit = HybridIndex([page], encoder).search("photograph")[0]
    assert hit.passage.text == "Card. Take a photograph with you."
    assert hit.passage.part == 1


def test_hits_are_best_first_without_repetition_up_to_the_limit(index: HybridIndex) -> None:
    hits = index.search("permit", limit=4)
    assert len(hits) == 4 == len(set(ids(hits)))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("query", ["", "?!", "👍", "\ud800\x00"])
def test_a_query_without_words_finds_nothing(index: HybridIndex, query: str) -> None:
    assert index.search(query) == []


def test_an_empty_index_finds_nothing(encoder: Encoder) -> None:
    assert HybridIndex([], encoder).search("permit", allowed=np.zeros(0, dtype=bool)) == []
    assert HybridIndex([], encoder).search("permit") == []


def test_nothing_allowed_finds_nothing(index: HybridIndex) -> None:
    assert index.search("permit", allowed=np.zeros(len(TITLES), dtype=bool)) == []


def test_support_is_the_mean_of_the_three_nearest_passages(encoder: Encoder) -> None:
    page = SearchDocument("d", "en", "Card", ("Where is the card?", "Who pays?"), ("The card is free of any charge.",))
    index = HybridIndex([page], encoder)
    cosines = encoder.encode_passages([p.text for p in index.passages]) @ encoder.encode_queries(["free card"])[0]
    assert index.search("free card")[0].support == pytest.approx(np.sort(cosines)[-3:].mean(), abs=1e-6)


def test_the_fingerprint_changes_with_the_encoder_and_with_any_text(encoder: Encoder) -> None:
    pages = documents()
    same = HybridIndex(documents(), encoder).fingerprint
    other = HybridIndex([*pages[:-1], SearchDocument("d9", "en", "Another title")], encoder).fingerprint
    assert HybridIndex(pages, encoder).fingerprint == same != other
