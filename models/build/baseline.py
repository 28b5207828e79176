"""
The plain network with its average pool as the only output, of unit length: EfficientNet-Lite0 to compare with, Lite1 as
it ships.

baseline.py lite0|lite1|lite2 WEIGHTS.pth OUT.onnx [--floats] [--fp32]
"""

import argparse
import hashlib

import numpy as np
import onnx
from onnx import TensorProto, helper

import legacy_pth
from assemble import half_storage
from backbone import VARIANTS, add_backbone, add_normalisation, layers
from graph import Graph


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", choices=VARIANTS)
    parser.add_argument("weights", help="the variant's .pth")
    parser.add_argument("out")
    parser.add_argument("--floats", action="store_true", help="take normalised float32 [N, 3, side, side], not bytes")
    parser.add_argument("--fp32", action="store_true", help="store all weights as float32")
    return parser.parse_args()


def plain(weights, variant, floats):
    """-> the model, all in float32"""
    graph = Graph()
    if floats:
        image = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", 3, variant.size, variant.size])
    else:
        image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", variant.size, variant.size, 3])
    x = image.name if floats else add_normalisation(graph, image.name)
    tensor, channels, _ = add_backbone(graph, x, layers(weights, variant), variant.size)["head"]
    average = graph.average(tensor, "gap", "avg")
    axis = graph.constant("axes1", np.array([1], np.int64))
    embedding = graph.unit(average, axis, ("embedding_n", "embedding_m", "embedding"))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "plain",
            [image],
            [helper.make_tensor_value_info(embedding, TensorProto.FLOAT, ["N", channels])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 18)],
    )
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model


def main():
    args = arguments()
    model = plain(legacy_pth.load(args.weights), VARIANTS[args.variant], args.floats)
    onnx.save(model if args.fp32 else half_storage(model), args.out)
    with open(args.out, "rb") as file:
        content = file.read()
    print(args.out, len(content), hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main()
