"""From an English BERT and parallel text to the folders that are used: the whole way, as small as can be."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from transformers import BertModel

from knowledge_base.documents import Content
from retrieval.encoder import DEFAULT, ONE_SPAN, Encoder, EncoderError, load_encoder, transformer_training
from retrieval.encoder.distilled import DistilledEncoder
from retrieval.encoder.distilling import Recipe
from retrieval.encoder.exporting import SentenceVector, load_taught, write_distilled
from retrieval.encoder.features import N_ROWS
from retrieval.encoder.growing import grow, pieces_of
from retrieval.encoder.ngram import NgramEncoder, read_config, save
from retrieval.encoder.transformer_training import ROWS_PATIENCE, train
from retrieval.encoder.vocabulary import tokenizer_of
from tests import builders
from tests.retrieval.encoder import tiny

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = Recipe(steps=60, batch=16, warm_up=5, save_every=20, body_rate=1e-3)
TEXTS = [
    "the permit and the office", "ez engedély meg iroda", "Ez az ISKOLA meg a gyerek!", "дом и школа", "school",
    "orvos", "words that nobody has taught it, many of them, so that they are longer than what was learnt with " * 3,
]  # fmt: skip


def quiet(line: str) -> None:
    pass


@pytest.fixture(scope="module")
def bag() -> NgramEncoder:
    return NgramEncoder.load(DEFAULT / "ngram")


@pytest.fixture(scope="module")
def given_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("given")
    tiny.write_teacher(folder / "teacher")
    tiny.write_corpus(folder / "corpus")
    return folder


def trained_in(
    out: Path, given: Path, bag: NgramEncoder, *, content: Content | None = None, report: Callable[[str], None] = quiet
) -> Path:
    train(
        [given / "corpus"],
        out,
        languages=["hu"],
        teacher=given / "teacher",
        bag=bag,
        recipe=RECIPE,
        content=content,
        report=report,
    )
    return out


@pytest.fixture(scope="module")
def trained(given_folders: Path, bag: NgramEncoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained_in(tmp_path_factory.mktemp("trained") / "small", given_folders, bag)


@pytest.fixture(scope="module")
def vectors(trained: Path, given_folders: Path, bag: NgramEncoder) -> np.ndarray:
    """The vectors of the texts as the taught model gives them in float32."""
    work = trained.with_name("small-work")
    body = BertModel.from_pretrained(given_folders / "teacher", add_pooling_layer=False)
    english, new = pieces_of(tiny.tokenizer()), json.loads((work / "pieces.json").read_text("utf-8"))
    body = load_taught(work / "state.pt", grow(body, english, new, bag))
    model = SentenceVector(body, np.load(work / "targets.npy").mean(0)).eval()
    tokenizer = tokenizer_of([*english, *new], 128)
    found = []
    for text in TEXTS:
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.no_grad():
            found.append(model(ids, torch.ones_like(ids))[0].numpy())
    return np.stack(found)


def test_the_sentence_transformers_folder_gives_the_taught_models_vectors(trained: Path, vectors: np.ndarray) -> None:
    encoder = load_encoder(trained.with_name("small-work") / "sentence-transformers")
    assert np.abs(encoder.encode_passages(TEXTS) - vectors).max() < 1e-4


def test_the_served_folder_gives_nearly_the_taught_models_vectors(trained: Path, vectors: np.ndarray) -> None:
    encoder = load_encoder(trained)
    assert isinstance(encoder, DistilledEncoder)
    assert ((encoder.encode_passages(TEXTS) * vectors).sum(1) > 0.95).all()


def test_training_brings_a_translation_near_to_its_sentence(trained: Path, given_folders: Path) -> None:
    lines = (given_folders / "corpus" / "en-hu.tsv").read_text("utf-8").splitlines()[:40]
    english, hungarian, _ = zip(*(line.split("\t") for line in lines), strict=True)
    encoder = load_encoder(trained)
    nearest = (encoder.encode_queries(list(hungarian)) @ encoder.encode_passages(list(english)).T).argmax(1)
    assert (nearest == np.arange(len(lines))).mean() > 10 / len(lines)


def test_the_recipe_is_kept_with_the_encoder(trained: Path) -> None:
    config = read_config(trained)
    assert config["training"] == {**asdict(RECIPE), "teacher": "teacher", "texts": 60 * 16}
    assert (config["name"], config["dimensions"]) == ("small", tiny.WIDTH)


class CutOffError(Exception):
    pass


@pytest.mark.parametrize("at", ["the teacher has read", "step 50"])
def test_a_training_that_was_cut_off_goes_on_to_the_same_encoder(
    trained: Path, given_folders: Path, bag: NgramEncoder, tmp_path: Path, at: str
) -> None:
    def cut_off(line: str) -> None:
        if line.startswith(at):
            raise CutOffError

    # Of pieces that are equally useful chance says which comes first; the first stage keeps what it found.
    (tmp_path / "small-work").mkdir()
    shutil.copy(trained.with_name("small-work") / "pieces.json", tmp_path / "small-work")
    with pytest.raises(CutOffError):
        trained_in(tmp_path / "small", given_folders, bag, report=cut_off)
    assert not (tmp_path / "small").exists()
    again = trained_in(tmp_path / "small", given_folders, bag)
    assert load_encoder(again).digest == load_encoder(trained).digest


def test_a_content_that_says_what_belongs_together_changes_the_encoder(
    trained: Path, given_folders: Path, bag: NgramEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transformer_training, "TUNING_STEPS", 20)
    lines: list[str] = []
    asked = [one.model_copy(update={"asked": {"hu": [f"hol van {one.id}?"]}}) for one in builders.content().articles]
    tuned = trained_in(tmp_path / "small", given_folders, bag, content=builders.content(*asked), report=lines.append)
    assert lines[-1].startswith("own content: step 20 of 20, loss ")
    assert load_encoder(tuned).digest != load_encoder(trained).digest


def test_a_training_goes_on_from_an_encoder_that_is_served(
    trained: Path, given_folders: Path, bag: NgramEncoder, tmp_path: Path
) -> None:
    def went_on(out: Path, start: Path, teacher: Path) -> Path:
        recipe = replace(RECIPE, steps=1, body_rate=0.0, rows_rate=0.0)
        folders, languages = [given_folders / "corpus"], ["hu"]
        train(
            folders, out, languages=languages, teacher=teacher, bag=bag, recipe=recipe, content=None, report=quiet,
            start=start,
        )  # fmt: skip
        return out

    same = went_on(tmp_path / "small", trained, given_folders / "teacher")
    # Where nothing is learnt, only the rounding of int8 weights is in between.
    assert (
        (load_encoder(same).encode_passages(TEXTS) * load_encoder(trained).encode_passages(TEXTS)).sum(1) > 0.99
    ).all()
    training = read_config(same)["training"]
    assert training["start"] == read_config(trained)["training"]
    assert training["rows_patience"] == ROWS_PATIENCE
    with pytest.raises(EncoderError, match="ngram holds no transformer to go on from"):
        went_on(tmp_path / "other", DEFAULT / "ngram", given_folders / "teacher")
    shape = "nothing can go on from .* with this teacher"
    with pytest.raises(EncoderError, match=shape):
        went_on(tmp_path / "third", DEFAULT / "transformer", given_folders / "teacher")


@pytest.fixture(scope="module")
def encoder(trained: Path) -> Encoder:
    return load_encoder(trained)


def test_served_vectors_have_unit_length_and_one_span(encoder: Encoder) -> None:
    found = encoder.encode_queries(TEXTS)
    assert found.shape == (len(TEXTS), encoder.dimensions) == (len(TEXTS), tiny.WIDTH)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert encoder.spans == ONE_SPAN


@pytest.mark.parametrize("text", ["", "  ", "?!", "👍", "\ud800", "\x00"])
def test_a_text_without_words_is_the_zero_vector(encoder: Encoder, text: str) -> None:
    assert not encoder.encode_queries([text]).any()


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode_passages([]).shape == (0, tiny.WIDTH)


def test_a_vector_does_not_hang_on_what_else_is_encoded_with_it(encoder: Encoder) -> None:
    together = encoder.encode_passages([*TEXTS, "", "?!"])
    for text, vector in zip(TEXTS, together, strict=False):
        assert np.array_equal(encoder.encode_passages([text])[0], vector)


def test_threads_get_the_vectors_that_one_gets(encoder: Encoder) -> None:
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: encoder.encode_queries([text])[0], TEXTS * 5))
    assert np.array_equal(together, encoder.encode_queries(TEXTS * 5))


def test_a_half_of_an_emoji_does_not_hide_the_words_around_it(encoder: Encoder) -> None:
    assert encoder.encode_queries(["the \ud83d permit"]).any()


def test_the_end_of_a_very_long_text_costs_nothing(encoder: Encoder) -> None:
    long = "permit " * 500
    assert np.array_equal(*encoder.encode_queries([long, long + "office " * 500]))


def test_the_digest_changes_with_the_weights(trained: Path, bag: NgramEncoder, tmp_path: Path) -> None:
    write_distilled(
        tmp_path / "small", tiny.bert(), tiny.tokenizer(), np.zeros(tiny.WIDTH, np.float32), name="small", training={}
    )
    assert load_encoder(tmp_path / "small").digest != load_encoder(trained).digest


def damaged(folder: Path, target: Path, name: str, data: bytes | None) -> Path:
    """A copy of the encoder's folder whose file `name` has other data, or is not there."""
    shutil.copytree(folder, target)
    (target / name).unlink()
    if data is not None:
        (target / name).write_bytes(data)
    return target


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("model.onnx", None),
        ("model.onnx", b""),
        ("model.onnx", b"no graph at all"),
        ("tokenizer.json", None),
        ("tokenizer.json", b"{}"),
        ("config.json", b'{"format": "kalauz-distilled-1"}'),
    ],
)
def test_a_damaged_folder_is_an_error_that_tells_the_way_out(
    trained: Path, tmp_path: Path, name: str, data: bytes | None
) -> None:
    broken = damaged(trained, tmp_path / "broken", name, data)
    way_out = r"damaged.*kalauz encoder train --kind transformer --out .*broken"
    with pytest.raises(EncoderError, match=f"(?s){way_out}"):
        load_encoder(broken)


@pytest.mark.parametrize("kind", ["transformer", "ngram"])
def test_sentence_transformers_loads_our_folders_where_it_is_told_to_trust_them(
    trained: Path, tmp_path: Path, kind: str
) -> None:
    folder = trained
    if kind == "ngram":
        folder = tmp_path / "ngram"
        table = np.random.default_rng(1).normal(0, 0.1, (N_ROWS, 8)).astype(np.float32)
        save(folder, table, name="small", training={})
    model = SentenceTransformer(str(folder), device="cpu", trust_remote_code=True)
    assert np.allclose(model.encode(TEXTS), load_encoder(folder).encode_passages(TEXTS), atol=1e-6)
    assert model.get_embedding_dimension() == load_encoder(folder).dimensions
    model.save(str(tmp_path / "copy"))
    assert load_encoder(tmp_path / "copy").digest == load_encoder(folder).digest
