"""The n-gram encoder at work: NumPy only, loads in a fraction of a second."""

import hashlib
import json
import math
import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from retrieval.encoder import ONE_SPAN, EncoderError, write_modules
from retrieval.encoder.features import N_ROWS, text_rows

FORMAT = "kalauz-ngram-2"


class NgramEncoder:
    """A text is the mean of the table rows of its features, normalised.

    `table` is `(n_rows, dimensions) int8`, `scale` `(n_rows,) float32`: a row's value is table × scale.
    """

    def __init__(self, table: NDArray[np.int8], scale: NDArray[np.float32], *, name: str, digest: str) -> None:
        if table.shape[0] != N_ROWS or scale.shape != (N_ROWS,):
            raise ValueError(f"the table has {table.shape[0]} rows, this program's features need {N_ROWS}")
        self._table = table
        self._scale = scale
        self.name = name
        self.digest = digest
        self.dimensions = int(table.shape[1])
        self.spans = ONE_SPAN

    @classmethod
    def load(cls, folder: Path) -> "NgramEncoder":
        """Load a folder written by `save`. Raises EncoderError for another format or a damaged folder."""
        config = read_config(folder)
        way_out = f"write it again with `kalauz encoder train --out {folder}`"
        if config.get("format") != FORMAT:
            raise EncoderError(f"{folder} is {config.get('format')!r}, not {FORMAT!r}; {way_out}")
        try:
            tensors = _mapped(folder / "model.safetensors")
            return cls(tensors["table"], tensors["scale"], name=config["name"], digest=config["digest"])
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise EncoderError(f"the encoder in {folder} is damaged ({error}); {way_out}") from error

    def table(self) -> NDArray[np.float32]:
        """The rows' values, `(n_rows, dimensions) float32`, to learn on from."""
        values: NDArray[np.float32] = self._table.astype(np.float32) * self._scale[:, None]
        return values

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors, `(n_texts, dimensions) float32`; the zero vector for a text without words."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for i, text in enumerate(texts):
            rows = text_rows(text)
            if len(rows):
                vectors[i] = self._scale[rows] @ self._table[rows].astype(np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = vectors / np.maximum(norms, 1e-12)
        return unit

    def encode_queries(self, texts: list[str]) -> NDArray[np.float32]:
        return self.encode(texts)

    def encode_passages(self, texts: list[str]) -> NDArray[np.float32]:
        return self.encode(texts)


def _mapped(path: Path) -> dict[str, NDArray[Any]]:
    """A file's tensors where they lie: processes share them, and a question reads a few rows of them."""
    # That it is whole, safetensors says; its own arrays are copies.
    with safe_open(path, framework="numpy") as file:
        names = list(file.keys())
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    kinds = {"I8": np.int8, "F32": np.float32}
    return {
        name: np.frombuffer(whole, kinds[header[name]["dtype"]], math.prod(shape), 8 + size + begin).reshape(shape)
        for name in names
        for shape, (begin, _) in [(header[name]["shape"], header[name]["data_offsets"])]
    }


def read_config(folder: Path) -> dict[str, Any]:
    """The folder's `config.json`, or nothing where it has none that can be read."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def quantise(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows to int8 with one scale a row."""
    scale = np.abs(weights).max(axis=1) / 127
    scale[scale == 0] = 1
    return np.round(weights / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def save(folder: Path, weights: NDArray[np.float32], *, name: str, training: dict[str, object]) -> None:
    """Write the encoder folder: `config.json` and `model.safetensors`."""
    table, scale = quantise(weights)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"table": table, "scale": scale}, folder / "model.safetensors")
    digest = f"{name}-{hashlib.blake2b(table.tobytes() + scale.tobytes(), digest_size=8).hexdigest()}"
    config = {"format": FORMAT, "name": name, "digest": digest, "dimensions": weights.shape[1], "training": training}
    (folder / "config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", "utf-8")
    write_modules(folder)
