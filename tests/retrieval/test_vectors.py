from pathlib import Path

import numpy as np
import pytest

from retrieval.encoder import Encoder
from retrieval.vectors import VectorCache


class Counting:
    """The real encoder, and what it was asked to encode."""

    def __init__(self, encoder: Encoder, digest: str | None = None) -> None:
        self._encoder = encoder
        self.name = encoder.name
        self.digest = digest or encoder.digest
        self.dimensions = encoder.dimensions
        self.spans = encoder.spans
        self.asked: list[str] = []

    def encode_queries(self, texts: list[str]) -> np.ndarray:
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        return self._encoder.encode_passages(texts)


def kept(vectors: np.ndarray) -> np.ndarray:
    """Rounded to half precision, in which they are kept."""
    return vectors.astype(np.float16)


@pytest.fixture
def counting(encoder: Encoder) -> Counting:
    return Counting(encoder)


def test_vectors_are_those_of_the_encoder_in_the_order_of_the_texts(counting: Counting, tmp_path: Path) -> None:
    texts = ["visa", "work permit", "visa", ""]
    vectors = VectorCache(tmp_path).vectors(texts, counting)
    assert np.array_equal(vectors, kept(counting.encode_passages(texts)))


def test_only_new_texts_are_encoded(counting: Counting, tmp_path: Path) -> None:
    VectorCache(tmp_path).vectors(["visa", "school", "visa"], counting)
    assert counting.asked == ["visa", "school"]
    again = VectorCache(tmp_path).vectors(["doctor", "school"], counting)
    assert counting.asked == ["visa", "school", "doctor"]
    assert np.array_equal(again, kept(counting.encode_passages(["doctor", "school"])))


def test_kept_vectors_and_new_ones_are_the_same(counting: Counting, tmp_path: Path) -> None:
    texts = ["visa", "work permit", "How do I register my address?"]
    new = VectorCache(tmp_path).vectors(texts, counting)
    assert np.array_equal(VectorCache(tmp_path).vectors(texts, counting), new)
    assert np.array_equal(VectorCache(None).vectors(texts, counting), new)
    assert new.dtype == np.float16


def test_rounding_hardly_moves_a_vector(counting: Counting) -> None:
    texts = ["visa", "work permit", "How do I register my address?"]
    cosines = (VectorCache(None).vectors(texts, counting).astype(float) * counting.encode_passages(texts)).sum(axis=1)
    assert cosines == pytest.approx(1, abs=1e-4)


def test_a_text_that_is_gone_is_forgotten(counting: Counting, tmp_path: Path) -> None:
    for texts in (["visa", "school"], ["school", "doctor"], ["visa"]):
        VectorCache(tmp_path).vectors(texts, counting)
    assert counting.asked == ["visa", "school", "doctor", "visa"]


def test_progress_counts_the_texts_that_had_to_be_encoded(counting: Counting, tmp_path: Path) -> None:
    VectorCache(tmp_path).vectors(["known"], counting)
    seen: list[tuple[int, int]] = []
    cache = VectorCache(tmp_path)
    cache.vectors(["known", *(f"text {i}" for i in range(300))], counting, lambda done, of: seen.append((done, of)))
    assert seen == [(256, 300), (300, 300)]


def test_without_a_folder_nothing_is_kept(counting: Counting) -> None:
    cache = VectorCache(None)
    cache.vectors(["visa"], counting)
    cache.vectors(["visa"], counting)
    assert counting.asked == ["visa", "visa"]
    assert cache.path(counting) is None


def test_two_encoders_keep_two_files(encoder: Encoder, tmp_path: Path) -> None:
    first, second = Counting(encoder, "one"), Counting(encoder, "two")
    for one in (first, second, first, second):
        VectorCache(tmp_path).vectors(["visa"], one)
    assert first.asked == second.asked == ["visa"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("keep", [0, 1, 4, 100, -1, -200])
def test_a_damaged_file_is_ignored_and_written_again(counting: Counting, tmp_path: Path, keep: int) -> None:
    cache = VectorCache(tmp_path)
    whole = cache.vectors(["visa", "school"], counting)
    path = cache.path(counting)
    assert path is not None
    path.write_bytes(path.read_bytes()[:keep])
    assert np.array_equal(cache.vectors(["visa", "school"], counting), whole)
    cache.vectors(["visa", "school"], counting)
    assert len(counting.asked) == 4


def test_a_flipped_byte_is_noticed(counting: Counting, tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    whole = cache.vectors(["visa", "school"], counting)
    path = cache.path(counting)
    assert path is not None
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    assert np.array_equal(cache.vectors(["visa", "school"], counting), whole)


def test_vectors_of_another_size_are_not_used(counting: Counting, tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    path = cache.path(counting)
    assert path is not None
    np.savez(path, keys=np.zeros((1, 16), np.uint8), vectors=np.zeros((1, 3), np.float32))
    assert cache.vectors(["visa"], counting).shape == (1, counting.dimensions)


def test_no_texts_give_no_vectors(counting: Counting, tmp_path: Path) -> None:
    assert VectorCache(tmp_path).vectors([], counting).shape == (0, counting.dimensions)
    assert list(tmp_path.iterdir()) == []


def test_no_partial_file_is_left(counting: Counting, tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    cache.vectors(["visa"], counting)
    assert list(tmp_path.iterdir()) == [cache.path(counting)]


def test_what_follows_encodes_only_what_is_new_and_touches_no_file(counting: Counting, tmp_path: Path) -> None:
    cache, old = VectorCache(tmp_path), ["visa", "school", "doctor"]
    vectors = cache.vectors(old, counting)
    (path,) = tmp_path.iterdir()
    before = path.stat()
    texts = ["doctor", "rent", "visa", "rent", "tax"]
    found = cache.vectors(texts, counting, before=(old, vectors))
    assert counting.asked == [*old, "rent", "tax"]
    assert np.array_equal(found, kept(counting.encode_passages(texts)))
    assert path.stat() == before
    assert cache.vectors([], counting, before=(old, vectors)).shape == (0, counting.dimensions)


def test_what_is_kept_is_there_at_the_next_start(counting: Counting, tmp_path: Path) -> None:
    texts = ["visa", "school"]
    VectorCache(tmp_path).keep(texts, VectorCache(None).vectors(texts, counting), counting)
    asked = len(counting.asked)
    assert np.array_equal(VectorCache(tmp_path).vectors(texts, counting), kept(counting.encode_passages(texts)))
    assert len(counting.asked) == asked + len(texts)
    VectorCache(None).keep(texts, np.zeros((2, counting.dimensions), np.float16), counting)
