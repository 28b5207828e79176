"""
Fits the decision on copies, and prints its report.

decision.py EVIDENCE.json... --out DECISION.json

EVIDENCE is what `evidence.ts` measured of the pairs that `libraries.py` made. Two models are fitted:

same      that both images show the same scene: logistic, with weights that are not negative
content   that an area differs by content and not by an overlay or noise: boosted trees of depth 4. Which area of a pair
          differs by content is not known: the likeliest one counts, in four rounds (multiple-instance learning), but none
          that is as plain as a sticker. Five fits, each without a fold, are added up: single ones differ by much

The figures are of five folds: a photograph, or a template with all its items, is in one of them only.
"""

import argparse
import json
import random
import re

import numpy as np
from scipy.optimize import minimize
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

FOLDS = 5
# Pairs that show the same scene with other content: neither the same picture nor another one.
SAME_SCENE = ("camera", "burst", "ticket", "label", "printed", "xray", "scan", "form", "product")
# Edits may have removed what differs between these, so that their truth is not known.
UNCLEAR = ("form/edited", "ticket/edited", "receipt/edited", "label/edited", "printed/edited", "xray/edited", "scan/edited", "product/edited")
# Frames are of photographs, and what is put into one may be as plain as a sticker: such an area is no evidence of content.
FRAMES = ("camera", "burst")
PLAIN = {"flat": 0.6, "uniform": 0.95}
# A pair that differs by content counts as eight copies: a false copy is worse than a missed one.
CONTENT_WEIGHT = 8
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
    return [
        *(area[name] for name in ("size", "span", "fill", "common", "unchanged", "oneSided", "contrast", "noiseRatio")),
        *(each[name] for name in ("deviation", "plain", "twoTone", "flat") for each in (side, other)),
        *(each[name] for name in ("plain", "flat", "steep") for each in (first, second)),
        pixels["fine"][2], pixels["fine"][1], len(pixels["areas"]),
        area["sharpness"], area["shifted"], first["extreme"], second["extreme"],
        plain["uniform"], colourful["uniform"], plain["vivid"], colourful["vivid"], area["colours"]["distance"], pair["variety"],
    ]


def content_areas(pair):
    """-> the features of each area that may differ by content"""
    areas = pair["pixels"]["areas"]
    if pair["kind"] in FRAMES:
        areas = [a for a in areas if a["changed"][0]["flat"] < PLAIN["flat"] and a["colours"]["sides"][0]["uniform"] < PLAIN["uniform"]]
    return [content_features(area, pair) for area in areas]


def source(pair):
    """-> the photograph or the template that a pair is made of"""
    match = re.match(r"(photo|edit|camera|burst)-((?:l-[a-zA-Z_]+-\d+)|(?:w\d+)).*", pair["one"])
    return match.group(2) if match else "-".join(pair["one"].split("-")[:2])


def fit_same(features, truth, penalty=1e-3):
    """-> bias and weights of a logistic model, the weights not negative"""
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
    return found[-1] - (weights * mean).sum(), weights


def fit_content(pairs, truth, areas):
    chosen = {at: list(range(len(areas[at]))) for at in range(len(pairs)) if truth[at] >= 0 and areas[at]}
    model = None
    for _ in range(4):
        features = [areas[at][each] for at, some in chosen.items() for each in some]
        labels = [truth[at] for at, some in chosen.items() for _ in some]
        weights = [(CONTENT_WEIGHT if truth[at] == 1 else 1) * len(some) ** -0.5 for at, some in chosen.items() for _ in some]
        model = HistGradientBoostingClassifier(max_depth=4, max_iter=50, learning_rate=0.15, min_samples_leaf=15, l2_regularization=1, random_state=0)
        model.fit(np.array(features), np.array(labels), sample_weight=np.array(weights))
        for at in chosen:
            if truth[at] == 1:
                chosen[at] = [int(np.argmax(model.decision_function(np.array(areas[at]))))]
    return model


def worst(model, areas):
    return sigmoid(model.decision_function(np.array(areas)).max()) if areas else 0.0


def exported(models):
    """-> bias and trees of the mean of the models, as the manifest has them"""
    def node(nodes, at):
        if nodes[at]["is_leaf"]:
            return round(float(nodes[at]["value"]) / len(models), 5)
        low, high = node(nodes, nodes[at]["left"]), node(nodes, nodes[at]["right"])
        return [int(nodes[at]["feature_idx"]), round(float(nodes[at]["num_threshold"]), 4), low, high]

    trees = [node(each[0].nodes, 0) for model in models for each in model._predictors]
    return {"bias": round(float(np.mean([model._baseline_prediction[0][0] for model in models])), 4), "trees": trees}


def main(files, out):
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
    areas = [content_areas(pair) for pair in pairs]
    aligned = np.array([pair["pixels"]["fine"][2] > 0.7 for pair in pairs])
    content_truth = np.where(copy == 1, 0, np.where(same_scene & aligned & clear, 1, -1))

    same_p, content_p = np.zeros(len(pairs)), np.zeros(len(pairs))
    contents = []
    for each in range(FOLDS):
        inside, outside = np.where(fold == each)[0], fold != each
        used = outside & (same_truth >= 0)
        bias, weights = fit_same(same[used], same_truth[used])
        same_p[inside] = sigmoid(same[inside] @ weights + bias)
        content = fit_content(pairs, np.where(outside, content_truth, -1), areas)
        contents.append(content)
        for at in inside:
            content_p[at] = worst(content, areas[at])
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
    bias, weights = fit_same(same[same_truth >= 0], same_truth[same_truth >= 0])
    decision = {
        "same": {"bias": round(float(bias), 3), "weights": {name: round(float(weight), 3) for name, weight in zip(SAME_FEATURES, weights)}},
        "content": exported(contents),
    }
    with open(out, "w") as file:
        json.dump(decision, file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("evidence", nargs="+")
    parser.add_argument("--out", required=True)
    given = parser.parse_args()
    main(given.evidence, given.out)
