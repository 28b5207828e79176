"""What is done to pictures, and the 16 fixed edits that copies are evaluated with."""

import io
import random

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps


def recompress(picture, quality):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=int(quality))
    buffer.seek(0)
    return Image.open(buffer).convert("RGB")


def crop(picture, share, across=0.5, down=0.5):
    """A part with `share` of each side; `across` and `down` say where, 0 to 1."""
    width, height = picture.size
    w, h = max(8, round(width * share)), max(8, round(height * share))
    x, y = round((width - w) * across), round((height - h) * down)
    return picture.crop((x, y, x + w, y + h))


def font(pixels):
    return ImageFont.load_default(max(8, int(pixels)))


def caption(
    picture,
    share=0.18,
    text="when the build is green on friday",
    background=(255, 255, 255),
    foreground=(0, 0, 0),
    above=True,
):
    """A strip with text above or below the picture."""
    width, height = picture.size
    strip = max(10, round(height * share))
    result = Image.new("RGB", (width, height + strip), background)
    result.paste(picture, (0, strip if above else 0))
    at = (width * 0.04, (0 if above else height) + strip * 0.25)
    ImageDraw.Draw(result).text(at, text, fill=foreground, font=font(min(strip * 0.5, width * 0.06)))
    return result


def banner(
    picture,
    top=0.4,
    share=0.2,
    background=(220, 20, 30),
    text="SALE 50% OFF",
    foreground=(255, 255, 255),
    alpha=1.0,
):
    """A band with text over the picture."""
    width, height = picture.size
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    draw.rectangle((0, height * top, width, height * (top + share)), fill=background)
    at = (width * 0.04, height * (top + share * 0.2))
    draw.text(at, text, fill=foreground, font=font(height * share * 0.6))
    return result if alpha >= 1 else Image.blend(picture, result, alpha)


def border(picture, share=0.1, colour=(255, 255, 255)):
    return ImageOps.expand(picture, round(min(picture.size) * share), colour)


def tint(picture, colour=(255, 140, 40), alpha=0.3):
    return Image.blend(picture, Image.new("RGB", picture.size, colour), alpha)


def turn(picture, degrees, fill=(0, 0, 0), expand=True):
    return picture.rotate(degrees, Image.BICUBIC, expand=expand, fillcolor=fill)


def words(rng, count):
    return " ".join("".join(rng.choice("aeioustnrlmdpk") for _ in range(rng.randint(2, 9))) for _ in range(count))


def screen(rng, width, height):
    """A made-up window of a program: a title bar, at times a side bar, scattered words."""
    dark = rng.random() < 0.5
    background = tuple(rng.randint(10, 50) if dark else rng.randint(225, 255) for _ in range(3))
    result = Image.new("RGB", (width, height), background)
    draw = ImageDraw.Draw(result)
    foreground = (230, 230, 230) if dark else (30, 30, 30)
    draw.rectangle((0, 0, width, height * 0.07), fill=tuple(rng.randint(0, 255) for _ in range(3)))
    title = words(rng, 3)
    draw.text((width * 0.03, height * 0.015), title, fill=(255, 255, 255), font=font(height * 0.03))
    if rng.random() < 0.6:
        side = (0, height * 0.07, width * rng.uniform(0.08, 0.22), height)
        draw.rectangle(side, fill=tuple(max(0, channel - 15) for channel in background))
    for _ in range(rng.randint(3, 14)):
        at = (width * rng.uniform(0.05, 0.7), height * rng.uniform(0.1, 0.95))
        text = words(rng, rng.randint(1, 7))
        draw.text(at, text, fill=foreground, font=font(height * rng.uniform(0.015, 0.035)))
    return result


def screenshot(picture, rng):
    """The picture somewhere in a window, with half to 85 % of a side."""
    width, height = picture.size
    share = rng.uniform(0.5, 0.85)
    if rng.random() < 0.5:
        w, h = round(width / share), round(height / share)
    else:
        w = round(max(width / share, height * 16 / 9 / share))
        h = round(max(height / share, width * 9 / 16 / share))
    result = screen(rng, w, h)
    x = rng.randint(0, max(0, w - width))
    y = rng.randint(min(max(0, h - height), round(h * 0.07)), max(0, h - height))
    result.paste(picture, (x, y))
    return result


# Each takes a picture and a random generator, seeded by `evaluation_rng`.
EDITS = {
    "jpeg20": lambda im, r: recompress(im, 20),
    "resize25": lambda im, r: im.resize((max(16, im.width // 4), max(16, im.height // 4)), Image.BICUBIC),
    "crop70": lambda im, r: crop(im, 0.7, r.random(), r.random()),
    "crop50": lambda im, r: crop(im, 0.5, r.random(), r.random()),
    "blur3": lambda im, r: im.filter(ImageFilter.GaussianBlur(3)),
    "gray": lambda im, r: im.convert("L").convert("RGB"),
    "brightness": lambda im, r: ImageEnhance.Color(ImageEnhance.Brightness(im).enhance(1.4)).enhance(1.4),
    "hflip": lambda im, r: ImageOps.mirror(im),
    "rot10": lambda im, r: turn(im, 10),
    "rot90": lambda im, r: im.transpose(Image.ROTATE_90),
    "banner": lambda im, r: banner(im),
    "border": lambda im, r: border(im, 0.12, (255, 255, 255)),
    "caption": lambda im, r: caption(im),
    "screenshot": screenshot,
    "tint": lambda im, r: tint(im),
    "combined": lambda im, r: caption(recompress(crop(im, 0.8), 30)),
}


def evaluation_rng(edit, number):
    """The generator of one edit of one picture: the same in every run."""
    return random.Random(f"{edit}-{number}")
