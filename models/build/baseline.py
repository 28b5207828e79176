"""
The plain backbone with its average pool as the only output: a second real model, to compare and to test with.

baseline.py WEIGHTS.pth OUT.onnx
"""

import sys

import onnx
from onnx import TensorProto, helper

import legacy_pth
from backbone import SIZE, add_backbone, layers
from graph import Graph


def main():
    weights, out = sys.argv[1:]
    graph = Graph()
    taps = add_backbone(graph, "image", layers(legacy_pth.load(weights)))
    tensor, channels, _ = taps["head"]
    graph.average(tensor, "gap", "avg")
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "base",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", SIZE, SIZE, 3])],
            [helper.make_tensor_value_info("avg", TensorProto.FLOAT, ["N", channels])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 17)],
    )
    model.ir_version = 8
    onnx.save(model, out)


if __name__ == "__main__":
    main()
