"""
Fits the heads on cached features, and writes the ONNX file.

build.py --weights WEIGHTS.pth --features FEATURES --out DIR [--heads copy_head.npz] [--local local_head.npz] [--fp32]
"""

import argparse
import hashlib
import json

import numpy as np
import onnx

import legacy_pth
from assemble import assemble, half_storage
from backbone import layers
from heads import fit_copy, fit_semantic


def load_features(folder):
    """-> features, picture and view of each row that could be made, and the folder that each picture came from"""
    with open(folder + "/rows.json") as file:
        described = json.load(file)
    ok = np.load(folder + "/ok.npy")
    features = np.load(folder + "/feat.npy", mmap_mode="r")
    k = np.array([picture for picture, _ in described["rows"]])
    v = np.array([str(view) for _, view in described["rows"]])
    return np.asarray(features[ok]), k[ok], v[ok], np.array(described["sources"])


def load_head(path):
    """-> mean, projection"""
    head = np.load(path)
    return head["mu"], head["P"]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", required=True, help="the backbone's .pth")
    parser.add_argument("--features", required=True, help="what features.py wrote")
    parser.add_argument("--out", required=True)
    parser.add_argument("--heads", help="npz with mu and P of a copy head that was fitted before")
    parser.add_argument("--local", help="npz with mu and P of local.py")
    parser.add_argument("--tau", type=float, default=0.1, help="temperature of the refinement")
    parser.add_argument("--fp32", action="store_true", help="store all weights as float32")
    parser.add_argument("--exclude", default="", help="picture folders left out of the fit, separated by commas")
    parser.add_argument("--name", default="deeplens-lite-v1")
    return parser.parse_args()


def main():
    args = arguments()
    weights = legacy_pth.load(args.weights)
    features, k, v, sources = load_features(args.features)
    print("views", len(k), "pictures", len(set(k)))
    if args.exclude:
        keep = ~np.isin(sources[k], args.exclude.split(","))
        features, k, v = features[keep], k[keep], v[keep]
    semantic = fit_semantic(features, v, weights["_fc.weight"])
    if args.heads:
        copy = load_head(args.heads)
    else:
        copy = fit_copy(features, k, v, sources, tau=args.tau)
        np.savez(args.out + "/copy_head.npz", mu=copy[0], P=copy[1])
    local = load_head(args.local) if args.local else None
    model = assemble(layers(weights), semantic, copy, local)
    path = f"{args.out}/{args.name}.onnx"
    onnx.save(model if args.fp32 else half_storage(model), path)
    with open(path, "rb") as file:
        content = file.read()
    print(path, len(content), hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main()
