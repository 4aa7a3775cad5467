"""Vectors of passages, kept between runs: only a text that is new is encoded again."""

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder

BATCH = 256
Progress = Callable[[int, int], None]


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


class VectorCache:
    """One file an encoder in `folder`: hashes of texts and their vectors. Without a folder, nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def vectors(self, texts: list[str], encoder: Encoder, progress: Progress | None = None) -> NDArray[np.float32]:
        """`(n_texts, dimensions) float32`; `progress(done, all)` counts texts that had to be encoded."""
        known = self._load(encoder)
        keys = [_key(text) for text in texts]
        missing = [text for key, text in dict(zip(keys, texts, strict=True)).items() if key not in known]
        for begin in range(0, len(missing), BATCH):
            batch = missing[begin : begin + BATCH]
            # Kept in half the size; rounded before use too, so that kept and new vectors are the same.
            vectors = encoder.encode_passages(batch).astype(np.float16).astype(np.float32)
            for text, vector in zip(batch, vectors, strict=True):
                known[_key(text)] = vector
            if progress:
                progress(min(begin + BATCH, len(missing)), len(missing))
        if missing:
            self._save(encoder, {key: known[key] for key in dict.fromkeys(keys)})
        if not texts:
            return np.zeros((0, encoder.dimensions), np.float32)
        return np.stack([known[key] for key in keys])

    def path(self, encoder: Encoder) -> Path | None:
        """The encoder's file, whether it is there or not."""
        name = hashlib.blake2b(encoder.digest.encode(), digest_size=8).hexdigest()
        return self.folder / f"vectors-{name}.npz" if self.folder else None

    def _load(self, encoder: Encoder) -> dict[bytes, NDArray[np.float32]]:
        path = self.path(encoder)
        if path is None or not path.exists():
            return {}
        try:
            with path.open("rb") as file, np.load(file) as stored:
                keys, vectors = stored["keys"], stored["vectors"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            # A damaged file costs only the time to encode again.
            return {}
        if vectors.ndim != 2 or vectors.shape != (len(keys), encoder.dimensions):
            return {}
        return {key.tobytes(): vector for key, vector in zip(keys, vectors.astype(np.float32), strict=True)}

    def _save(self, encoder: Encoder, known: dict[bytes, NDArray[np.float32]]) -> None:
        path = self.path(encoder)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(known), dtype=np.uint8).reshape(len(known), 16)
        partial = path.with_name(f"{path.stem}.{os.getpid()}.partial.npz")
        np.savez(partial, keys=keys, vectors=np.stack(list(known.values())).astype(np.float16))
        os.replace(partial, path)
