"""From a taught transformer to the two folders it is used from: sentence-transformers, and ONNX in int8.

Vectors are the mean of the tokens' states, with the teacher's mean vector taken off, normalised.
"""

import hashlib
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertModel

from retrieval.encoder.distilled import MAX_TOKENS, write_config
from retrieval.encoder.distilling import mean_pooled
from retrieval.encoder.growing import save_transformer

Floats = NDArray[np.float32]


class SentenceVector(torch.nn.Module):
    """Token ids and mask `(n, longest) int64` to unit vectors `(n, width) float32`."""

    mean: torch.Tensor

    def __init__(self, body: BertModel, mean: Floats) -> None:
        super().__init__()
        self.body = body
        self.register_buffer("mean", torch.from_numpy(mean))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return functional.normalize(mean_pooled(hidden, attention_mask) - self.mean, dim=1)


def write_sentence_transformer(folder: Path, body: BertModel, tokenizer: Tokenizer, mean: Floats) -> None:
    """A plain sentence-transformers folder: float32, about four times the size of the ONNX one."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer

    with tempfile.TemporaryDirectory() as parts:
        save_transformer(Path(parts), body, tokenizer)
        transformer = Transformer(parts, max_seq_length=MAX_TOKENS)
        width = len(mean)
        centre = Dense(
            width, width, bias=True, activation_function=torch.nn.Identity(), init_weight=torch.eye(width),
            init_bias=torch.from_numpy(-mean),
        )  # fmt: skip
        modules = [transformer, Pooling(width, pooling_mode="mean"), Normalize(), centre, Normalize()]
        SentenceTransformer(modules=modules, device="cpu").save(str(folder))


def write_distilled(
    folder: Path, body: BertModel, tokenizer: Tokenizer, mean: Floats, *, name: str, training: dict[str, object]
) -> None:
    """The folder that is served: `model.onnx` in int8, `tokenizer.json`, `config.json`."""
    from onnxruntime.quantization import QuantType, quant_pre_process, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    body.config._attn_implementation = "eager"
    model = SentenceVector(body, mean).eval()
    example = (torch.ones(2, 9, dtype=torch.int64), torch.ones(2, 9, dtype=torch.int64))
    with tempfile.TemporaryDirectory() as parts:
        exact, prepared = Path(parts) / "exact.onnx", Path(parts) / "prepared.onnx"
        axes = {name: {0: "texts", 1: "tokens"} for name in ("input_ids", "attention_mask")}
        with warnings.catch_warnings():
            # torch tells of a newer exporter, of sizes that it takes for constant, and of indices below nought.
            # The model's sizes are constant, and its mask has no such index.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                model, example, str(exact), input_names=list(axes), output_names=["sentence"],
                dynamic_axes={**axes, "sentence": {0: "texts"}}, opset_version=17, dynamo=False,
            )  # fmt: skip
        quant_pre_process(str(exact), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            str(prepared), str(folder / "model.onnx"), weight_type=QuantType.QInt8, per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
        )  # fmt: skip
    tokenizer.save(str(folder / "tokenizer.json"))
    digest = hashlib.blake2b((folder / "model.onnx").read_bytes() + tokenizer.to_str().encode(), digest_size=8)
    write_config(folder, name=name, digest=f"{name}-{digest.hexdigest()}", dimensions=len(mean), training=training)


def load_taught(state: Path, body: BertModel) -> BertModel:
    """The body with the weights of a run's saved state."""
    body.load_state_dict(torch.load(state, weights_only=True)["body"])
    body.eval()  # type: ignore[no-untyped-call]
    return body
