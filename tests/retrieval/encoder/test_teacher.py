"""The English encoder to learn from, from a transformers folder or from its ONNX file."""

import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from retrieval.encoder import EncoderError
from retrieval.encoder.teacher import MAX_TOKENS, load_teacher, teacher_vectors
from tests.retrieval.encoder import tiny

pytestmark = pytest.mark.usefixtures("one_thread")

SENTENCES = ["the permit and the office", "school", "the doctor, the police and the child!", "help"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_teacher(tmp_path_factory.mktemp("teachers") / "teacher")


class Body(BertModel):
    """Takes and gives what an ONNX file does."""

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return super().forward(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


@pytest.fixture(scope="module")
def onnx_folder(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Path:
    """The same teacher as model hubs give it in ONNX: config, tokeniser, onnx/model.onnx."""
    target = tmp_path_factory.mktemp("teachers") / "onnx-teacher"
    (target / "onnx").mkdir(parents=True)
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(folder / name, target)
    body = Body.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()
    example = {name: torch.ones(2, 9, dtype=torch.int64) for name in ("input_ids", "attention_mask")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            body, (example["input_ids"], example["attention_mask"]), str(target / "onnx" / "model.onnx"),
            input_names=list(example), dynamic_axes={name: {0: "texts", 1: "tokens"} for name in example},
            opset_version=17, dynamo=False,
        )  # fmt: skip
    return target


def vectors(teacher: tuple[BertModel, Tokenizer], sentences: list[str]) -> np.ndarray:
    return teacher_vectors(*teacher, sentences, lambda line: None)


def test_vectors_are_the_normalised_means_of_the_tokens_states(folder: Path) -> None:
    body, tokenizer = load_teacher(folder)
    found = vectors((body, tokenizer), SENTENCES)
    for sentence, vector in zip(SENTENCES, found, strict=True):
        with torch.no_grad():
            states = body(input_ids=torch.tensor([tokenizer.encode(sentence).ids])).last_hidden_state[0]
        mean = states.mean(0) / states.mean(0).norm()
        # The teacher reads in bfloat16.
        assert float(torch.from_numpy(vector) @ mean) > 0.999


def test_vectors_have_unit_length_in_the_order_of_the_sentences(folder: Path) -> None:
    teacher = load_teacher(folder)
    found = vectors(teacher, SENTENCES)
    assert found.shape == (len(SENTENCES), tiny.WIDTH)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors(teacher, SENTENCES[::-1])[::-1], found, atol=1e-5)


def test_more_sentences_than_are_read_at_once_are_read(folder: Path) -> None:
    teacher = load_teacher(folder)
    found = vectors(teacher, [*SENTENCES, *["the money and the flat"] * 300])
    assert (found[: len(SENTENCES)] * vectors(teacher, SENTENCES)).sum(1) == pytest.approx(1, abs=1e-3)


def test_a_very_long_sentence_is_cut(folder: Path) -> None:
    first, second = vectors(load_teacher(folder), ["help " * (MAX_TOKENS - 2), "help " * 500])
    assert first @ second == pytest.approx(1, abs=1e-3)


def test_the_teacher_tells_how_far_it_has_read(folder: Path) -> None:
    lines: list[str] = []
    teacher_vectors(*load_teacher(folder), SENTENCES, lines.append)
    assert lines == ["the teacher has read 0 of 4 sentences"]


def test_an_onnx_file_holds_the_same_teacher(folder: Path, onnx_folder: Path) -> None:
    (plain, _), (from_onnx, tokenizer) = load_teacher(folder), load_teacher(onnx_folder)
    weights = from_onnx.state_dict()
    assert all(torch.allclose(value, weights[name]) for name, value in plain.state_dict().items())
    assert np.allclose(vectors((from_onnx, tokenizer), SENTENCES), vectors((plain, tokenizer), SENTENCES), atol=1e-3)


def test_an_onnx_file_that_lacks_weights_names_them(onnx_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(onnx_folder, tmp_path / "other")
    config = json.loads((onnx_folder / "config.json").read_text("utf-8"))
    (tmp_path / "other" / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(EncoderError, match=r"is no BERT to learn from.*lacks encoder\.layer\.2\."):
        load_teacher(tmp_path / "other")


@pytest.mark.parametrize("missing", ["tokenizer.json", "config.json", "model.safetensors"])
def test_a_folder_that_holds_no_bert_is_named(folder: Path, tmp_path: Path, missing: str) -> None:
    shutil.copytree(folder, tmp_path / "broken")
    (tmp_path / "broken" / missing).unlink()
    with pytest.raises(EncoderError, match=f"{tmp_path / 'broken'} is no BERT to learn from"):
        load_teacher(tmp_path / "broken")
