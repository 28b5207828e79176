"""EfficientNet-Lite as an ONNX graph, from its weights, batch normalisation folded into the convolutions."""

import math
from typing import NamedTuple

import numpy as np

SIZE = 224  # pixels a side of Lite0
MEAN, SCALE = 127.0, 128.0
EPSILON = 1e-3  # of the batch normalisation
STEM = 32  # channels


class Variant(NamedTuple):
    width: float  # multiplies the channels
    depth: float  # multiplies the repeats
    size: int  # pixels a side


VARIANTS = {
    "lite0": Variant(1.0, 1.0, SIZE),
    "lite1": Variant(1.0, 1.1, 240),
    "lite2": Variant(1.1, 1.2, 260),
}

# of Lite0: repeats, kernel, stride, expansion, channels out
STAGES = [
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
]


def stages(variant):
    """-> the variant's STAGES. Stem, head and the repeats of the first and last stage are the same in all of them."""
    scaled = []
    for place, (repeats, kernel, stride, expansion, channels) in enumerate(STAGES):
        if 0 < place < len(STAGES) - 1:
            repeats = math.ceil(repeats * variant.depth)
        channels = int(channels * variant.width + 4) // 8 * 8  # a multiple of 8
        scaled.append((repeats, kernel, stride, expansion, channels))
    return scaled


def layers(weights, variant=VARIANTS["lite0"]):
    """-> the convolutions in order, each with its folded weights and what follows it"""

    def layer(name, conv, norm, stride=1, group=1, clipped=True, residual=False):
        w, b = fold(weights, conv, norm)
        return dict(name=name, w=w, b=b, stride=stride, group=group, clipped=clipped, residual=residual)

    found = [layer("stem", "_conv_stem", "_bn0", stride=2)]
    block = 0
    channels_in = STEM
    for repeats, _kernel, first_stride, expansion, channels_out in stages(variant):
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            prefix = f"_blocks.{block}."
            if expansion != 1:
                found.append(layer(f"b{block}e", prefix + "_expand_conv", prefix + "_bn0"))
            found.append(
                layer(
                    f"b{block}d",
                    prefix + "_depthwise_conv",
                    prefix + "_bn1",
                    stride=stride,
                    group=channels_in * expansion,
                )
            )
            found.append(
                layer(
                    f"b{block}p",
                    prefix + "_project_conv",
                    prefix + "_bn2",
                    clipped=False,
                    residual=stride == 1 and channels_in == channels_out,
                )
            )
            block += 1
            channels_in = channels_out
    found.append(layer("head", "_conv_head", "_bn1"))
    return found


def fold(weights, conv, norm):
    """-> weight and bias of the convolution with its batch normalisation, float32"""
    kernel = weights[conv + ".weight"].astype(np.float64)
    variance = weights[norm + ".running_var"].astype(np.float64)
    scale = weights[norm + ".weight"].astype(np.float64) / np.sqrt(variance + EPSILON)
    bias = weights[norm + ".bias"] - weights[norm + ".running_mean"] * scale
    return (kernel * scale[:, None, None, None]).astype(np.float32), bias.astype(np.float32)


def add_normalisation(graph, image):
    """Adds what makes the network's input of `image`, a uint8 tensor [N, side, side, 3]. -> the input"""
    x = graph.op("Cast", [image], "img_f", to=1)
    x = graph.op("Transpose", [x], "img_chw", perm=[0, 3, 1, 2])
    x = graph.op("Sub", [x, graph.constant("mean", np.float32(MEAN))], "img_sub")
    return graph.op("Mul", [x, graph.constant("istd", np.float32(1.0 / SCALE))], "img_n")


def add_backbone(graph, x, convolutions, side=SIZE):
    """
    Adds the network over `x`, a float tensor [N, 3, side, side] of (value - MEAN) / SCALE.
    -> dict of layer name -> (tensor, channels, positions a side)
    """
    zero, six = graph.constant("zero", np.float32(0)), graph.constant("six", np.float32(6))
    taps = {}
    block_input = None
    for layer in convolutions:
        name, kernel, stride = layer["name"], layer["w"].shape[2], layer["stride"]
        if name == "b0d" or (name.startswith("b") and name.endswith("e")):
            block_input = x
        next_side = -(-side // stride)
        padding = max((next_side - 1) * stride + kernel - side, 0)
        before, after = padding // 2, padding - padding // 2
        y = graph.op(
            "Conv",
            [x, graph.constant(name + "_w", layer["w"]), graph.constant(name + "_b", layer["b"])],
            name + "_c",
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=layer["group"],
            kernel_shape=[kernel, kernel],
        )
        side = next_side
        if layer["clipped"]:
            y = graph.op("Clip", [y, zero, six], name + "_r")
        if layer["residual"]:
            y = graph.op("Add", [y, block_input], name + "_add")
        x = y
        taps[name] = (y, layer["w"].shape[0], side)
    return taps
