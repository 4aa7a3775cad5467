import json
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoder import DEFAULT, ONE_SPAN, EncoderError, load_encoder
from retrieval.encoder.features import N_ROWS, text_rows
from retrieval.encoder.ngram import NgramEncoder, quantise, save

TEXTS = ["How do I get a TAJ card?", "Hogyan kapok TAJ-kártyát?", "如何获得居留许可？"]


@pytest.fixture(scope="module")
def weights() -> np.ndarray:
    return np.random.default_rng(3).normal(0, 0.1, (N_ROWS, 16)).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, weights: np.ndarray) -> Path:
    folder = tmp_path_factory.mktemp("encoders") / "small"
    save(folder, weights, name="small", training={"steps": 0})
    return folder


def damaged(folder: Path, target: Path, name: str, data: bytes | None) -> Path:
    """A copy of the encoder's folder whose file `name` has other data, or is not there."""
    target.mkdir()
    for path in folder.iterdir():
        target.joinpath(path.name).symlink_to(path)
    target.joinpath(name).unlink()
    if data is not None:
        target.joinpath(name).write_bytes(data)
    return target


def test_a_saved_encoder_gives_the_mean_of_its_rows_within_quantisation(folder: Path, weights: np.ndarray) -> None:
    mean = np.stack([weights[text_rows(text)].mean(0) for text in TEXTS])
    exact = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    assert np.abs(load_encoder(folder).encode_passages(TEXTS) - exact).max() < 0.01


def test_quantised_rows_are_within_half_a_step(weights: np.ndarray) -> None:
    table, scale = quantise(weights[:1000])
    assert (np.abs(table * scale[:, None] - weights[:1000]) <= scale[:, None] * 0.5001).all()


def test_a_row_of_zeros_stays_zero() -> None:
    table, scale = quantise(np.zeros((2, 4), np.float32))
    assert not table.any()
    assert np.isfinite(scale).all()


def test_vectors_have_unit_length(folder: Path) -> None:
    vectors = load_encoder(folder).encode_queries(TEXTS)
    assert vectors.shape == (3, 16)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)


def test_a_text_without_words_is_the_zero_vector(folder: Path) -> None:
    assert not load_encoder(folder).encode_queries(["", "👍", "\ud800"]).any()


def test_no_texts_give_no_vectors(folder: Path) -> None:
    assert load_encoder(folder).encode_passages([]).shape == (0, 16)


def test_the_digest_changes_with_the_rows_order_and_with_their_scale(tmp_path: Path, weights: np.ndarray) -> None:
    digests = set()
    louder = weights * np.where(np.arange(N_ROWS) % 2, 1, 2).astype(np.float32)[:, None]
    for number, table in enumerate([weights, weights[::-1].copy(), louder]):
        save(tmp_path / str(number), table, name="same", training={})
        digests.add(load_encoder(tmp_path / str(number)).digest)
    assert len(digests) == 3


def test_the_recipe_is_kept_with_the_encoder(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert config["training"] == {"steps": 0}
    assert config["dimensions"] == 16


@pytest.mark.parametrize("data", [None, b"", b"not tensors at all"])
def test_a_damaged_table_is_an_error_that_tells_the_way_out(folder: Path, tmp_path: Path, data: bytes | None) -> None:
    broken = damaged(folder, tmp_path / "broken", "model.safetensors", data)
    with pytest.raises(EncoderError, match=r"damaged.*kalauz encoder train --out .*broken"):
        load_encoder(broken)


def test_a_config_without_a_name_is_an_error_that_tells_the_way_out(folder: Path, tmp_path: Path) -> None:
    broken = damaged(folder, tmp_path / "broken", "config.json", b'{"format": "kalauz-ngram-2"}')
    with pytest.raises(EncoderError, match="kalauz encoder train"):
        load_encoder(broken)


def test_a_table_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=f"10 rows.*{N_ROWS}"):
        NgramEncoder(np.zeros((10, 4), np.int8), np.zeros(10, np.float32), name="x", digest="x")


def test_another_format_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"format": "kalauz-ngram-9"}')
    with pytest.raises(EncoderError, match="kalauz-ngram-9"):
        NgramEncoder.load(tmp_path)


def test_an_encoder_with_other_features_is_not_loaded(folder: Path, tmp_path: Path) -> None:
    """Format 1 left vowel signs out of words: its rows are not those of this program."""
    old = (folder / "config.json").read_text("utf-8").replace("kalauz-ngram-2", "kalauz-ngram-1")
    with pytest.raises(EncoderError, match=r"'kalauz-ngram-1', not 'kalauz-ngram-2'.*kalauz encoder train --out"):
        load_encoder(damaged(folder, tmp_path / "old", "config.json", old.encode()))


def test_a_vector_is_one_span(folder: Path) -> None:
    assert load_encoder(folder).spans == ONE_SPAN


@pytest.mark.parametrize("name", [DEFAULT, DEFAULT / "ngram", DEFAULT / "transformer"])
def test_the_shipped_encoder_and_each_of_its_parts_know_translations(name: Path) -> None:
    encoder = load_encoder(name)
    english = ["How do I get a residence permit?", "My child is ill and needs a doctor.", "What does the bus cost?"]
    hungarian = ["Hogyan kapok tartózkodási engedélyt?", "A gyermekem beteg, orvos kell.", "Mennyibe kerül a busz?"]
    cosines = encoder.encode_queries(hungarian) @ encoder.encode_passages(english).T
    assert cosines.argmax(axis=1).tolist() == [0, 1, 2]
