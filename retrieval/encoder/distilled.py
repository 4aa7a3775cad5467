"""The small transformer at work: ONNX Runtime and a tokeniser, no torch."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.encoder import ONE_SPAN, EncoderError, write_modules
from retrieval.encoder.features import words
from retrieval.encoder.ngram import read_config

FORMAT = "kalauz-distilled-1"
# More words than this say no more about what a text is about, and cost time.
MAX_TOKENS = 128


class DistilledEncoder:
    """Unit vectors of a model that maps `input_ids` and `attention_mask` to `sentence` `(n, dimensions)`."""

    def __init__(
        self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer, *, name: str, digest: str, dimensions: int
    ) -> None:
        self._session = session
        self._tokenizer = tokenizer
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        self.name = name
        self.digest = digest
        self.dimensions = dimensions
        self.spans = ONE_SPAN

    @classmethod
    def load(cls, folder: Path) -> "DistilledEncoder":
        """Load a folder that `kalauz encoder train` wrote. Raises EncoderError for a damaged one."""
        config = read_config(folder)
        options = onnxruntime.SessionOptions()
        # One question uses one core, so that many can be asked at once; passages are encoded a core each.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(
                folder / "model.onnx", sess_options=options, providers=["CPUExecutionProvider"]
            )
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            return cls(
                session, tokenizer, name=config["name"], digest=config["digest"], dimensions=config["dimensions"]
            )
        except Exception as error:  # onnxruntime and tokenizers raise bare exceptions of many kinds.
            way_out = f"write it again with `kalauz encoder train --kind transformer --out {folder}`"
            raise EncoderError(f"the encoder in {folder} is damaged ({error}); {way_out}") from error

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors, `(n_texts, dimensions) float32`; the zero vector for a text without words."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # The tokeniser refuses lone surrogates.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(clean)]
        # The tokeniser has pieces for punctuation too, which would make "?!" near to something.
        told = [i for i, text in enumerate(clean) if words(text)]
        if len(told) == 1:
            vectors[told[0]] = self._run(ids[told[0]])
        elif told:
            # The runtime lets go of the interpreter's lock: a text a core.
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                for i, vector in zip(told, pool.map(self._run, [ids[i] for i in told]), strict=True):
                    vectors[i] = vector
        return vectors

    def _run(self, ids: list[int]) -> NDArray[np.float32]:
        """One text's vector. Together, texts would share the scale of their int8 activations, and change each other."""
        tokens = np.array([ids], np.int64)
        ((vector,),) = self._session.run(["sentence"], {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})
        return np.asarray(vector, dtype=np.float32)

    def encode_queries(self, texts: list[str]) -> NDArray[np.float32]:
        return self.encode(texts)

    def encode_passages(self, texts: list[str]) -> NDArray[np.float32]:
        return self.encode(texts)


def write_config(folder: Path, *, name: str, digest: str, dimensions: int, training: dict[str, object]) -> None:
    config = {"format": FORMAT, "name": name, "digest": digest, "dimensions": dimensions, "training": training}
    (folder / "config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", "utf-8")
    write_modules(folder)
