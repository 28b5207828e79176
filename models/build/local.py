"""
Fits the projection of the `local` output: GRID x GRID cells, unit channel vectors of two middle levels, to 64 dimensions.
LDA: the variance between cells against that of one cell under edits and crops.

local.py MODEL.onnx OUT.npz FOLDER...     (MODEL: a float32 build, which has the levels by name)
"""

import glob
import random
import sys

import cv2
import numpy as np
import onnx
import onnxruntime
import scipy.linalg

import pictures
from assemble import GRID, LOCAL_TAPS
from edits import EDITS

DIMENSION = 64
SHRINK = 0.1
PICTURES_A_FOLDER = 70
# Edits that leave every cell where it is.
IN_PLACE = ["jpeg20", "blur3", "gray", "brightness", "tint", "resize25"]


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9)


def cells(session, picture):
    """-> [GRID, GRID, channels] float32"""
    maps = []
    for level in session.run([tap + "_r" for tap in LOCAL_TAPS], {"image": pictures.tensor(picture)[None]}):
        level = unit(level[0].transpose(1, 2, 0))
        if level.shape[0] == 2 * GRID:
            level = level.reshape(GRID, 2, GRID, 2, -1).mean((1, 3))
        maps.append(level)
    return np.concatenate(maps, -1).astype(np.float32)


def crop_difference(session, picture, original, rng):
    """-> cells of a random crop less the original's, looked up bilinearly where the crop's cells lie"""
    share = rng.uniform(0.55, 0.95)
    width, height = picture.size
    x0, y0 = rng.uniform(0, 1 - share), rng.uniform(0, 1 - share)
    box = (x0 * width, y0 * height, (x0 + share) * width, (y0 + share) * height)
    cropped = cells(session, picture.crop(tuple(int(edge) for edge in box)))
    centres = (np.arange(GRID) + 0.5) / GRID
    across, down = np.meshgrid((x0 + share * centres) * GRID - 0.5, (y0 + share * centres) * GRID - 0.5)
    looked_up = [
        cv2.remap(
            np.ascontiguousarray(original[..., channel : channel + 4]),  # OpenCV takes four channels at a time
            across.astype(np.float32),
            down.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for channel in range(0, original.shape[-1], 4)
    ]
    return cropped - np.concatenate(looked_up, -1)


def collect(session, folders):
    """-> cells of pictures, and differences of cells under edits: a third of the ones, a sixth of the others"""
    rng = random.Random(5)
    total, within = [], []
    for folder in folders:
        for path in sorted(glob.glob(folder + "/*"))[:PICTURES_A_FOLDER]:
            picture = pictures.load(path)
            original = cells(session, picture)
            total.append(original.reshape(-1, original.shape[-1])[::3])
            differences = [
                cells(session, EDITS[edit](picture, random.Random(1))) - original for edit in rng.sample(IN_PLACE, 2)
            ]
            differences += [crop_difference(session, picture, original, rng) for _ in range(2)]
            within += [difference.reshape(-1, original.shape[-1])[::6] for difference in differences]
    return np.concatenate(total), np.concatenate(within)


def main():
    model_path, out, *folders = sys.argv[1:]
    model = onnx.load(model_path)
    for tap in LOCAL_TAPS:
        model.graph.output.append(onnx.helper.make_tensor_value_info(tap + "_r", 1, None))
    X, D = collect(onnxruntime.InferenceSession(model.SerializeToString()), folders)
    mean = X.mean(0)
    X = X - mean
    between, noise = X.T @ X / len(X), D.T @ D / len(D)
    size = len(noise)
    noise += SHRINK * np.trace(noise) / size * np.eye(size)
    _, V = scipy.linalg.eigh(between, noise, subset_by_index=(size - DIMENSION, size - 1))
    np.savez(out, mu=mean, P=V[:, ::-1].astype(np.float32))


if __name__ == "__main__":
    main()
