"""Puts the backbone and its heads into one ONNX model."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from backbone import SIZE, add_backbone, add_normalisation
from graph import Graph
from heads import COPY_LEVELS

LOCAL_TAPS = ["b5e", "b8e"]
GRID = 14
# Smaller constants stay float32: there is nothing to be saved.
HALF_FROM = 1024


def assemble(convolutions, semantic, copy, local=None):
    """
    convolutions: of the backbone; semantic: what `fit_semantic` gives; copy: mean and projection; local: likewise.
    -> the model, all in float32
    """
    graph = Graph()
    taps = add_backbone(graph, add_normalisation(graph, "image"), convolutions)
    axis = graph.constant("axes1", np.array([1], np.int64))
    average = graph.average(taps["head"][0], "hgap", "havg")
    levels = {
        name: graph.unit(graph.gem(taps[name][0], name), axis, (name + "_gl_n", name + "_gl_m", name + "_gl"))
        for name in COPY_LEVELS
    }
    copy_size = add_copy(graph, axis, levels, copy)
    semantic_size = add_semantic(graph, axis, levels["head"], average, semantic)
    outputs = [
        helper.make_tensor_value_info("semantic", TensorProto.FLOAT, ["N", semantic_size]),
        helper.make_tensor_value_info("copy", TensorProto.FLOAT, ["N", copy_size]),
    ]
    if local is not None:
        size = add_local(graph, axis, taps, local)
        outputs.append(helper.make_tensor_value_info("local", TensorProto.FLOAT, ["N", GRID * GRID, size]))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "deeplens-lite-v1",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", SIZE, SIZE, 3])],
            outputs,
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 18)],
        producer_name="deeplens-workshop",
        producer_version="1",
    )
    model.ir_version = 8
    model.doc_string = "EfficientNet-Lite0 (Apache-2.0) with semantic and copy heads"
    onnx.checker.check_model(model, full_check=True)
    return model


def add_copy(graph, axis, levels, head):
    """-> the dimension of `copy`"""
    mean, P = head
    x = graph.op("Concat", [levels[name] for name in COPY_LEVELS], "copy_in", axis=1)
    bias = (-mean.astype(np.float64) @ P).astype(np.float32)
    x = graph.op("Gemm", [x, graph.constant("copy_w", P), graph.constant("copy_b", bias)], "copy_z")
    graph.unit(x, axis, ("copy_n", "copy_m", "copy"))
    return P.shape[1]


def add_semantic(graph, axis, gem, average, head):
    """-> the dimension of `semantic`"""
    gem_mean, average_mean, Pg, Pa = head
    x = graph.op("Concat", [gem, average], "sem_in", axis=1)
    W = np.vstack([Pg, Pa]).astype(np.float32)
    bias = -(gem_mean.astype(np.float64) @ Pg + average_mean.astype(np.float64) @ Pa)
    weights = [graph.constant("sem_w", W), graph.constant("sem_b", bias.astype(np.float32))]
    x = graph.op("Gemm", [x, *weights], "sem_z")
    graph.unit(x, axis, ("semantic_n", "semantic_m", "semantic"))
    return W.shape[1]


def add_local(graph, axis, taps, head):
    """GRID x GRID descriptors: unit channel vectors of two middle levels, projected. -> their dimension"""
    mean, P = head
    maps = []
    for name in LOCAL_TAPS:
        x, _, side = taps[name]
        x = graph.unit(x, axis, (name + "_ln", name + "_lx", name + "_lu"))
        if side == 2 * GRID:
            x = graph.op("AveragePool", [x], name + "_lp", kernel_shape=[2, 2], strides=[2, 2])
        maps.append(x)
    x = graph.op("Concat", maps, "local_in", axis=1)
    weights = np.ascontiguousarray(P.T[:, :, None, None]).astype(np.float32)
    bias = (-mean.astype(np.float64) @ P).astype(np.float32)
    x = graph.op(
        "Conv",
        [x, graph.constant("local_w", weights), graph.constant("local_b", bias)],
        "local_c",
        kernel_shape=[1, 1],
    )
    x = graph.unit(x, axis, ("local_n", "local_x", "local_u"))
    shape = graph.constant("local_shape", np.array([0, P.shape[1], GRID * GRID], np.int64))
    graph.op("Transpose", [graph.op("Reshape", [x, shape], "local_r")], "local", perm=[0, 2, 1])
    return P.shape[1]


def half_storage(model):
    """
    Stores large weights as float16. ONNX Runtime folds the casts back to float32 when it loads the model, so that the
    arithmetic stays float32. Changes the model, and returns it.
    """
    casts = []
    for constant in model.graph.initializer:
        values = numpy_helper.to_array(constant)
        if values.dtype == np.float32 and values.size > HALF_FROM:
            name = constant.name
            constant.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + "_h"))
            casts.append(helper.make_node("Cast", [name + "_h"], [name], name=name + "_cast", to=1))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    return model
