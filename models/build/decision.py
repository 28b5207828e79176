"""
Fits the decision on copies, and prints its report.

decision.py EVIDENCE.json... --out DECISION.json [--from MANIFEST.json]

EVIDENCE is what `pair-evidence.ts` measured of the pairs that `libraries.py` made. Two models are fitted; with --from, trees are added to those of a
manifest instead, and that the scene is the same is told by its coefficients:

same      that both images show the same scene: logistic, with weights that are not negative
content   that an area differs by content and not by an overlay or noise: boosted trees of depth 4. Which area of a pair
          differs by content is not known: the likeliest one counts, in rounds (multiple-instance learning), but none
          that is as plain as a sticker and has an edge of its own. Five fits, each without a fold, are added up: single
          ones differ by much

The figures are of five folds: a photograph, or a template with all its items, is in one of them only.
"""

import argparse
import json
import random

import numpy as np
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score

FOLDS = 5
# Pairs that show the same scene with other content: neither the same picture nor another one.
SAME_SCENE = ("camera", "burst", "ticket", "label", "printed", "xray", "scan", "form", "product")
# Edits may have removed what differs between these, so that their truth is not known.
UNCLEAR = ("form/edited", "ticket/edited", "receipt/edited", "label/edited", "printed/edited", "xray/edited", "scan/edited", "product/edited")
# Frames are of photographs, and what is put into one may be as plain as a sticker: such an area is no evidence of content.
FRAMES = ("camera", "burst")
PLAIN = {"flat": 0.6, "uniform": 0.95}
# A pair that differs by content counts as four copies: a false copy is worse than a missed one.
CONTENT_WEIGHT = 4
ROUNDS, TREES, RATE = 3, 80, 0.16
SAME_FEATURES = ("share", "coarse_20", "fine_median", "fine_20", "rare_inliers")


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def nines(value):
    return -np.log(1.03 - min(1, max(0, value)))


def same_features(pair):
    pixels = pair["pixels"]
    blocks = max(1, pixels["agreeing"] + pixels["disagreeing"])
    return [
        nines(pixels["agreeing"] / blocks), nines(pixels["coarse"][1]), nines(pixels["fine"][2]), nines(pixels["fine"][1]),
        np.log(1 + pair["rare"]),
    ]


def content_features(area, pair):
    pixels = pair["pixels"]
    side, other = area["sides"]
    first, second = area["changed"]
    plain, colourful = area["colours"]["sides"]
    edge, other_edge = area["outline"]
    return [
        *(area[name] for name in ("size", "span", "fill", "common", "unchanged", "oneSided", "contrast", "noiseRatio")),
        *(each[name] for name in ("deviation", "plain", "twoTone", "flat") for each in (side, other)),
        *(each[name] for name in ("plain", "flat", "steep") for each in (first, second)),
        pixels["fine"][2], pixels["fine"][1], len(pixels["areas"]),
        area["sharpness"], area["shifted"], first["extreme"], second["extreme"],
        plain["uniform"], colourful["uniform"], plain["vivid"], colourful["vivid"], area["colours"]["distance"], pair["variety"],
        edge, other_edge, (edge - other_edge) / (edge + other_edge + 1),
    ]


def is_sticker(area):
    """A plain wall behind something is none: it goes on beyond what differs."""
    edge, other_edge = area["outline"]
    plain = area["changed"][0]["flat"] >= PLAIN["flat"] or area["colours"]["sides"][0]["uniform"] >= PLAIN["uniform"]
    return plain and edge >= other_edge


def content_areas(pair, known, seen=False):
    """
    -> the features of each area that may differ by content, and last its margin by the known trees
    seen: all areas, as the service sees them
    """
    areas = pair["pixels"]["areas"]
    if pair["kind"] in FRAMES and not seen:
        areas = [area for area in areas if not is_sticker(area)]
    rows = [content_features(area, pair) for area in areas]
    return np.array([[*row, margin(known, row)] for row in rows])


def margin(known, row):
    return known["bias"] + sum(leaf(tree, row) for tree in known["trees"])


def leaf(tree, row):
    while isinstance(tree, list):
        feature, threshold, low, high = tree
        tree = low if row[feature] <= threshold else high
    return tree


class Known(ClassifierMixin, BaseEstimator):
    """What boosting begins with: the margin in the last column."""

    def fit(self, features, labels, sample_weight=None):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, features):
        copies = sigmoid(-features[:, -1])
        return np.stack([copies, 1 - copies], 1)


def source(pair):
    """-> the photograph or the template that a pair is made of"""
    parts = pair["one"].split(".")[0].split("-")
    return parts[1] if parts[0] in ("photo", "edit", "camera", "burst") else "-".join(parts[:2])


def fit_same(features, truth, penalty=1e-3):
    """-> the coefficients of a logistic model, as the manifest has them, the weights not negative"""
    mean, deviation = features.mean(0), features.std(0)
    scaled = (features - mean) / deviation

    def loss(point):
        margins = np.where(truth == 1, -1, 1) * (scaled @ point[:-1] + point[-1])
        slopes = sigmoid(margins) * np.where(truth == 1, -1, 1) / len(truth)
        value = np.logaddexp(0, margins).mean() + penalty * (point[:-1] ** 2).sum()
        return value, np.append(scaled.T @ slopes + 2 * penalty * point[:-1], slopes.sum())

    start = np.zeros(features.shape[1] + 1)
    bounds = [(0, None)] * features.shape[1] + [(None, None)]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = found[:-1] / deviation
    bias = found[-1] - (weights * mean).sum()
    return {"bias": round(float(bias), 3), "weights": {name: round(float(weight), 3) for name, weight in zip(SAME_FEATURES, weights)}}


def fit_content(truth, areas, known, seed):
    chosen = {at: list(range(len(areas[at]))) for at in range(len(areas)) if truth[at] >= 0 and len(areas[at]) > 0}
    if known["trees"]:
        chosen |= {at: [int(np.argmax(areas[at][:, -1]))] for at in chosen if truth[at] == 1}
    model = None
    for _ in range(ROUNDS):
        features = np.concatenate([areas[at][some] for at, some in chosen.items()])
        labels = np.array([truth[at] for at, some in chosen.items() for _ in some])
        weights = [(CONTENT_WEIGHT if truth[at] == 1 else 1) * len(some) ** -0.5 for at, some in chosen.items() for _ in some]
        model = GradientBoostingClassifier(init=Known(), n_estimators=TREES, max_depth=4, learning_rate=RATE, min_samples_leaf=15, subsample=0.7, max_features=0.5, random_state=seed)
        model.fit(features, labels, sample_weight=np.array(weights))
        for at in chosen:
            if truth[at] == 1:
                chosen[at] = [int(np.argmax(model.decision_function(areas[at])))]
    return model


def worst(model, areas):
    return sigmoid(model.decision_function(areas).max()) if len(areas) else 0.0


def exported(models, known):
    """-> bias and trees of the known ones and of the mean of the models, as the manifest has them"""
    def node(tree, at):
        if tree.children_left[at] < 0:
            return round(float(tree.value[at][0][0]) * RATE / len(models), 5)
        low, high = node(tree, tree.children_left[at]), node(tree, tree.children_right[at])
        return [int(tree.feature[at]), round(float(tree.threshold[at]), 4), low, high]

    trees = [node(each[0].tree_, 0) for model in models for each in model.estimators_]
    return {"bias": known["bias"], "trees": known["trees"] + trees}


def main(files, out, manifest):
    started = json.load(open(manifest))["decision"] if manifest else {"content": {"bias": 0, "trees": []}}
    known_content = started["content"]
    pairs = [pair for name in files for pair in json.load(open(name)) if "pixels" in pair]
    kinds = np.array([pair["kind"].split("+")[0] for pair in pairs])
    copy = np.array([pair["copy"] for pair in pairs]).astype(int)
    same_scene = np.array([kind.split("/")[0] in SAME_SCENE for kind in kinds])
    clear = ~np.isin(kinds, UNCLEAR)
    sources = sorted({source(pair) for pair in pairs})
    random.Random(5).shuffle(sources)
    fold = np.array([sources.index(source(pair)) % FOLDS for pair in pairs])
    same = np.array([same_features(pair) for pair in pairs])
    same_truth = np.where(copy == 1, 1, np.where(same_scene | ~clear, -1, 0))
    areas = [content_areas(pair, known_content) for pair in pairs]
    seen = [content_areas(pair, known_content, seen=True) for pair in pairs]
    aligned = np.array([pair["pixels"]["fine"][2] > 0.7 for pair in pairs])
    content_truth = np.where(copy == 1, 0, np.where(same_scene & aligned & clear, 1, -1))

    same_p, content_p = np.zeros(len(pairs)), np.zeros(len(pairs))
    contents = []
    for each in range(FOLDS):
        inside, outside = np.where(fold == each)[0], fold != each
        used = outside & (same_truth >= 0)
        fitted = started.get("same") or fit_same(same[used], same_truth[used])
        same_p[inside] = sigmoid(same[inside] @ [fitted["weights"][name] for name in SAME_FEATURES] + fitted["bias"])
        content = fit_content(np.where(outside, content_truth, -1), areas, known_content, seed=each)
        contents.append(content)
        for at in inside:
            content_p[at] = worst(content, seen[at])
    probability = same_p * (1 - content_p)
    known = content_truth >= 0
    print(f"{len(pairs)} pairs; content AUC {roc_auc_score(content_truth[known], content_p[known]):.4f}")
    for least in (0.3, 0.5, 0.6, 0.7, 0.8, 0.9):
        found, false = (probability >= least) & (copy == 1) & clear, (probability >= least) & (copy == 0) & clear
        print(f"from {least}: {found.sum() / ((copy == 1) & clear).sum():.3f} of the copies, {false.sum()} of {((copy == 0) & clear).sum()} others")
    edges = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
    for low, high in zip(edges, edges[1:]):
        some = (probability >= low) & (probability < high) & clear
        if some.any():
            print(f"told {low} to {high}: {some.sum()} pairs, {copy[some].mean():.3f} copies")
    for kind in sorted(set(kinds)):
        some = kinds == kind
        print(f"{kind:20} {'copies' if copy[some][0] else 'others'} {some.sum():4d}  called {(probability[some] >= 0.6).mean():.2f}  same {(same_p[some] >= 0.6).mean():.2f}  other content {(content_p[some] >= 0.4).mean():.2f}")
    fitted = started.get("same") or fit_same(same[same_truth >= 0], same_truth[same_truth >= 0])
    decision = {"same": fitted, "content": exported(contents, known_content)}
    with open(out, "w") as file:
        json.dump(decision, file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("evidence", nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--from", dest="manifest")
    given = parser.parse_args()
    main(given.evidence, given.out, given.manifest)
