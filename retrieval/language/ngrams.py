"""A language classifier of our own: words and their character n-grams, one linear layer (Joulin et al. 2017).

It knows the languages of the program only, among them the ways in which people write Russian, Arabic and
others with Latin letters, and was taught on short snippets, where general detectors are weakest.
"""

import functools
import re
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file
from scipy.special import log_softmax

N_ROWS = 1 << 16
SIZES = (1, 2, 3, 4)
WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`\u200c][^\W\d_]+)*", re.UNICODE)
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Longer texts say nothing new.
MAX_WORDS = 60

WEIGHTS = Path(__file__).parent / "ngrams.safetensors"


@functools.lru_cache(maxsize=100_000)
def _word_rows(word: str) -> tuple[int, ...]:
    if HAN.search(word):
        return tuple(zlib.crc32(character.encode()) % N_ROWS for character in word)
    bounded = f"<{word}>"
    grams = [bounded[i : i + n] for n in SIZES for i in range(len(bounded) - n + 1)]
    return tuple(zlib.crc32(gram.encode("utf-8", "replace")) % N_ROWS for gram in (bounded, *grams))


def text_rows(text: str) -> list[int]:
    """Table rows of a text; empty without letters."""
    return [row for word in WORD.findall(text.lower())[:MAX_WORDS] for row in _word_rows(word[:40])]


class NgramClassifier:
    """`table` `(N_ROWS, n_labels) int8` times `scale` gives a row's logits; a text is their sum over √n rows.

    A label is a language and, where people write it with Latin letters too, `-Latn`.
    """

    def __init__(self, labels: list[str], table: NDArray[np.int8], scale: float, bias: NDArray[np.float32]) -> None:
        self.labels = labels
        self._table, self._scale, self._bias = table, scale, bias

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> "NgramClassifier":
        with safe_open(path, framework="numpy") as file:
            labels = file.metadata()["labels"].split()
            return cls(labels, file.get_tensor("table"), float(file.get_tensor("scale")[0]), file.get_tensor("bias"))

    def save(self, path: Path) -> None:
        scale = np.array([self._scale], np.float32)
        save_file({"table": self._table, "scale": scale, "bias": self._bias}, path, {"labels": " ".join(self.labels)})

    def log_probabilities(self, text: str) -> dict[str, float]:
        """By label; nothing for a text without letters."""
        rows = text_rows(text)
        if not rows:
            return {}
        total = self._table[rows].sum(0, dtype=np.int32) * (self._scale / np.sqrt(len(rows)))
        return dict(zip(self.labels, log_softmax(total + self._bias).tolist(), strict=True))
