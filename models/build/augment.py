"""Random edits, which the heads are fitted on, and made-up pages of text."""

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from edits import banner, border, caption, crop, font, recompress, screen, screenshot, tint, turn, words


def colour(rng):
    return rng.choice([(0, 0, 0), (255, 255, 255), tuple(rng.randint(0, 255) for _ in range(3))])


def cover(picture, rng):
    """One to three filled shapes."""
    width, height = picture.size
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    for _ in range(rng.randint(1, 3)):
        w, h = width * rng.uniform(0.08, 0.4), height * rng.uniform(0.08, 0.4)
        x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
        shape = draw.rectangle if rng.random() < 0.6 else draw.ellipse
        shape((x, y, x + w, y + h), fill=colour(rng))
    return result


def write(picture, rng):
    """One to four pieces of text."""
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    for _ in range(rng.randint(1, 4)):
        at = (picture.width * rng.uniform(0, 0.6), picture.height * rng.uniform(0, 0.9))
        text = words(rng, rng.randint(1, 4))
        fill = colour(rng)
        draw.text(at, text, fill=fill, font=font(picture.height * rng.uniform(0.04, 0.16)))
    return result


def squeeze(picture, rng):
    share = rng.uniform(0.65, 1.5)
    return picture.resize((max(16, round(picture.width * share)), picture.height), Image.BICUBIC)


def tilt(picture, rng):
    """A perspective: each corner up to 12 % inwards."""
    w, h = picture.size
    corners = [
        (rng.uniform(0, 0.12) * w, rng.uniform(0, 0.12) * h),
        (rng.uniform(0, 0.12) * w, h - rng.uniform(0, 0.12) * h),
        (w - rng.uniform(0, 0.12) * w, h - rng.uniform(0, 0.12) * h),
        (w - rng.uniform(0, 0.12) * w, rng.uniform(0, 0.12) * h),
    ]
    quad = [coordinate for corner in corners for coordinate in corner]
    return picture.transform((w, h), Image.QUAD, quad, Image.BICUBIC)


def noise(picture, rng):
    pixels = np.asarray(picture, np.int16)
    generator = np.random.default_rng(rng.randint(0, 1 << 30))
    noisy = pixels + generator.normal(0, rng.uniform(5, 25), pixels.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def shrink(picture, rng):
    share = rng.uniform(0.3, 1)
    size = (max(16, round(picture.width * 0.5 * share)), max(16, round(picture.height * 0.5 * share)))
    return picture.resize(size, Image.BICUBIC)


WEAK = [
    lambda im, r: recompress(im, r.randint(8, 60)),
    shrink,
    lambda im, r: im.filter(ImageFilter.GaussianBlur(r.uniform(0.5, 4))),
    lambda im, r: im.convert("L").convert("RGB"),
    lambda im, r: ImageEnhance.Brightness(im).enhance(r.uniform(0.5, 1.7)),
    lambda im, r: ImageEnhance.Contrast(im).enhance(r.uniform(0.5, 1.7)),
    lambda im, r: ImageEnhance.Color(im).enhance(r.uniform(0, 2.2)),
    lambda im, r: tint(im, tuple(r.randint(0, 255) for _ in range(3)), r.uniform(0.1, 0.45)),
    noise,
]


def crop_anywhere(picture, rng):
    return crop(picture, rng.uniform(0.45, 0.9), rng.random(), rng.random())


def turn_slightly(picture, rng):
    return turn(picture, rng.uniform(-25, 25), colour(rng), rng.random() < 0.5)


def banner_anywhere(picture, rng):
    return banner(
        picture,
        rng.uniform(0, 0.75),
        rng.uniform(0.1, 0.3),
        colour(rng),
        words(rng, rng.randint(1, 3)),
        colour(rng),
        rng.uniform(0.6, 1.01),
    )


def caption_anyhow(picture, rng):
    return caption(
        picture,
        rng.uniform(0.1, 0.35),
        words(rng, rng.randint(2, 6)),
        colour(rng),
        colour(rng),
        rng.random() < 0.5,
    )


QUARTER_TURNS = [Image.ROTATE_90, Image.ROTATE_180, Image.ROTATE_270]
STRONG = [
    crop_anywhere,
    crop_anywhere,  # crops are the hardest edit: twice as often
    lambda im, r: ImageOps.mirror(im),
    turn_slightly,
    lambda im, r: im.transpose(r.choice(QUARTER_TURNS)),
    banner_anywhere,
    lambda im, r: border(im, r.uniform(0.03, 0.2), colour(r)),
    caption_anyhow,
    screenshot,
    cover,
    write,
    squeeze,
    tilt,
]


def augment(picture, rng):
    """Up to two strong edits, then up to two weak ones."""
    for _ in range(rng.choice([0, 1, 1, 1, 2, 2])):
        picture = rng.choice(STRONG)(picture, rng)
    for _ in range(rng.choice([0, 1, 1, 2])):
        picture = rng.choice(WEAK)(picture, rng)
    return picture


def document(rng):
    """A made-up page or window, so that pictures of text are represented in the fit."""
    if rng.random() < 0.5:
        return screen(rng, rng.randint(360, 720), rng.randint(360, 720))
    width, height = rng.randint(360, 520), rng.randint(480, 680)
    page = Image.new("RGB", (width, height), tuple(rng.randint(235, 255) for _ in range(3)))
    draw = ImageDraw.Draw(page)
    y = 20
    title = words(rng, 3)
    draw.text((20, y), title, fill=(0, 0, 0), font=font(rng.randint(16, 32)))
    y += 46
    size = rng.randint(9, 15)
    while y < height - 30:
        if rng.random() < 0.06:
            box = (20, y, width - 20, y + rng.randint(30, 120))
            fill = colour(rng) if rng.random() < 0.5 else None
            draw.rectangle(box, fill=fill, outline=(90, 90, 90))
            y += 125
        elif rng.random() < 0.15:
            y += size
        else:
            draw.text((20, y), words(rng, rng.randint(3, 9)), fill=(20, 20, 20), font=font(size))
            y += size * 1.5
    return page
