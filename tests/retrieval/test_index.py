from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.encoder import DEFAULT, Encoder, load_encoder
from retrieval.index import DEFAULT_WEIGHTS, WORD_EVIDENCE, Hit, HybridIndex
from retrieval.passages import SearchDocument
from retrieval.vectors import VectorCache

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


@pytest.fixture(scope="module")
def one_part() -> Encoder:
    """The n-gram part of the encoder that ships: its vectors are one span."""
    return load_encoder(DEFAULT / "ngram")


def ids(hits: list[Hit]) -> list[int]:
    return [hit.entry for hit in hits]


def kept(vectors: np.ndarray) -> np.ndarray:
    """Vectors of passages as an index keeps them."""
    return vectors.astype(np.float16).astype(np.float32)


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
    everything = {hit.entry: hit for hit in index.search(query)}
    chosen = index.search(query, allowed=np.array(allowed))
    assert all(allowed[hit.entry] for hit in chosen)
    assert {hit.entry for hit in chosen} >= {entry for entry in everything if allowed[entry]}
    assert all(hit == everything[hit.entry] for hit in chosen if hit.entry in everything)


def test_the_nearest_passages_agree_with_a_brute_force_product(one_part: Encoder) -> None:
    pages = documents()
    index = HybridIndex(pages, one_part, weights={"dense": 1})
    texts = [passage.text for passage in index.passages]
    owners = np.array([passage.document for passage in index.passages])
    for query in ["permit to stay", "lakásbérlés", "学校"]:
        cosines = kept(one_part.encode_passages(texts)) @ one_part.encode_queries([query])[0]
        exact = [float(cosines[owners == document].max()) for document in range(len(pages))]
        hits = index.search(query, retriever="dense", limit=10)
        assert ids(hits) == sorted(range(len(pages)), key=lambda d: -exact[d])
        assert [hit.score for hit in hits] == pytest.approx(sorted(exact, reverse=True), abs=1e-6)


def test_each_part_of_the_encoder_gives_its_own_cosine_and_support(encoder: Encoder, index: HybridIndex) -> None:
    vectors = kept(encoder.encode_passages([passage.text for passage in index.passages]))
    owners = np.array([passage.document for passage in index.passages])
    query = encoder.encode_queries(["lakásbérlés"])[0]
    assert set(encoder.spans) == {"ngram", "transformer"}
    for hit in index.search("lakásbérlés"):
        assert set(hit.evidence) == {name + end for name in encoder.spans for end in ("", "_support")} | {
            *WORD_EVIDENCE
        }
        for name, (span, share) in encoder.spans.items():
            cosines = np.sort(vectors[owners == hit.document][:, span] @ query[span] / share)
            assert hit.evidence[name] == pytest.approx(cosines[-1], abs=1e-5)
            assert hit.evidence[f"{name}_support"] == pytest.approx(cosines[-3:].mean(), abs=1e-5)


def test_an_encoder_of_one_part_gives_one_cosine(one_part: Encoder) -> None:
    hit = HybridIndex(documents(), one_part).search("health insurance card")[0]
    assert set(hit.evidence) == {"dense", "dense_support", *WORD_EVIDENCE}


WEIGHTS = {"ngram": 0.5, "transformer_support": 3, "passage_words": 0.25, "document_words": 2}


def weighted(hit: Hit, *names: str) -> float:
    return sum(WEIGHTS[name] * hit.evidence[name] for name in names)


def test_the_score_is_the_weighted_sum_of_the_similarities(encoder: Encoder) -> None:
    for hit in HybridIndex(documents(), encoder, weights=WEIGHTS).search("health insurance card"):
        assert hit.score == pytest.approx(weighted(hit, *WEIGHTS), abs=1e-6)


def test_the_weights_of_a_search_stand_in_for_the_indexs_own(index: HybridIndex, encoder: Encoder) -> None:
    own = HybridIndex(documents(), encoder, weights=WEIGHTS)
    assert index.weights == DEFAULT_WEIGHTS
    assert index.search("health card", weights=WEIGHTS) == own.search("health card")
    assert index.search("health card") == own.search("health card", weights=DEFAULT_WEIGHTS)


def test_dense_and_lexical_search_count_their_own_similarities_only(encoder: Encoder) -> None:
    index = HybridIndex(documents(), encoder, weights=WEIGHTS)
    for hit in index.search("health insurance card", retriever="dense"):
        assert hit.score == pytest.approx(weighted(hit, "ngram", "transformer_support"), abs=1e-6)
    for hit in index.search("health insurance card", retriever="lexical"):
        assert hit.score == pytest.approx(weighted(hit, *WORD_EVIDENCE), abs=1e-6)


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


def test_support_is_the_mean_of_the_three_nearest_passages(one_part: Encoder) -> None:
    page = SearchDocument("d", "en", "Card", ("Where is the card?", "Who pays?"), ("The card is free of any charge.",))
    index = HybridIndex([page], one_part)
    vectors = kept(one_part.encode_passages([p.text for p in index.passages]))
    cosines = vectors @ one_part.encode_queries(["free card"])[0]
    support = index.search("free card")[0].evidence["dense_support"]
    assert support == pytest.approx(np.sort(cosines)[-3:].mean(), abs=1e-6)


def test_an_article_gains_no_support_by_the_number_of_its_translations(one_part: Encoder) -> None:
    def page(identifier: str, language: str) -> SearchDocument:
        return SearchDocument(identifier, language, "Card", ("Who pays?",), ("The card is free.", "It comes by post."))

    index = HybridIndex([page("one", "en"), *[page("many", language) for language in ("en", "de", "fr")]], one_part)
    one, many = sorted(index.search("free card"), key=lambda hit: hit.entry)
    assert many.evidence["dense_support"] == pytest.approx(one.evidence["dense_support"], abs=1e-6)


def test_what_a_document_says_twice_supports_once(one_part: Encoder) -> None:
    def support(*questions: str) -> float:
        index = HybridIndex([SearchDocument("d", "en", "Card", questions)], one_part)
        return index.search("free card")[0].evidence["dense_support"]

    assert support("Is it free?", "Is it free?", "Is it free?") == pytest.approx(support("Is it free?"), abs=1e-6)


def test_what_follows_another_index_is_as_if_it_were_built_anew(encoder: Encoder, tmp_path: Path) -> None:
    first, later = HybridIndex(documents()[2:], encoder), documents()[:-1]
    following = HybridIndex(later, encoder, before=first)
    anew = HybridIndex(later, encoder)
    assert following.fingerprint == anew.fingerprint
    for query in ("health card", "lakásbérlés", "permit"):
        for one, other in zip(following.search(query), anew.search(query), strict=True):
            assert (one.entry, one.passage) == (other.entry, other.passage)
            assert one.evidence == pytest.approx(other.evidence, abs=1e-5)
    following.keep(VectorCache(tmp_path))
    assert {path.suffixes[-1] for path in tmp_path.iterdir()} == {".npz"}
    assert HybridIndex(later, encoder, cache=VectorCache(tmp_path)).search("permit") == following.search("permit")


def test_the_fingerprint_changes_with_the_encoder_the_weights_and_any_text(encoder: Encoder, one_part: Encoder) -> None:
    pages = documents()
    same = HybridIndex(documents(), encoder).fingerprint
    changed = [
        HybridIndex([*pages[:-1], SearchDocument("d9", "en", "Another title")], encoder),
        HybridIndex(pages, one_part),
        HybridIndex(pages, encoder, weights=WEIGHTS),
    ]
    assert HybridIndex(pages, encoder).fingerprint == same
    assert len({same, *(index.fingerprint for index in changed)}) == 4


CARD = SearchDocument("card", "en", "Health card", (), ("The office gives you a health card.",))
CARD_HU = SearchDocument("card", "hu", "Egészségkártya", (), ("A hivatal ad egészségkártyát.",))
FLAT = SearchDocument("flat", "en", "Renting a flat", (), ("The deposit is two months of rent.",))


def test_documents_of_one_id_are_one_hit_with_the_nearest_passage_among_them(encoder: Encoder) -> None:
    index = HybridIndex([CARD, CARD_HU, FLAT], encoder)
    assert index.ids == ["card", "flat"]
    for question, document in (("Where do I get a health card?", CARD), ("Hol kapok egészségkártyát?", CARD_HU)):
        first, second = index.search(question)
        assert (first.entry, second.entry) == (0, 1)
        assert index.documents[first.document] is document
        assert first.passage.document == first.document


def test_an_entry_has_the_best_evidence_of_its_documents(encoder: Encoder) -> None:
    together = HybridIndex([CARD, CARD_HU], encoder)
    apart = HybridIndex([CARD, SearchDocument("card-hu", *_rest(CARD_HU))], encoder)
    [whole] = together.search("Hol kapok egészségkártyát?")
    best = {
        name: max(hit.evidence[name] for hit in apart.search("Hol kapok egészségkártyát?")) for name in whole.evidence
    }
    for name in (*encoder.spans, *WORD_EVIDENCE):
        assert whole.evidence[name] == pytest.approx(best[name], abs=1e-6)


def _rest(document: SearchDocument) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    return document.language, document.title, document.questions, document.parts


def test_questions_without_a_title_find_their_entry(encoder: Encoder) -> None:
    asked = SearchDocument("flat", "vi", "", ("thuê nhà cần đặt cọc bao nhiêu",))
    index = HybridIndex([CARD, FLAT, asked], encoder)
    hit = index.search("đặt cọc thuê nhà bao nhiêu")[0]
    assert (index.ids[hit.entry], hit.document, hit.passage.text) == ("flat", 2, asked.questions[0])
    assert [p.kind for p in index.passages if p.document == 2] == ["question"]


def test_an_entry_that_is_not_allowed_is_hidden_with_all_its_documents(encoder: Encoder) -> None:
    index = HybridIndex([CARD, CARD_HU, FLAT], encoder)
    for question in ("health card", "egészségkártya"):
        assert ids(index.search(question, allowed=np.array([False, True]))) == [1]


def test_documents_of_one_id_stand_together(encoder: Encoder) -> None:
    with pytest.raises(ValueError, match="do not stand together"):
        HybridIndex([CARD, FLAT, CARD_HU], encoder)


def test_a_word_stands_where_it_stands_whole_with_or_without_its_marks(encoder: Encoder) -> None:
    texts = [("Kártya", "The headstart programme."), ("Card", "A head start."), ("Kartya", "Headstart: over.")]
    index = HybridIndex(
        [SearchDocument(f"d{i}", "en", *text[:1], (), text[1:]) for i, text in enumerate(texts)], encoder
    )
    assert index.saying("headstart") == [0, 2]
    assert index.saying("kartya") == [0, 2]
    assert index.saying("start") == [1]
    assert index.saying("nowhere") == []
