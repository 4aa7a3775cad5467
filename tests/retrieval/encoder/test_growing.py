"""An English model takes in the pieces of other languages."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from retrieval.encoder import DEFAULT
from retrieval.encoder.growing import grow, initial_vectors, pieces_of, save_transformer
from retrieval.encoder.ngram import NgramEncoder
from retrieval.encoder.vocabulary import tokenizer_of
from tests.retrieval.encoder import tiny

pytestmark = pytest.mark.usefixtures("one_thread")

NEW = ["engedely", "##iroda", "iskola", "gyerek", "orvos", "rendor"]
MEANS = {"engedely": "permit", "##iroda": "office", "iskola": "school", "gyerek": "child", "orvos": "doctor"}


@pytest.fixture(scope="module")
def bag() -> NgramEncoder:
    return NgramEncoder.load(DEFAULT / "ngram")


def grown(bag: NgramEncoder) -> BertModel:
    return grow(tiny.bert(), tiny.PIECES, NEW, bag)


def test_pieces_stand_in_the_order_of_their_ids() -> None:
    assert pieces_of(tiny.tokenizer()) == tiny.PIECES


def test_a_new_piece_begins_nearest_to_what_it_means(bag: NgramEncoder) -> None:
    # Each English piece has a dimension of its own: a new piece's numbers are its shares.
    shares = initial_vectors(NEW, tiny.PIECES, np.eye(len(tiny.PIECES), dtype=np.float32), bag)
    for piece, english in MEANS.items():
        assert tiny.PIECES[shares[NEW.index(piece)].argmax()] == english


def test_a_new_piece_is_a_mean_of_ten_english_words(bag: NgramEncoder) -> None:
    shares = initial_vectors(NEW, tiny.PIECES, np.eye(len(tiny.PIECES), dtype=np.float32), bag)
    assert shares.sum(1) == pytest.approx(1, abs=1e-5)
    assert ((shares > 0).sum(1) <= 10).all()
    words = [piece in tiny.ENGLISH for piece in tiny.PIECES]
    assert not shares[:, ~np.array(words)].any()


def test_what_the_model_knew_stays_as_it_was(bag: NgramEncoder) -> None:
    before, after = tiny.bert().state_dict(), grown(bag).state_dict()
    name = "embeddings.word_embeddings.weight"
    assert torch.equal(after[name][: len(tiny.PIECES)], before[name])
    assert after[name].shape == (len(tiny.PIECES) + len(NEW), tiny.WIDTH)
    assert all(torch.equal(after[other], value) for other, value in before.items() if other != name)


def test_a_saved_model_is_an_ordinary_one(bag: NgramEncoder, tmp_path: Path) -> None:
    body, tokenizer = grown(bag), tokenizer_of([*tiny.PIECES, *NEW], 48)
    save_transformer(tmp_path, body, tokenizer)
    again = BertModel.from_pretrained(tmp_path, add_pooling_layer=False)
    assert again.config.vocab_size == len(tiny.PIECES) + len(NEW)
    assert all(torch.equal(again.state_dict()[name], value) for name, value in body.state_dict().items())
    for text in ("Engedély, ISKOLA", "дом", "मुझे"):
        assert Tokenizer.from_file(str(tmp_path / "tokenizer.json")).encode(text).ids == tokenizer.encode(text).ids
