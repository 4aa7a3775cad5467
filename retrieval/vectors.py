"""Vectors of passages in half precision, kept between runs: only a text that is new is encoded again."""

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder

BATCH = 256
Halves = NDArray[np.float16]
Progress = Callable[[int, int], None]


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def _encoded(texts: list[str], encoder: Encoder, progress: Progress | None) -> Halves:
    vectors = np.zeros((len(texts), encoder.dimensions), np.float16)
    for begin in range(0, len(texts), BATCH):
        batch = texts[begin : begin + BATCH]
        vectors[begin : begin + BATCH] = encoder.encode_passages(batch)
        if progress:
            progress(begin + len(batch), len(texts))
    return vectors


def _continued(
    texts: list[str],
    encoder: Encoder,
    progress: Progress | None,
    old: list[str],
    vectors: Halves,
) -> Halves:
    """The vectors of the texts, of which most are among the old ones."""
    rows = {text: row for row, text in enumerate(old)}
    missing = list(dict.fromkeys(text for text in texts if text not in rows))
    rows |= {text: row for row, text in enumerate(missing, len(old))}
    added = _encoded(missing, encoder, progress)
    found = np.array([rows[text] for text in texts], np.int64)
    is_old = found < len(old)
    result = np.empty((len(texts), encoder.dimensions), np.float16)
    result[is_old] = vectors[found[is_old]]
    result[~is_old] = added[found[~is_old] - len(old)]
    return result


class VectorCache:
    """One file an encoder in `folder`: hashes of texts and their vectors. Without a folder, nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def vectors(
        self,
        texts: list[str],
        encoder: Encoder,
        progress: Progress | None = None,
        before: tuple[list[str], Halves] | None = None,
    ) -> Halves:
        """`(n_texts, dimensions) float16`; `progress(done, all)` counts texts that had to be encoded.

        With `before`, texts and their vectors, these are all that is known: no file is read or written (`keep` does).
        """
        if before is not None:
            return _continued(texts, encoder, progress, *before)
        kept, vectors = self._load(encoder)
        rows = {key: row for row, key in enumerate(kept)}
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in rows}
        if missing:
            rows |= {key: row for row, key in enumerate(missing, len(kept))}
            vectors = np.concatenate([vectors, _encoded(list(missing.values()), encoder, progress)])
            needed = list(dict.fromkeys(keys))
            self._save(encoder, needed, vectors[[rows[key] for key in needed]])
        return vectors[np.array([rows[key] for key in keys], np.int64)]

    def keep(self, texts: list[str], vectors: Halves, encoder: Encoder) -> None:
        """Write what `vectors` gave, for the next start."""
        rows = {_key(text): row for row, text in enumerate(texts)}
        self._save(encoder, list(rows), vectors[list(rows.values())])

    def path(self, encoder: Encoder) -> Path | None:
        """The encoder's file, whether it is there or not."""
        name = hashlib.blake2b(encoder.digest.encode(), digest_size=8).hexdigest()
        return self.folder / f"vectors-{name}.npz" if self.folder else None

    def _load(self, encoder: Encoder) -> tuple[list[bytes], Halves]:
        """What is kept: the keys, and the vectors of each `(n_keys, dimensions) float16`."""
        path = self.path(encoder)
        try:
            if path is not None and path.exists():
                with path.open("rb") as file, np.load(file) as stored:
                    keys, vectors = stored["keys"], stored["vectors"]
                if vectors.shape == (len(keys), encoder.dimensions):
                    return [key.tobytes() for key in keys], vectors.astype(np.float16, copy=False)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            # A damaged file costs only the time to encode again.
            pass
        return [], np.zeros((0, encoder.dimensions), np.float16)

    def _save(self, encoder: Encoder, keys: list[bytes], vectors: Halves) -> None:
        path = self.path(encoder)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.stem}.{os.getpid()}.partial.npz")
        np.savez(partial, keys=np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), 16), vectors=vectors)
        os.replace(partial, path)
