"""A small builder of ONNX graphs."""

import numpy as np
from onnx import helper, numpy_helper


class Graph:
    """Collects nodes and constants; an operation is named after the tensor that it gives."""

    def __init__(self):
        self.nodes = []
        self.constants = []
        self.names = set()

    def constant(self, name, values):
        """Adds a constant once, however often it is asked for. -> its name"""
        if name not in self.names:
            self.names.add(name)
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def op(self, kind, inputs, output, **attributes):
        """-> the name of its output"""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def gem(self, x, name):
        """Generalised mean (p = 3) over the positions. -> [N, channels]"""
        y = self.op("Mul", [x, x], name + "_x2")
        y = self.op("Mul", [y, x], name + "_x3")
        y = self.op("Flatten", [self.op("GlobalAveragePool", [y], name + "_g3")], name + "_gf")
        return self.op("Pow", [y, self.constant("third", np.float32(1 / 3))], name + "_gem")

    def average(self, x, pooled, flat):
        """Mean over the positions. -> [N, channels]"""
        return self.op("Flatten", [self.op("GlobalAveragePool", [x], pooled)], flat)

    def unit(self, x, axis, names):
        """Scales the vectors along an axis (a constant's name) to length 1. `names` are those of the three steps."""
        length, floor, output = names
        n = self.op("ReduceL2", [x, axis], length, keepdims=1)
        n = self.op("Max", [n, self.constant("eps", np.float32(1e-9))], floor)
        return self.op("Div", [x, n], output)
