"""The English sentence encoder that ours learn from: a BERT, from a transformers folder or from its ONNX file."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from retrieval.encoder import EncoderError
from retrieval.encoder.distilling import mean_pooled

Floats = NDArray[np.float32]
Report = Callable[[str], None]

BATCH = 256
MAX_TOKENS = 64


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
    """Weights by their names; of a matrix product by the name of its node, transposed."""
    import onnx
    from onnx import numpy_helper

    config = json.loads((folder / "config.json").read_text("utf-8"))
    known = {key: value for key, value in config.items() if key in BertConfig().to_dict() and key != "architectures"}
    body = BertModel(BertConfig(**known), add_pooling_layer=False)
    model = onnx.load(path)
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    wanted = body.state_dict()
    found = {name: torch.tensor(arrays[name].astype(np.float32)) for name in wanted if name in arrays}
    for node in model.graph.node:
        name = re.sub(r"^bert\.", "", node.name.strip("/").removesuffix("/MatMul").replace("/", ".")) + ".weight"
        for source in node.input if node.op_type == "MatMul" and name in wanted else ():
            if source in arrays:
                found[name] = torch.tensor(arrays[source].T.astype(np.float32).copy())
    missing = [name for name in wanted if name not in found and "position_ids" not in name]
    if missing:
        raise ValueError(f"{path} lacks {', '.join(missing[:3])}")
    body.load_state_dict(found, strict=False)
    return body


def teacher_vectors(body: BertModel, tokenizer: Tokenizer, sentences: list[str], report: Report) -> Floats:
    """Unit vectors, the mean of the tokens' states: `(n_sentences, width) float32`."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    ids = [encoding.ids for encoding in tokenizer.encode_batch(sentences)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    vectors = np.zeros((len(ids), body.config.hidden_size), np.float32)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
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
