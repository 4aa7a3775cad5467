"""Encoders: text to unit vectors, behind one interface."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Spans = Mapping[str, tuple[slice, float]]
# Of an encoder that is not put together of others.
ONE_SPAN: Spans = {"dense": (slice(None), 1.0)}

DEFAULT = Path(__file__).parent / "weights"


class Encoder(Protocol):
    """Texts to unit vectors. `digest` changes whenever the vectors would.

    `spans` names the parts that a vector is put together of: which dimensions, and the part's share in a cosine.
    """

    name: str
    digest: str
    dimensions: int
    spans: Spans

    def encode_queries(self, texts: list[str]) -> NDArray[np.float32]:
        """What people type: `(n_texts, dimensions) float32`."""
        ...

    def encode_passages(self, texts: list[str]) -> NDArray[np.float32]:
        """What is searched: `(n_texts, dimensions) float32`."""
        ...


def load_encoder(name: str | Path = DEFAULT) -> Encoder:
    """An encoder of ours from its folder, or any sentence-transformers model by path or name.

    Raises EncoderError with the reason and the way out.
    """
    from retrieval.encoder import ngram

    folder = Path(name)
    if (folder / "mix.json").is_file():
        from retrieval.encoder.mixed import MixedEncoder

        return MixedEncoder.load(folder)
    form = str(ngram.read_config(folder).get("format")) if folder.is_dir() else ""
    # One of an older format says so when it is loaded.
    if form.startswith("kalauz-ngram-"):
        return ngram.NgramEncoder.load(folder)
    if form == "kalauz-distilled-1":
        from retrieval.encoder.distilled import DistilledEncoder

        return DistilledEncoder.load(folder)
    from retrieval.encoder.transformer import TransformerEncoder

    return TransformerEncoder.load(str(name))


def write_modules(folder: Path) -> None:
    """Make an encoder's folder one that sentence-transformers can load (`retrieval.encoder.module`)."""
    modules = [{"idx": 0, "name": "0", "path": "", "type": "retrieval.encoder.module.KalauzModule"}]
    (folder / "modules.json").write_text(json.dumps(modules, indent=2) + "\n", "utf-8")


class EncoderError(RuntimeError):
    """The encoder cannot be loaded."""
