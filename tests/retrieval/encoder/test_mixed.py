"""Several encoders as one."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.encoder import DEFAULT, Encoder, EncoderError, load_encoder
from retrieval.encoder.features import N_ROWS
from retrieval.encoder.mixed import MixedEncoder
from retrieval.encoder.ngram import NgramEncoder, save

TEXTS = ["How do I get a TAJ card?", "Hogyan kapok TAJ-kártyát?", "permit"]


def write(folder: Path, width: int) -> Path:
    weights = np.random.default_rng(width).normal(0, 0.1, (N_ROWS, width)).astype(np.float32)
    save(folder, weights, name=f"small-{width}", training={})
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mix of two small encoders."""
    folder = tmp_path_factory.mktemp("encoders") / "mix"
    for part, width in (("near", 8), ("far", 16)):
        write(folder / part, width)
    (folder / "mix.json").write_text('{"name": "small-mix", "shares": {"near": 0.3, "far": 0.7}}')
    return folder


@pytest.fixture(scope="module")
def parts(folder: Path) -> list[Encoder]:
    return [load_encoder(folder / "near"), load_encoder(folder / "far")]


@given(share=st.floats(0, 1), texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3))
def test_a_cosine_is_the_weighted_mean_of_the_parts_cosines(
    parts: list[Encoder], share: float, texts: list[str]
) -> None:
    near, far = parts
    mixed = MixedEncoder({"near": (near, share), "far": (far, 1 - share)}, name="mix")
    of_mix = mixed.encode_queries(texts) @ mixed.encode_passages(TEXTS).T
    of_near, of_far = (one.encode_queries(texts) @ one.encode_passages(TEXTS).T for one in (near, far))
    assert of_mix == pytest.approx(share * of_near + (1 - share) * of_far, abs=1e-6)


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6))
def test_a_query_that_is_asked_again_has_the_same_vector_whatever_was_done_to_it(
    folder: Path, texts: list[str]
) -> None:
    mixed = MixedEncoder.load(folder)
    for text in texts:
        vector = mixed.encode_queries([text])
        assert np.array_equal(vector, mixed.encode_passages([text]))
        vector[:] = 0


def test_spans_say_where_each_part_stands_and_give_its_cosine_back(folder: Path, parts: list[Encoder]) -> None:
    mixed = load_encoder(folder)
    assert mixed.dimensions == 24
    assert mixed.spans == {"near": (slice(0, 8), 0.3), "far": (slice(8, 24), 0.7)}
    a, b = mixed.encode_passages(TEXTS[:2])
    for part, (span, share) in zip(parts, mixed.spans.values(), strict=True):
        one, other = part.encode_passages(TEXTS[:2])
        assert a[span] @ b[span] / share == pytest.approx(one @ other, abs=1e-6)


def test_mixed_vectors_have_unit_length(folder: Path) -> None:
    vectors = load_encoder(folder).encode_queries(TEXTS)
    assert vectors.shape == (3, 24)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)


def test_a_text_without_words_is_the_zero_vector(encoder: Encoder, folder: Path) -> None:
    for mixed in (encoder, load_encoder(folder)):
        assert not mixed.encode_queries(["", "?!", "👍", "\ud800"]).any()


def test_the_encoder_that_ships_is_a_mix_of_two(encoder: Encoder) -> None:
    assert isinstance(encoder, MixedEncoder)
    assert list(encoder.spans) == ["ngram", "transformer"]
    assert isinstance(load_encoder(DEFAULT / "ngram"), NgramEncoder)


def test_a_mixed_vector_does_not_hang_on_what_else_is_encoded_with_it(encoder: Encoder) -> None:
    together = encoder.encode_passages([*TEXTS, "word " * 100])
    for vector, text in zip(together, TEXTS, strict=False):
        assert np.array_equal(encoder.encode_passages([text])[0], vector)


def test_the_digest_changes_with_the_parts_and_their_shares(parts: list[Encoder]) -> None:
    near, far = parts
    mixes = [
        {"near": (near, 0.3), "far": (far, 0.7)},
        {"near": (near, 0.4), "far": (far, 0.6)},
        {"near": (near, 0.3), "far": (near, 0.7)},
    ]
    assert len({MixedEncoder(mix, name="mix").digest for mix in mixes}) == 3


@pytest.mark.parametrize("shares", [(0.3, 0.6), (0.5, 0.6), (0.0, 0.0)])
def test_shares_that_do_not_add_up_are_refused(parts: list[Encoder], shares: tuple[float, float]) -> None:
    near, far = parts
    with pytest.raises(ValueError, match="the shares of near, far do not add up to 1"):
        MixedEncoder({"near": (near, shares[0]), "far": (far, shares[1])}, name="mix")


def test_a_mix_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no encoder"):
        MixedEncoder({}, name="mix")


GOOD = {"name": "small-mix", "shares": {"near": 0.3, "far": 0.7}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "{}",
        json.dumps(GOOD | {"shares": [0.3, 0.7]}),
        json.dumps(GOOD | {"shares": {"near": "much"}}),
        json.dumps(GOOD | {"shares": {"near": 0.5, "far": 0.6}}),
        json.dumps({"shares": GOOD["shares"]}),
    ],
)
def test_a_damaged_mix_is_an_error_that_names_the_file(folder: Path, tmp_path: Path, text: str) -> None:
    for part in ("near", "far"):
        (tmp_path / part).symlink_to(folder / part, target_is_directory=True)
    (tmp_path / "mix.json").write_text(text)
    with pytest.raises(EncoderError, match=r"mix\.json is damaged"):
        load_encoder(tmp_path)


def test_a_mix_without_one_of_its_parts_is_an_error_that_names_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "near").symlink_to(folder / "near", target_is_directory=True)
    (tmp_path / "mix.json").write_text(json.dumps(GOOD))
    with pytest.raises(EncoderError, match=f"{tmp_path / 'far'}"):
        load_encoder(tmp_path)
