"""Reads a PyTorch checkpoint of the legacy format (before 1.6) without PyTorch."""

import collections
import pickle
import struct

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
DTYPES = {
    "FloatStorage": np.float32,
    "LongStorage": np.int64,
    "HalfStorage": np.float16,
    "DoubleStorage": np.float64,
    "IntStorage": np.int32,
}


class Storage:
    """A run of numbers; the file holds all of them after the pickled objects that refer to them."""

    def __init__(self, dtype, length):
        self.dtype = dtype
        self.length = length
        self.values = None

    def fill(self, file):
        (length,) = struct.unpack("<q", file.read(8))
        assert length == self.length
        self.values = np.frombuffer(file.read(length * np.dtype(self.dtype).itemsize), self.dtype)


class Tensor:
    """A view into a storage. Views may be strided: weights converted from TensorFlow were transposed as views."""

    def __init__(self, storage, offset, size, stride):
        self.storage = storage
        self.offset = offset
        self.size = size
        self.stride = stride

    def numpy(self):
        values = self.storage.values[self.offset :]
        strides = [step * values.itemsize for step in self.stride]
        return np.lib.stride_tricks.as_strided(values, self.size, strides).copy()


class Unpickler(pickle.Unpickler):
    """Knows what a dictionary of tensors is made of, and refuses anything else: a pickle can run any code."""

    def __init__(self, file, storages):
        super().__init__(file)
        self.storages = storages

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, stride, *_: Tensor(storage, offset, size, stride)
        if module == "torch" and name in DTYPES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name}")

    def persistent_load(self, reference):
        kind, storage_type, key, _location, length, *_ = reference
        assert kind == "storage"
        return self.storages.setdefault(key, Storage(DTYPES[storage_type], length))


def load(path):
    """-> dict of parameter name -> array"""
    with open(path, "rb") as file:
        assert pickle.load(file) == MAGIC and pickle.load(file) == PROTOCOL
        pickle.load(file)  # sizes of the writer's integers
        storages = {}
        tensors = Unpickler(file, storages).load()
        for key in pickle.load(file):
            storages[key].fill(file)
    return {name: tensor.numpy() for name, tensor in tensors.items() if isinstance(tensor, Tensor)}
