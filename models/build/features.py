"""
Pooled features of many levels of the backbone, over many views of each picture, for fitting the heads.

features.py OUT WEIGHTS.pth VIEWS FOLDER...

Writes `feat.npy` (float16, a row a view), `ok.npy` (which rows could be made) and `rows.json` (picture and view of each
row, and the folder that each picture came from). 200 made-up pages of text are added, as the folder `docs`.
"""

import json
import multiprocessing
import os
import random
import sys
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

import legacy_pth
import pictures
from augment import augment, document
from backbone import SIZE, add_backbone, add_normalisation, layers
from graph import Graph

TAPS = ["b5e", "b8e", "b11e", "b14e", "b15e", "head"]
# Where each level lies in a row: the channels of every tap, and the average pool at the end.
CHANNELS = dict(b5e=240, b8e=480, b11e=672, b14e=1152, b15e=1152, head=1280, avg=1280)
OFFSETS = dict(zip(CHANNELS, np.cumsum([0] + list(CHANNELS.values())[:-1])))
ORIGINAL = "orig"
DOCUMENTS = 200


def level(features, name):
    """-> one level of all rows, float32"""
    start = OFFSETS[name]
    return np.asarray(features[:, start : start + CHANNELS[name]], np.float32)


def feature_graph(weights):
    """-> the model that gives a row of features, serialised"""
    graph = Graph()
    taps = add_backbone(graph, add_normalisation(graph, "image"), layers(legacy_pth.load(weights)))
    pooled = [graph.gem(taps[name][0], name) for name in TAPS]
    pooled.append(graph.average(taps["head"][0], "hgap", "head_avg"))
    graph.op("Concat", pooled, "feat", axis=1)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "taps",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", SIZE, SIZE, 3])],
            [helper.make_tensor_value_info("feat", TensorProto.FLOAT, ["N", sum(CHANNELS.values())])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 17)],
    )
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model.SerializeToString()


session = None  # of the worker process


def start_worker(model):
    global session
    os.nice(5)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options)


def view_of(picture, key, view):
    if view == ORIGINAL:
        return picture
    try:
        return augment(picture, random.Random(f"{key}-{view}"))
    except Exception:
        return picture  # an edit that this picture is too small for


def features_of(job):
    """-> the picture's number and a row a view, or None where it can't be read"""
    kind, key, source, views = job
    try:
        picture = document(random.Random(f"doc{source}")) if kind == "doc" else pictures.load(source)
    except Exception:
        return key, None
    inputs = np.stack([pictures.tensor(view_of(picture, key, view)) for view in views])
    (rows,) = session.run(["feat"], {"image": inputs})
    return key, rows.astype(np.float16)


def main():
    out, weights, view_count, *folders = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    model = feature_graph(weights)
    files = pictures.find(folders)
    views = [ORIGINAL] + [str(i) for i in range(int(view_count) - 1)]
    jobs = [("picture", i, path, views) for i, path in enumerate(files)]
    jobs += [("doc", len(files) + i, i, views) for i in range(DOCUMENTS)]
    rows = [(key, view) for _, key, _, _ in jobs for view in views]
    sources = [os.path.basename(os.path.dirname(path)) for path in files] + ["docs"] * DOCUMENTS
    with open(out + "/rows.json", "w") as file:
        json.dump(dict(rows=rows, files=[os.path.basename(path) for path in files], sources=sources), file)

    random.Random(1).shuffle(jobs)
    features = np.lib.format.open_memmap(out + "/feat.npy", "w+", np.float16, (len(rows), sum(CHANNELS.values())))
    ok = np.zeros(len(rows), bool)
    started = time.time()
    with multiprocessing.get_context("spawn").Pool(2, start_worker, (model,)) as pool:
        for done, (key, found) in enumerate(pool.imap_unordered(features_of, jobs, 2)):
            if found is not None:
                start = key * len(views)
                features[start : start + len(found)] = found
                ok[start : start + len(found)] = True
            if done % 200 == 0:
                print(done, len(jobs), round(time.time() - started), "s", flush=True)
    np.save(out + "/ok.npy", ok)
    features.flush()
    print("rows", len(rows), "ok", ok.sum(), round(time.time() - started), "s")


if __name__ == "__main__":
    main()
