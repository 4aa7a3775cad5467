"""Grow an English sentence encoder into other languages: its pieces and body stay, new pieces are added.

A new piece starts as the similarity-weighted mean of the English pieces that are nearest to it in the
n-gram encoder's space (the idea of WECHSEL, Minixhofer et al. 2022): *engedély* lands on permit and permission.
"""

import re
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertModel, PreTrainedTokenizerFast

from retrieval.encoder.ngram import NgramEncoder

Floats = NDArray[np.float32]

NEIGHBOURS, TEMPERATURE = 10, 0.1
ENGLISH_WORD = re.compile(r"[a-z]{3,}")


def pieces_of(tokenizer: Tokenizer) -> list[str]:
    """The pieces of a tokeniser, by id."""
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=lambda piece: vocabulary[piece])


def initial_vectors(new: list[str], english: list[str], vectors: Floats, bag: NgramEncoder) -> Floats:
    """Input vectors of new pieces, `(len(new), width) float32`, from the English pieces' `vectors`."""
    words = [i for i, piece in enumerate(english) if ENGLISH_WORD.fullmatch(piece)]
    known = bag.encode([english[i] for i in words])
    found = np.zeros((len(new), vectors.shape[1]), np.float32)
    word_vectors = vectors[words]
    for begin in range(0, len(new), 2000):
        batch = [piece.removeprefix("##") for piece in new[begin : begin + 2000]]
        likeness = bag.encode(batch) @ known.T
        nearest = np.argpartition(-likeness, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        weights = np.exp((np.take_along_axis(likeness, nearest, 1) - 1) / TEMPERATURE)
        weights /= weights.sum(1, keepdims=True)
        found[begin : begin + len(batch)] = np.einsum("ij,ijk->ik", weights, word_vectors[nearest])
    return found


def grow(body: BertModel, english: list[str], new: list[str], bag: NgramEncoder) -> BertModel:
    """The model with input vectors for `english + new`, in place."""
    old = body.embeddings.word_embeddings.weight.detach().numpy()
    grown = np.concatenate([old[: len(english)], initial_vectors(new, english, old, bag)])
    body.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(  # type: ignore[no-untyped-call]
        torch.from_numpy(grown), freeze=False, padding_idx=body.embeddings.word_embeddings.padding_idx
    )
    body.config.vocab_size = len(grown)
    return body


def save_transformer(folder: Path, body: BertModel, tokenizer: Tokenizer) -> None:
    """A plain transformers folder: config, weights, tokeniser."""
    folder.mkdir(parents=True, exist_ok=True)
    body.save_pretrained(folder)
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)  # type: ignore[no-untyped-call]
    fast.save_pretrained(folder)
