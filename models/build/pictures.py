"""Reads pictures, and makes the model's input of them."""

import glob

import numpy as np
from PIL import Image, ImageOps

from backbone import SIZE

Image.MAX_IMAGE_PIXELS = None
KINDS = (".jpg", ".jpeg", ".png", ".webp")


def find(folders):
    """-> the paths of all pictures below the folders, sorted"""
    paths = (path for folder in folders for path in glob.glob(folder + "/**/*", recursive=True))
    return sorted(path for path in paths if path.lower().endswith(KINDS))


def load(path):
    """-> the picture upright, RGB, transparent parts on white"""
    picture = Image.open(path)
    if picture.format == "JPEG":
        picture.draft("RGB", (1024, 1024))
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA", "P"):
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        white.alpha_composite(picture)
        picture = white
    return picture.convert("RGB")


def tensor(picture, size=SIZE):
    """-> the picture stretched to a square with Lanczos3 (antialiased), uint8 [size, size, 3]"""
    return np.asarray(picture.resize((size, size), Image.LANCZOS), np.uint8)
