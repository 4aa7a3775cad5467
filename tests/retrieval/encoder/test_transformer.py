"""A real sentence-transformers model, as small as can be, built here and loaded by its path."""

from pathlib import Path

import numpy as np
import pytest

from retrieval.encoder import Encoder, EncoderError, load_encoder

LINES = [
    "query: how do i get a residence permit",
    "passage: you get a residence permit at the office",
    "hogyan kérek engedélyt az irodában",
    "represent this sentence for searching relevant passages",
]


def build(folder: Path, **options: object) -> Path:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    pieces = BertWordPieceTokenizer()
    pieces.train_from_iterator(LINES, vocab_size=200, show_progress=False)
    body = folder.with_name(f"{folder.name}-body")
    body.mkdir(parents=True)
    pieces.save_model(str(body))
    BertTokenizerFast.from_pretrained(str(body)).save_pretrained(body)
    config = BertConfig(
        vocab_size=pieces.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(body)
    transformer = Transformer(str(body))
    model = SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu", **options)
    model.save(str(folder), create_model_card=False)
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("models") / "plain")


@pytest.fixture(scope="module")
def plain_encoder(plain: Path) -> Encoder:
    return load_encoder(plain)


def renamed(model: Path, name: Path) -> Encoder:
    name.parent.mkdir(parents=True, exist_ok=True)
    name.symlink_to(model, target_is_directory=True)
    return load_encoder(name)


def test_a_model_is_loaded_by_its_path(plain_encoder: Encoder) -> None:
    vectors = plain_encoder.encode_queries(LINES)
    assert vectors.shape == (len(LINES), plain_encoder.dimensions) == (4, 16)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_model_without_prefixes_reads_questions_and_passages_alike(plain_encoder: Encoder) -> None:
    assert np.array_equal(plain_encoder.encode_queries(LINES), plain_encoder.encode_passages(LINES))


def test_e5_prefixes_are_put_before_what_is_read(plain: Path, plain_encoder: Encoder, tmp_path: Path) -> None:
    e5 = renamed(plain, tmp_path / "multilingual-e5-small")
    assert np.allclose(e5.encode_queries(["permit"]), plain_encoder.encode_queries(["query: permit"]), atol=1e-6)
    assert np.allclose(e5.encode_passages(["permit"]), plain_encoder.encode_passages(["passage: permit"]), atol=1e-6)
    assert e5.digest != plain_encoder.digest


def test_only_the_models_own_name_chooses_prefixes(plain: Path, plain_encoder: Encoder, tmp_path: Path) -> None:
    encoder = renamed(plain, tmp_path / "multilingual-e5-trials" / "mine")
    assert np.array_equal(encoder.encode_queries(["permit"]), plain_encoder.encode_queries(["permit"]))


def test_bge_m3_needs_no_prefix(plain: Path, plain_encoder: Encoder, tmp_path: Path) -> None:
    encoder = renamed(plain, tmp_path / "bge-m3")
    assert np.array_equal(encoder.encode_queries(["permit"]), plain_encoder.encode_queries(["permit"]))


@pytest.mark.parametrize("passage", ["", "passage: "])
def test_the_models_own_prompts_count_once(tmp_path: Path, passage: str) -> None:
    prompts = {"query": "query: ", "document": passage}
    own = load_encoder(build(tmp_path / "own", prompts=prompts, default_prompt_name="query"))
    bare = own._model.encode(["query: permit", f"{passage}permit"], prompt="", normalize_embeddings=True)  # type: ignore[attr-defined]
    assert np.allclose(own.encode_queries(["permit"])[0], bare[0], atol=1e-6)
    assert np.allclose(own.encode_passages(["permit"])[0], bare[1], atol=1e-6)


def test_two_models_have_two_digests_and_one_model_one(plain: Path, plain_encoder: Encoder, tmp_path: Path) -> None:
    assert load_encoder(plain).digest == plain_encoder.digest
    assert load_encoder(build(tmp_path / "other")).digest != plain_encoder.digest


def test_an_empty_folder_is_an_error_that_tells_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"could not be loaded.*Name a folder that `kalauz encoder train` wrote"):
        load_encoder(tmp_path)


@pytest.mark.parametrize("name", ["", "no model has this name!"])
def test_a_name_that_nobody_has_is_an_error_that_quotes_it(name: str) -> None:
    with pytest.raises(EncoderError, match=f"'{name}' is neither a folder here nor a model"):
        load_encoder(name)


def test_a_folder_with_a_broken_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("{bad")
    with pytest.raises(EncoderError, match="could not be loaded"):
        load_encoder(tmp_path)
