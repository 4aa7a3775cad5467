"""The English sentence encoder that ours learn from: a BERT, from a transformers folder or from its ONNX file."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from retrieval.encoder import EncoderError
from retrieval.encoder.distilling import has_bfloat16, mean_pooled

if TYPE_CHECKING:
    from onnx import GraphProto

Floats = NDArray[np.float32]
Report = Callable[[str], None]

BATCH = 256
MAX_TOKENS = 64
# What exporters put before the names of BERT's own weights.
PREFIX = re.compile(r"^(bert|body)\.")


def load_teacher(folder: Path) -> tuple[BertModel, Tokenizer]:
    """The body and tokeniser. Raises EncoderError where the folder holds no BERT with mean pooling."""
    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        onnx_file = folder / "onnx" / "model.onnx"
        if onnx_file.exists():
            body = _from_onnx(folder, onnx_file)
        else:
            body = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")
    except Exception as error:  # tokenizers, transformers and onnx raise many kinds.
        raise EncoderError(f"{folder} is no BERT to learn from: {error}") from error
    body.eval()  # type: ignore[no-untyped-call]
    return body, tokenizer


def _from_onnx(folder: Path, path: Path) -> BertModel:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    known = {key: value for key, value in config.items() if key in BertConfig().to_dict() and key != "architectures"}
    return body_of(path, BertConfig(**known))


def body_of(path: Path, config: BertConfig) -> BertModel:
    """The BERT of this shape in an ONNX file, exact or in int8. Raises ValueError where weights are missing.

    Weights are found by their names; those of a matrix product by the name of its node, transposed.
    """
    import onnx

    body = BertModel(config, add_pooling_layer=False)
    graph = onnx.load(path).graph
    arrays = _arrays(graph)
    wanted = body.state_dict()
    found: dict[str, torch.Tensor] = {}
    for name, array in arrays.items():
        if (own := PREFIX.sub("", name)) in wanted:
            found[own] = torch.from_numpy(array)
    for node in graph.node:
        name = PREFIX.sub("", re.sub(r"/MatMul(_quant)?$", "", node.name.strip("/")).replace("/", ".")) + ".weight"
        if node.op_type.startswith("MatMul") and name in wanted and node.input[1] in arrays:
            found[name] = torch.from_numpy(arrays[node.input[1]].T.copy())
    missing = [name for name in wanted if name not in found and "position_ids" not in name]
    if missing:
        raise ValueError(f"{path} lacks {', '.join(missing[:3])}")
    body.load_state_dict(found, strict=False)
    return body


def _arrays(graph: "GraphProto") -> dict[str, Floats]:
    """The graph's numbers by name, those in int8 under their own and their former name, as float32."""
    from onnx import numpy_helper

    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    arrays: dict[str, Floats] = {}
    for name, array in stored.items():
        if name.endswith("_quantized"):
            former = name.removesuffix("_quantized")
            scale, zero = stored[f"{former}_scale"], stored[f"{former}_zero_point"]
            exact = (array.astype(np.float32) - zero.astype(np.float32)) * scale
            arrays[name] = arrays[former] = exact.astype(np.float32)
        else:
            arrays[name] = array.astype(np.float32)
    return arrays


def teacher_vectors(body: BertModel, tokenizer: Tokenizer, sentences: list[str], report: Report) -> Floats:
    """Unit vectors, the mean of the tokens' states: `(n_sentences, width) float32`."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    ids = [encoding.ids for encoding in tokenizer.encode_batch(sentences)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    vectors = np.zeros((len(ids), body.config.hidden_size), np.float32)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=has_bfloat16()):
        for number, begin in enumerate(range(0, len(order), BATCH)):
            rows = order[begin : begin + BATCH]
            longest = len(ids[rows[-1]])
            batch = torch.tensor([ids[i] + [0] * (longest - len(ids[i])) for i in rows])
            mask = torch.tensor([[1] * len(ids[i]) + [0] * (longest - len(ids[i])) for i in rows])
            hidden = body(input_ids=batch, attention_mask=mask).last_hidden_state
            vectors[rows] = mean_pooled(hidden, mask).numpy()
            if number % 100 == 0:
                report(f"the teacher has read {begin:,} of {len(order):,} sentences")
    return vectors
