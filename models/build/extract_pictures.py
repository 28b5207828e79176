"""
Takes pictures out of a git repository's history tip, shrinks them to a shorter side of at most 448 pixels, and saves them
as JPEG of quality 95.

extract_pictures.py GIT_DIR OUT LIMIT [PART_OF_PATH]
"""

import io
import os
import random
import subprocess
import sys

from PIL import Image

Image.MAX_IMAGE_PIXELS = None
KINDS = (".jpg", ".jpeg", ".png", ".webp")
SHORT_SIDE = 448
TOO_SMALL = 120


def listed(git_dir, part):
    """-> object ids of the pictures, in a fixed random order"""
    command = ["git", "--git-dir", git_dir, "ls-tree", "-r", "-l", "HEAD"]
    found = []
    for line in subprocess.run(command, capture_output=True, text=True).stdout.splitlines():
        description, path = line.split("\t", 1)
        if path.strip('"').lower().endswith(KINDS) and part in path:
            found.append(description.split()[2])
    random.Random(0).shuffle(found)
    return found


def contents(git_dir, ids):
    """-> id and bytes of each object, once"""
    command = ["git", "--git-dir", git_dir, "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as git:
        for object_id in dict.fromkeys(ids):
            git.stdin.write((object_id + "\n").encode())
            git.stdin.flush()
            header = git.stdout.readline().decode().split()
            if len(header) < 3 or header[1] == "missing":
                continue
            content = git.stdout.read(int(header[2]))
            git.stdout.read(1)
            yield object_id, content
        git.stdin.close()


def shrunk(content):
    """-> the picture, or None where it can't be read or is too small"""
    try:
        picture = Image.open(io.BytesIO(content))
        if picture.format == "JPEG":
            picture.draft("RGB", (2 * SHORT_SIDE, 2 * SHORT_SIDE))
        picture = picture.convert("RGB")
    except Exception:
        return None
    if min(picture.size) < TOO_SMALL:
        return None
    scale = SHORT_SIDE / min(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.BICUBIC)


def main():
    git_dir, out, limit, part = (sys.argv[1:] + [""])[:4]
    os.makedirs(out, exist_ok=True)
    ids = listed(git_dir, part)
    print(git_dir, "pictures listed", len(ids))
    saved = 0
    for object_id, content in contents(git_dir, ids):
        if saved >= int(limit):
            break
        picture = shrunk(content)
        if picture:
            picture.save(f"{out}/{object_id[:12]}.jpg", quality=95)
            saved += 1
    print(out, saved)


if __name__ == "__main__":
    main()
