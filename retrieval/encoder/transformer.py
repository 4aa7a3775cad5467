"""Any sentence-transformers model as an encoder. Imported only when asked for: it brings torch."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from retrieval.encoder import EncoderError

# What a model's card asks to be put before queries and passages, by a part of its name.
PREFIXES = {
    "multilingual-e5": ("query: ", "passage: "),
    "e5-small": ("query: ", "passage: "),
    "e5-base": ("query: ", "passage: "),
    "e5-large": ("query: ", "passage: "),
    "bge-": ("Represent this sentence for searching relevant passages: ", ""),
}


class TransformerEncoder:
    """A SentenceTransformer with the prefixes that it was trained with."""

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self._model = model
        self.name = name
        prefixes = next((value for part, value in PREFIXES.items() if part in name.lower()), ("", ""))
        self._query_prefix = model.prompts.get("query") or prefixes[0]
        self._passage_prefix = model.prompts.get("passage") or model.prompts.get("document") or prefixes[1]
        probe = self._encode(["Hogyan kérek engedélyt?"])
        self.dimensions = int(probe.shape[1])
        prompts = f"{self._query_prefix}|{self._passage_prefix}".encode()
        self.digest = hashlib.sha256(probe.round(4).tobytes() + prompts).hexdigest()[:16]

    @classmethod
    def load(cls, name: str) -> "TransformerEncoder":
        try:
            model = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            known = "a folder" if Path(name).exists() else "neither a folder here nor a model that the hub gave"
            raise EncoderError(f"the encoder {name!r} is {known}, and could not be loaded: {error}") from error
        return cls(model, name)

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False, batch_size=64)
        return np.asarray(vectors, dtype=np.float32)

    def encode_queries(self, texts: list[str]) -> NDArray[np.float32]:
        return self._encode([self._query_prefix + text for text in texts])

    def encode_passages(self, texts: list[str]) -> NDArray[np.float32]:
        return self._encode([self._passage_prefix + text for text in texts])
