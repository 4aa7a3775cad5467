"""Any sentence-transformers model as an encoder. Imported only when asked for: it brings torch."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from retrieval.encoder import ONE_SPAN, EncoderError

# What a model's card asks to be put before queries and passages, by a part of its name.
PREFIXES = {
    "multilingual-e5": ("query: ", "passage: "),
    "e5-small": ("query: ", "passage: "),
    "e5-base": ("query: ", "passage: "),
    "e5-large": ("query: ", "passage: "),
    "bge-m3": ("", ""),
    "bge-": ("Represent this sentence for searching relevant passages: ", ""),
}


class TransformerEncoder:
    """A SentenceTransformer with the prefixes that it was trained with."""

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self._model = model
        self.name = name
        own_name = Path(name).name.lower()
        prefixes = next((value for part, value in PREFIXES.items() if part in own_name), ("", ""))
        self._query_prefix = model.prompts.get("query") or prefixes[0]
        self._passage_prefix = model.prompts.get("passage") or model.prompts.get("document") or prefixes[1]
        probe = self._encode(["Hogyan kérek engedélyt?"], "")
        self.dimensions = int(probe.shape[1])
        self.spans = ONE_SPAN
        prompts = f"{self._query_prefix}|{self._passage_prefix}".encode()
        self.digest = hashlib.sha256(probe.round(4).tobytes() + prompts).hexdigest()[:16]

    @classmethod
    def load(cls, name: str) -> "TransformerEncoder":
        try:
            return cls(SentenceTransformer(name, device="cpu"), name)
        except Exception as error:  # Whatever a stranger's model may raise.
            known = "here" if name and Path(name).exists() else "neither a folder here nor a model that the hub gave"
            way_out = "Name a folder that `kalauz encoder train` wrote, or a sentence-transformers model"
            raise EncoderError(
                f"the encoder {name!r} is {known}, and could not be loaded: {error}. {way_out}"
            ) from error

    def _encode(self, texts: list[str], prefix: str) -> NDArray[np.float32]:
        # An empty prompt, too, keeps the model from adding its default one.
        vectors = self._model.encode(
            texts, prompt=prefix, normalize_embeddings=True, show_progress_bar=False, batch_size=64
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode_queries(self, texts: list[str]) -> NDArray[np.float32]:
        return self._encode(texts, self._query_prefix)

    def encode_passages(self, texts: list[str]) -> NDArray[np.float32]:
        return self._encode(texts, self._passage_prefix)
