"""Encoders: text to unit vectors, behind one interface."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

DEFAULT = Path(__file__).parent / "weights" / "ngram"


class Encoder(Protocol):
    """Texts to unit vectors. `digest` changes whenever the vectors would."""

    name: str
    digest: str
    dimensions: int

    def encode_queries(self, texts: list[str]) -> NDArray[np.float32]:
        """What people type: `(n_texts, dimensions) float32`."""
        ...

    def encode_passages(self, texts: list[str]) -> NDArray[np.float32]:
        """What is searched: `(n_texts, dimensions) float32`."""
        ...


def load_encoder(name: str | Path = DEFAULT) -> Encoder:
    """The n-gram encoder of a folder, or any sentence-transformers model by path or name.

    Raises EncoderError with the reason and the way out.
    """
    from retrieval.encoder.ngram import FORMAT, NgramEncoder, read_config

    folder = Path(name)
    if folder.is_dir() and read_config(folder).get("format") == FORMAT:
        return NgramEncoder.load(folder)
    from retrieval.encoder.transformer import TransformerEncoder

    return TransformerEncoder.load(str(name))


class EncoderError(RuntimeError):
    """The encoder cannot be loaded."""
