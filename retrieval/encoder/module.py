"""Our encoders inside sentence-transformers: `SentenceTransformer(folder, trust_remote_code=True)`.

`modules.json` in an encoder's folder names this class; sentence-transformers asks to be told to trust it, as
it does for every class that is not its own.
"""

import shutil
from pathlib import Path
from typing import Any, Self

import torch
from sentence_transformers.base.modules.input_module import InputModule

from retrieval.encoder import Encoder, load_encoder


class KalauzModule(InputModule):
    """An encoder of ours as the only module of a SentenceTransformer; it encodes, it does not learn there."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._folder = folder
        self.encoder: Encoder = load_encoder(folder)

    def preprocess(self, inputs: list[str], prompt: str | None = None, **_: Any) -> dict[str, torch.Tensor]:  # type: ignore[override]
        texts = [f"{prompt or ''}{text}" for text in inputs]
        return {"sentence_embedding": torch.from_numpy(self.encoder.encode_passages(texts))}

    def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
        return features

    def get_embedding_dimension(self) -> int:
        return self.encoder.dimensions

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        shutil.copytree(self._folder, output_path, dirs_exist_ok=True)

    @classmethod
    def load(cls, model_name_or_path: str, **_: Any) -> Self:  # type: ignore[override]
        return cls(Path(model_name_or_path))
