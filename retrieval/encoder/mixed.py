"""Several encoders as one: their vectors side by side, each with its share of the cosine."""

import functools
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder, EncoderError, Spans

# Queries whose vectors are remembered.
RECENT = 64


class MixedEncoder:
    """`parts` are encoders by name and their shares, which add up to one; a cosine is their weighted mean."""

    def __init__(self, parts: dict[str, tuple[Encoder, float]], *, name: str) -> None:
        if not parts or abs(sum(share for _, share in parts.values()) - 1) > 1e-6:
            raise ValueError(f"the shares of {', '.join(parts) or 'no encoder'} do not add up to 1")
        self._parts = list(parts.values())
        self.name = name
        self.digest = " + ".join(f"{encoder.digest} × {share:g}" for encoder, share in self._parts)
        self.dimensions = sum(encoder.dimensions for encoder, _ in self._parts)
        spans: dict[str, tuple[slice, float]] = {}
        begin = 0
        for part, (encoder, share) in parts.items():
            spans[part] = (slice(begin, begin + encoder.dimensions), share)
            begin += encoder.dimensions
        self.spans: Spans = spans
        self._recent = functools.lru_cache(maxsize=RECENT)(
            lambda text: self._joined([encoder.encode_queries([text]) for encoder, _ in self._parts])
        )

    @classmethod
    def load(cls, folder: Path) -> "MixedEncoder":
        """The encoders that a folder's `mix.json` names. Raises EncoderError."""
        from retrieval.encoder import load_encoder

        try:
            mix = json.loads((folder / "mix.json").read_text("utf-8"))
            shares = {str(part): float(share) for part, share in mix["shares"].items()}
            return cls({part: (load_encoder(folder / part), share) for part, share in shares.items()}, name=mix["name"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EncoderError(f"{folder / 'mix.json'} is damaged: {error}") from error

    def encode_queries(self, texts: list[str]) -> NDArray[np.float32]:
        if len(texts) == 1:
            # One message is looked at several times: what it is, what answers it, which part is nearest.
            return self._recent(texts[0]).copy()
        return self._joined([encoder.encode_queries(texts) for encoder, _ in self._parts])

    def encode_passages(self, texts: list[str]) -> NDArray[np.float32]:
        return self._joined([encoder.encode_passages(texts) for encoder, _ in self._parts])

    def _joined(self, vectors: list[NDArray[np.float32]]) -> NDArray[np.float32]:
        scaled = [part * np.float32(share**0.5) for part, (_, share) in zip(vectors, self._parts, strict=True)]
        return np.concatenate(scaled, axis=1)
