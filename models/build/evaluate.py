"""
Evaluates ONNX embedders on edited copies of photographs.

evaluate.py embed CACHE PHOTOS QUERIES "NAME=FILE.onnx|outputs|size"...    (an .npz for every output)
evaluate.py score CACHE NAME:OUTPUT...

QUERIES: how many of the photographs are edited. `outputs` (all of them) and `size` (224) may be left out.
Environment: PROCS, worker processes of `embed` (2); QUERIES, a smaller number of queries for `score`; JSON, a file for
its numbers.
"""

import glob
import json
import multiprocessing
import os
import sys
import time
from typing import NamedTuple

import numpy as np
import onnxruntime

import pictures
from edits import EDITS, evaluation_rng
from metrics import copy_detection, same_kind

ORIGINAL = "orig"


class Embedder(NamedTuple):
    name: str
    file: str
    outputs: list | None
    size: int

    @classmethod
    def parse(cls, text):
        name, rest = text.split("=", 1)
        file, outputs, size, *_ = rest.split("|") + ["", ""]
        return cls(name, file, outputs.split(",") if outputs else None, int(size or 224))


sessions = None  # of the worker process


def start_worker(embedders):
    global sessions
    os.nice(5)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    sessions = [(embedder, onnxruntime.InferenceSession(embedder.file, options)) for embedder in embedders]


def vectors_of(job):
    """-> the photograph's number, and for each view the vectors by `NAME:OUTPUT`"""
    number, path, views = job
    photograph = pictures.load(path)
    found = []
    for view in views:
        edited = photograph
        if view != ORIGINAL:
            edited = EDITS[view](photograph, evaluation_rng(view, number))
        vectors = {}
        for embedder, session in sessions:
            outputs = embedder.outputs or [output.name for output in session.get_outputs()]
            inputs = {session.get_inputs()[0].name: pictures.tensor(edited, embedder.size)[None]}
            for output, values in zip(outputs, session.run(outputs, inputs)):
                vectors[f"{embedder.name}:{output}"] = values[0].astype(np.float32)
        found.append((view, vectors))
    return number, found


def cache_file(cache, key):
    return f"{cache}/{key.replace(':', '__')}.npz"


def embed(cache, photos, queries, embedders, processes):
    os.makedirs(cache, exist_ok=True)
    paths = sorted(path for path in glob.glob(photos + "/*") if path.lower().endswith((".jpg", ".jpeg")))
    step = max(1, len(paths) // queries)
    jobs = [
        (number, path, [ORIGINAL] + (list(EDITS) if number % step == 0 else [])) for number, path in enumerate(paths)
    ]
    rows = {}
    started = time.time()
    with multiprocessing.get_context("spawn").Pool(processes, start_worker, (embedders,)) as pool:
        for done, (number, found) in enumerate(pool.imap(vectors_of, jobs, 2)):
            for view, vectors in found:
                for key, values in vectors.items():
                    rows.setdefault(key, []).append((number, view, values))
            if done % 200 == 0:
                print(done, round(time.time() - started), "s", flush=True)
    for key, of_key in rows.items():
        numbers, views, values = zip(*of_key)
        np.savez(cache_file(cache, key), i=numbers, v=views, y=np.stack(values))


def score(cache, key, queries=None):
    cached = np.load(cache_file(cache, key))
    numbers, views, vectors = cached["i"], cached["v"], cached["y"]
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    originals = views == ORIGINAL
    asked = ~originals
    if queries:
        asked &= numbers % (1000 // queries) == 0
    right = np.searchsorted(numbers[originals], numbers[asked])
    out = copy_detection(vectors[originals], vectors[asked], right, views[asked])
    out["semP5"] = same_kind(vectors[originals])
    return out


def line(name, result):
    edits = " ".join(f"{edit}:{of['R1']:.2f}/{of['P99']:.2f}" for edit, of in result["edits"].items())
    return (
        f"{name:28s} muAP {result['muAP']:.3f} R@1 {result['R1']:.3f}"
        f" P99 {result['recall@P99']:.3f}@{result['thr@P99']:.3f}"
        f" P99.9 {result['recall@P99.9']:.3f}@{result['thr@P99.9']:.3f}"
        f" semP@5 {result['semP5']:.3f} | {edits}"
    )


def main():
    command, cache, *rest = sys.argv[1:]
    if command == "embed":
        photos, queries, *embedders = rest
        processes = int(os.environ.get("PROCS", "2"))
        embed(cache, photos, int(queries), [Embedder.parse(text) for text in embedders], processes)
    elif command == "score":
        queries = int(os.environ.get("QUERIES", "0")) or None
        results = {}
        for key in rest:
            results[key] = score(cache, key, queries)
            print(line(key, results[key]), flush=True)
        if os.environ.get("JSON"):
            with open(os.environ["JSON"], "w") as file:
                json.dump(results, file, indent=1)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
