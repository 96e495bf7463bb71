"""Rebuilds a BERT encoder from its ONNX file, so that PyTorch peers start from the weights that Headstart starts from.

    python scripts/peers/encoder.py <encoder folder> <new folder>      # prints the largest difference of a hidden state

Reads config.json, the tokenizer and onnx/*.onnx (float32, float16, or int8 with scales), and writes a sentence-transformers
folder: BertModel, mean pooling, normalisation. A parameter goes by its name in the ONNX file. The matrix of a linear layer
has lost its name there: it takes that of the bias which its product is added to, and is transposed.
"""

import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from sentence_transformers import SentenceTransformer, models
from transformers import AutoTokenizer, BertConfig, BertModel

TEXTS = ["hi", "The battery lasts for two days, and that is all I want.", "Who wrote the first dictionary of English?"]


def sentence_transformers_folder(encoder, workspace):
    """`encoder` itself if it is such a folder, otherwise its conversion in `workspace`."""
    if (Path(encoder) / "modules.json").exists():
        return str(encoder)
    convert(encoder, workspace)
    return str(workspace)


def convert(encoder, folder):
    """Writes the folder and returns the largest difference of a last hidden state to that of onnxruntime."""
    encoder, folder = Path(encoder), Path(folder)
    model = onnx.load(next((encoder / "onnx").glob("*.onnx")))
    bert = BertModel(BertConfig.from_json_file(encoder / "config.json"), add_pooling_layer=False).eval()
    bert.load_state_dict({name: torch.tensor(value) for name, value in state_of(model, bert.state_dict()).items()})
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    save(bert, tokenizer, folder)
    return difference(model, bert, tokenizer)


def state_of(model, wanted):
    """PyTorch's parameters from the graph, in the order of `wanted`."""
    tensors = tensors_by_parameter(model.graph)
    values = computed_values(model, [tensor for tensor, _ in tensors.values()])
    state = {name: values[tensor].T if transposed else values[tensor] for name, (tensor, transposed) in tensors.items()}
    for name in [name for name in state if name.endswith("_int8")]:  # embedding table: integers, and a scale a row
        state[name.removesuffix("_int8")] = state[name] * state[name.replace("_int8", "_scale")]
    missing = [name for name in wanted if name not in state]
    if missing:
        raise ValueError(f"not found in the ONNX file: {missing}")
    return {name: np.array(state[name], np.float32) for name in wanted}


def tensors_by_parameter(graph):
    """Parameter name -> (tensor that holds it, whether it is transposed), over all tensors that no input changes."""
    constant = {tensor.name for tensor in graph.initializer}
    matrices, found = {}, {}
    for node in graph.node:  # in order, as ONNX demands: a node stands after those that make its inputs
        if constant.issuperset(node.input):
            constant.update(node.output)
        elif node.op_type == "MatMul" and node.input[1] in constant:
            matrices[node.output[0]] = node.input[1]
        elif node.op_type == "Add":
            for product, bias in (node.input, reversed(node.input)):
                if product in matrices and bias in constant:
                    found[parameter(bias).removesuffix("bias") + "weight"] = (matrices[product], True)
    return {parameter(name): (name, False) for name in constant if parameter(name)} | found


def parameter(tensor):
    """'bert.encoder.layer.0.output.dense.bias' without what the export put in front; '' for other tensors."""
    match = re.search(r"(?:^|\.)((?:embeddings|encoder)\.[\w.]+\.(?:weight|bias)(?:_int8|_scale)?)$", tensor)
    return match[1] if match else ""


def computed_values(model, tensors):
    """The values of tensors, casts and scales included, as onnxruntime computes them."""
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    made = sorted(set(tensors) - set(stored))
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in made)
    ids = {value.name: np.ones((1, 2), np.int64) for value in model.graph.input}
    values = dict(zip(made, session(copy).run(made, ids))) if made else {}
    return values | {name: onnx.numpy_helper.to_array(stored[name]) for name in tensors if name in stored}


def session(model):
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def save(bert, tokenizer, folder):
    with tempfile.TemporaryDirectory() as source:
        bert.save_pretrained(source)
        tokenizer.save_pretrained(source)
        body = models.Transformer(source, tokenizer.model_max_length, model_args={"add_pooling_layer": False})
        parts = [body, models.Pooling(bert.config.hidden_size, "mean"), models.Normalize()]
        SentenceTransformer(modules=parts, device="cpu").save(str(folder))


def difference(model, bert, tokenizer):
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    feeds = {value.name: batch[value.name].numpy() for value in model.graph.input}
    expected = session(model).run(["last_hidden_state"], feeds)[0]
    with torch.no_grad():
        found = bert(**batch).last_hidden_state.numpy()
    return np.abs(found - expected)[batch["attention_mask"].numpy() == 1].max()


if __name__ == "__main__":
    print(f"largest difference: {convert(*sys.argv[1:3]):.1e}")
