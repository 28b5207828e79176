"""What an embedder is measured by."""

import numpy as np

# Runs of ImageNet classes that are of one kind: the evaluation photographs are in the order of the classes, one each.
KINDS = [
    ("fish", 0, 6),
    ("bird", 7, 24),
    ("bird", 80, 100),
    ("bird", 127, 146),
    ("reptile", 25, 68),
    ("dog", 151, 268),
    ("cat", 281, 293),
    ("bear", 294, 297),
    ("insect", 300, 326),
    ("primate", 365, 384),
    ("food", 924, 969),
    ("marine", 147, 150),
]
KIND_OF = np.array([next((kind for kind, a, b in KINDS if a <= i <= b), "") for i in range(1000)])
OUT_OF_REACH = 9.0  # no cosine is as high
NONE = -9  # no cosine is as low


def same_kind(vectors, neighbours=5):
    """-> share of the nearest neighbours that are of the photograph's kind (P@5)"""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, NONE)
    nearest = np.argsort(-cosines, 1)[:, :neighbours]
    kinds = KIND_OF[: len(vectors)]
    known = kinds != ""
    return float((KIND_OF[nearest[known]] == kinds[known][:, None]).mean())


def copy_detection(references, queries, right, edits, precisions=(0.99, 0.999)):
    """
    right: the reference that each query is a copy of; edits: the name of each query's edit.
    -> micro average precision, R@1, and recall with its threshold at each precision; by edit, too
    """
    cosines = queries @ references.T
    n = len(queries)
    of_right = cosines[np.arange(n), right]
    first = cosines.argmax(1) == right
    labels = np.zeros(cosines.shape, bool)
    labels[np.arange(n), right] = 1
    flat = cosines.ravel()
    order = np.argsort(-flat, kind="stable")[: 60 * n]
    hits = labels.ravel()[order]
    precision = np.cumsum(hits) / np.arange(1, len(order) + 1)
    out = dict(queries=n, refs=len(references), muAP=float((precision * hits).sum() / n), R1=float(first.mean()))
    for wanted in precisions:
        reached = np.where(precision >= wanted)[0]
        threshold = float(flat[order[reached[-1]]]) if len(reached) else OUT_OF_REACH
        out[f"recall@P{wanted * 100:g}"] = float((of_right >= threshold).mean())
        out[f"thr@P{wanted * 100:g}"] = threshold
    wrong = cosines.copy()
    wrong[np.arange(n), right] = NONE
    out["neg_max_p99"] = float(np.quantile(wrong.max(1), 0.99))
    out["neg_p999999"] = float(np.quantile(wrong[wrong > NONE], 1 - 1e-6))
    out["edits"] = {}
    for edit in dict.fromkeys(edits):
        of_edit = edits == edit
        out["edits"][edit] = dict(
            R1=float(first[of_edit].mean()),
            P99=float((of_right[of_edit] >= out["thr@P99"]).mean()),
            P999=float((of_right[of_edit] >= out["thr@P99.9"]).mean()),
            p10=float(np.quantile(of_right[of_edit], 0.1)),
            p50=float(np.median(of_right[of_edit])),
        )
    return out
