"""
Images a second of an ONNX model on the CPU.

speed.py FILE.onnx
"""

import sys
import time

import numpy as np
import onnxruntime


def times(session, batch):
    """-> seconds of each run"""
    image = session.get_inputs()[0]
    images = np.random.default_rng(0).integers(0, 255, (batch, *image.shape[1:]), np.uint8)
    if image.type == "tensor(float)":
        images = images.astype(np.float32) / 128 - 1
    for _ in range(3):
        session.run(None, {image.name: images})
    found = []
    for _ in range(60 // batch + 5):
        started = time.perf_counter()
        session.run(None, {image.name: images})
        found.append(time.perf_counter() - started)
    return found


def main():
    for threads in (1, 2):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(sys.argv[1], options)
        for batch in (1, 8):
            found = times(session, batch)
            median, best = batch / np.median(found), batch / np.min(found)
            print(f"threads {threads} batch {batch}: median {median:.1f} images/s (best {best:.1f})", flush=True)


if __name__ == "__main__":
    main()
