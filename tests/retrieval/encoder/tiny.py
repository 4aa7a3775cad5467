"""A tiny English BERT and a corpus of a few dozen sentences: everything that training needs, in seconds."""

import itertools
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from retrieval.encoder.vocabulary import SPECIAL, tokenizer_of

WORDS = {
    "permit": "engedély", "office": "iroda", "school": "iskola", "doctor": "orvos", "flat": "lakás", "money": "pénz",
    "child": "gyerek", "work": "munka", "police": "rendőr", "train": "vonat", "letter": "levél", "help": "segítség",
}  # fmt: skip
ENGLISH = ["the", "and", *WORDS]
LETTERS = "abcdefghijklmnopqrstuvwxyz?.,!"
PIECES = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS[:26]), *ENGLISH]
WIDTH = 32


def bert() -> BertModel:
    config = BertConfig(
        vocab_size=len(PIECES),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=160,
    )
    torch.manual_seed(1)
    body = BertModel(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        # A new model's biases are nought: no two of them differ, as those of a taught one do.
        for parameter in body.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
    return body


def tokenizer() -> Tokenizer:
    return tokenizer_of(PIECES, 64)


def write_teacher(folder: Path) -> Path:
    """A transformers folder."""
    bert().save_pretrained(folder)
    tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def write_corpus(folder: Path) -> Path:
    """66 pairs of English and Hungarian."""
    folder.mkdir()
    pairs = [(f"the {a} and the {b}", f"ez {WORDS[a]} meg {WORDS[b]}") for a, b in itertools.combinations(WORDS, 2)]
    lines = "".join(f"{english}\t{translation}\ttest\n" for english, translation in pairs)
    (folder / "en-hu.tsv").write_text(lines, "utf-8")
    return folder
