"""Refinement of the copy head: InfoNCE over cached features, from the LDA solution on, by Adam in numpy."""

import time

import numpy as np


def refine(X, k, v, P, w, steps=400, B=384, tau=0.05, lr=0.003, seed=0, skip=(), log=None):
    """
    X: centred features [n, d]; k: picture of each row; v: view of each row; P: projection [d, D] to start from;
    w: weight of each picture in sampling; B: pictures a step; tau: temperature; skip: pictures left out.
    log: told (step, loss, seconds) every 100 steps.
    -> the projection
    """
    rng = np.random.default_rng(seed)
    X = X.astype(np.float32)
    P = P.astype(np.float32).copy()
    P /= np.sqrt(((X[v == "orig"] @ P) ** 2).sum(1).mean())
    classes = np.array([c for c in np.unique(k) if c not in skip])
    share = w[classes] / w[classes].sum()
    views = np.bincount(k)
    first = np.full(k.max() + 1, -1)  # the original's row; the other views follow it
    for row in np.where(v == "orig")[0]:
        first[k[row]] = row
    momentum, variance = np.zeros_like(P), np.zeros_like(P)
    lr0 = lr * np.abs(P).mean()
    started = time.time()
    for it in range(steps):
        # Pairs of views of a picture: an edit, and more often than not the original.
        c = rng.choice(classes, B, False, share)
        f = first[c]
        b = f + 1 + (rng.random(B) * (views[c] - 1)).astype(int)
        a = np.where(rng.random(B) < 0.6, f, f + (rng.random(B) * views[c]).astype(int))
        a = np.where(a == b, f, a)
        x = X[np.concatenate([a, b])]
        y = x @ P
        n = np.linalg.norm(y, axis=1, keepdims=True)
        e = y / n
        # Each view is to find its partner among all 2B.
        S = e @ e.T / tau
        np.fill_diagonal(S, -1e9)
        S -= S.max(1, keepdims=True)
        q = np.exp(S)
        q /= q.sum(1, keepdims=True)
        partner = np.concatenate([np.arange(B, 2 * B), np.arange(B)])
        loss = -np.log(q[np.arange(2 * B), partner] + 1e-12).mean()
        # The gradient, through the softmax, the normalisation and the projection.
        q[np.arange(2 * B), partner] -= 1
        ge = ((q + q.T) @ e) / (tau * 2 * B)
        gy = (ge - e * (ge * e).sum(1, keepdims=True)) / n
        g = x.T @ gy
        # Adam, with a cosine schedule.
        momentum = 0.9 * momentum + 0.1 * g
        variance = 0.99 * variance + 0.01 * g * g
        rate = lr0 * 0.5 * (1 + np.cos(np.pi * it / steps))
        P -= rate * (momentum / (1 - 0.9 ** (it + 1))) / (np.sqrt(variance / (1 - 0.99 ** (it + 1))) + 1e-10)
        if log and it % 100 == 99:
            log(it + 1, loss, time.time() - started)
    return P
