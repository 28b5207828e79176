"""Fits the linear heads `copy` and `semantic` on cached features."""

import numpy as np
import scipy.linalg

from features import ORIGINAL, level
from refine import refine

COPY_LEVELS = ["head", "b11e", "b8e", "b5e"]
DIMENSION = 256
# The weight of each picture folder (`docs`: the made-up pages) in the statistics of the LDA, and in sampling for the
# refinement; 1 where not named.
LDA_WEIGHTS = dict(clothing=0.25, grocery=0.1, sroie=0.1, docs=0.1)
REFINE_WEIGHTS = dict(clothing=0.5, grocery=0.2, sroie=0.5, docs=0.5)
# Two originals this alike are one picture that is in the fitting set twice.
SAME_PICTURE = 0.97


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)


def copy_input(features):
    """-> the levels that the copy head reads, each of unit length, side by side"""
    return np.hstack([unit(level(features, name)) for name in COPY_LEVELS])


def lda(X, k, w, shrink):
    """
    X: centred features; k: picture of each row; w: weight of each picture; shrink: share of the mean variance added.
    -> the DIMENSION directions in which pictures differ most, against what edits of one picture do
    """
    count = np.maximum(np.bincount(k, minlength=len(w)), 1)
    mean = np.zeros((len(w), X.shape[1]), np.float32)
    np.add.at(mean, k, X)
    mean /= count[:, None]
    R = (X - mean[k]) * np.sqrt(w[k])[:, None]
    within = (R.T @ R).astype(np.float64) / w[k].sum()
    B = (mean - (mean * w[:, None]).sum(0) / w.sum()) * np.sqrt(w)[:, None]
    between = (B.T @ B).astype(np.float64) / w.sum()
    size = len(within)
    within += shrink * np.trace(within) / size * np.eye(size)
    _, V = scipy.linalg.eigh(between, within, subset_by_index=(size - DIMENSION, size - 1))
    return V[:, ::-1]


def fit_copy(features, k, v, sources, shrink=0.1, tau=0.1, lr=0.05, steps=400):
    """
    LDA, then InfoNCE on the same linear map.
    k, v: picture and view of each row; sources: the folder of each picture
    -> mean, projection
    """
    X = copy_input(features)
    w = np.array([LDA_WEIGHTS.get(source, 1.0) for source in sources])
    originals = v == ORIGINAL
    weights = w[k[originals]]
    mean = (X[originals] * weights[:, None]).sum(0) / weights.sum()
    X -= mean
    P = lda(X, k, w, shrink)
    twice = repeated(unit(X[originals] @ P), k[originals])
    print("duplicate fitting pictures left out", len(twice))
    P = refine(
        X,
        k,
        v,
        P,
        np.array([REFINE_WEIGHTS.get(source, 1.0) for source in sources]),
        steps=steps,
        lr=lr,
        tau=tau,
        B=512,
        skip=twice,
        log=lambda step, loss, seconds: print("refine", step, round(float(loss), 3), round(seconds), "s"),
    )
    return mean.astype(np.float32), P.astype(np.float32)


def repeated(vectors, k):
    """-> the pictures that an earlier one equals"""
    cosines = vectors @ vectors.T
    return {int(k[i]) for i in range(len(vectors)) if (cosines[i, :i] > SAME_PICTURE).any()}


def fit_semantic(features, v, classifier, shrink=0.003, class_weight=1.5):
    """
    Whitened generalised means beside averages in the space of the backbone's classes, reduced together by PCA.
    classifier: the weights of the backbone's last layer
    -> mean of the generalised means, mean of the averages, and a projection of each
    """
    originals = v == ORIGINAL
    gem, average = unit(level(features, "head")), level(features, "avg")
    gem_mean, average_mean = gem[originals].mean(0), average[originals].mean(0)
    gem, average = gem[originals] - gem_mean, average[originals] - average_mean

    _, s, Vt = np.linalg.svd(gem, full_matrices=False)
    variance = s**2 / originals.sum()
    Pg = Vt[:DIMENSION].T / np.sqrt(variance[:DIMENSION] + shrink * variance[0])
    W = classifier.astype(np.float64)
    _, s, Vt = np.linalg.svd(W - W.mean(0), full_matrices=False)
    Pa = Vt[:DIMENSION].T * s[:DIMENSION]
    Pg *= 1.0 / np.sqrt(((gem @ Pg) ** 2).sum(1).mean())
    Pa *= class_weight / np.sqrt(((average @ Pa) ** 2).sum(1).mean())

    Z = np.hstack([gem @ Pg, average @ Pa])
    _, V = np.linalg.eigh(Z.T @ Z / len(Z))
    V = V[:, ::-1][:, :DIMENSION]
    return gem_mean, average_mean, (Pg @ V[:DIMENSION]).astype(np.float32), (Pa @ V[DIMENSION:]).astype(np.float32)
