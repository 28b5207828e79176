"""
Makes the libraries that the decision is fitted on: families of edited photographs, and look-alikes of many kinds.

libraries.py PHOTOS OUT [SEED]

Writes images into OUT, and OUT/pairs.json: {"kind", "one", "other", "copy": bool} for each pair whose truth is known by construction.
The photographs come from a folder; what is drawn needs none. Measuring (`npm run eval`) draws with other code.
"""

import itertools
import json
import math
import os
import random
import sys

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

WORDS = (
    "account agreement amount bank beach blue bread cable card chair city clear cloud coffee copy cream daily date deposit door due "
    "early east fee field flat form garden glass green group guest hall hand house inspection iron key lamp lease light line market "
    "metal milk month morning north note notice office orange owner paper party payment pepper pink plan point price property quiet "
    "rail red rent repair rice river road room salt service shop side signature silver soap south station stone street sugar summer "
    "table tea tenant term time total town train utilities village wall water west white wind winter window witness wood written"
).split()


def font(size):
    return ImageFont.load_default(size=max(6, int(size)))


def words(rng, count):
    return " ".join(rng.choice(WORDS) for _ in range(count))


def noisy(image, rng, amount):
    noise = Image.effect_noise(image.size, amount)
    return ImageChops.add(image, Image.merge("RGB", [noise] * 3), 1, -128)


# ---- edits: image, rng, another photograph -> image, or (image, quality)

def scaled(image, factor):
    return image.resize((max(8, round(image.width * factor)), max(8, round(image.height * factor))), Image.LANCZOS)


def within(image, side):
    return scaled(image, side / max(image.size)) if max(image.size) > side else image


def cropped(image, share, rng):
    w, h = round(image.width * share), round(image.height * share)
    x, y = rng.randint(0, image.width - w), rng.randint(0, image.height - h)
    return image.crop((x, y, x + w, y + h))


def crop_sides(image, rng, least, most):
    l, t, r, b = (rng.uniform(least, most) / 2 for _ in range(4))
    return image.crop((round(l * image.width), round(t * image.height), round((1 - r) * image.width), round((1 - b) * image.height)))


def extended(image, left, top, right, bottom, colour):
    page = Image.new("RGB", (image.width + left + right, image.height + top + bottom), colour)
    page.paste(image, (left, top))
    return page


def border(image, rng):
    m = round(min(image.size) * rng.uniform(0.05, 0.2))
    return extended(image, m, m, m, m, rng.choice(["white", "black", "#ddd", "#234"]))


def letterbox(image, rng):
    m = round(image.height * rng.uniform(0.03, 0.2))
    return extended(image, 0, m, 0, m, "black")


def blurred_bars(image, rng):
    h = round(image.height * rng.uniform(0.2, 0.7))
    page = image.resize((image.width, image.height + h)).filter(ImageFilter.GaussianBlur(max(image.size) / 25))
    page.paste(image, (0, h // 2))
    return page


def caption(image, rng):
    h = max(14, round(image.height * rng.uniform(0.12, 0.3)))
    below = rng.random() < 0.4
    page = extended(image, 0, 0 if below else h, 0, h if below else 0, "white")
    draw = ImageDraw.Draw(page)
    y = image.height if below else 0
    for line in range(rng.choice([1, 2])):
        draw.text((0.03 * page.width, y + h * (0.1 + 0.45 * line)), words(rng, 6), fill="black", font=font(h * 0.33))
    return page


def outlined(draw, x, y, text, size, rng, fill="white", outline="black"):
    """Draws letters with an outline: of a font, or of strokes as by hand."""
    width = max(1, round(size * rng.uniform(0.05, 0.16)))
    if rng.random() < 0.5:
        draw.text((x, y), text, fill=fill, stroke_fill=outline, stroke_width=width, font=font(size))
        return
    letters = {}
    strokes = []
    shapes = random.Random(rng.random())
    for letter in text:
        corners = [(0, 0), (0.55, 0), (0, 0.5), (0.55, 0.5), (0, 1), (0.55, 1), (0.27, 0), (0.27, 1)]
        points = letters.setdefault(letter, shapes.sample(corners, shapes.randint(3, 5)))
        if letter != " ":
            strokes.append([(x + size * px, y + size * py) for px, py in points])
        x += 0.75 * size
    thick = max(1, round(size * rng.uniform(0.1, 0.2)))
    for colour, extra in ((outline, 2 * width), (fill, 0)):
        for points in strokes:
            draw.line(points, fill=colour, width=thick + extra, joint="curve")


def meme(image, rng):
    image = image.copy()
    draw = ImageDraw.Draw(image)
    size = image.height * rng.uniform(0.06, 0.14)
    fill, outline = rng.choice([("white", "black")] * 3 + [("yellow", "black"), ("black", "white")])
    for y in rng.choice([(0.03, 0.83), (0.03, 0.83), (0.83,), (0.03,), (0.4,)]):
        outlined(draw, image.width * rng.uniform(0.02, 0.2), y * image.height, words(rng, rng.randint(1, 4)).upper(), size, rng, fill, outline)
    return image


def watermark(image, rng):
    layer = Image.new("L", (2 * max(image.size),) * 2, 0)
    draw = ImageDraw.Draw(layer)
    size = max(8, min(image.size) * rng.uniform(0.06, 0.12))
    text = words(rng, 2).upper() + "  "
    for row in range(int(layer.height / size / 2.5) + 1):
        draw.text((-(row % 3) * size * 3, row * size * 2.5), text * 30, fill=round(255 * rng.uniform(0.25, 0.6)), font=font(size))
    layer = layer.rotate(rng.uniform(15, 45))
    x, y = (layer.width - image.width) // 2, (layer.height - image.height) // 2
    layer = layer.crop((x, y, x + image.width, y + image.height))
    return Image.composite(Image.new("RGB", image.size, rng.choice(["white", "#ccc", "#222"])), image, layer)


def corner_logo(image, rng):
    image = image.copy()
    draw = ImageDraw.Draw(image)
    s = min(image.size) * rng.uniform(0.08, 0.2)
    x, y = rng.choice([0.02 * image.width, 0.96 * image.width - 2 * s]), rng.choice([0.03 * image.height, 0.97 * image.height - s])
    draw.ellipse((x, y, x + s, y + s), fill=rng.choice(["#d33", "#fff", "#26c", "#fb0"]))
    draw.text((x + 1.1 * s, y + s * 0.2), words(rng, 1), fill="white", stroke_fill="black", stroke_width=1, font=font(s * 0.5))
    return image


def sticker(rng, s):
    """-> one flat drawing on a transparent ground, about s pixels wide"""
    layer = Image.new("RGBA", (2 * s, 2 * s))
    draw = ImageDraw.Draw(layer)
    x = y = s / 2
    colour, ink = rng.choice(["#ffd93b", "#e2264d", "#22b573", "#3fa9f5", "#ffffff", "#111111", "#8e44ad", "#ff8c1a"]), rng.choice(["#222", "#fff"])
    shape = rng.choice(["face", "star", "heart", "box", "arrow", "disc", "bubble"])
    if shape == "star":
        points, inner = rng.choice([5, 6, 8]), rng.uniform(0.35, 0.6)
        draw.polygon([(s + s / 2 * (1 if k % 2 else inner) * math.sin(k * math.pi / points), s + s / 2 * (1 if k % 2 else inner) * math.cos(k * math.pi / points)) for k in range(2 * points)], fill=colour)
    elif shape == "heart":
        draw.polygon([(s + s / 32 * 16 * math.sin(t / 20) ** 3, s - s / 32 * (13 * math.cos(t / 20) - 5 * math.cos(t / 10) - 2 * math.cos(3 * t / 20) - math.cos(t / 5))) for t in range(126)], fill=colour)
    elif shape == "arrow":
        draw.polygon([(x, y + 0.4 * s), (x + 0.6 * s, y + 0.4 * s), (x + 0.6 * s, y + 0.2 * s), (x + s, y + 0.5 * s), (x + 0.6 * s, y + 0.8 * s), (x + 0.6 * s, y + 0.6 * s), (x, y + 0.6 * s)], fill=colour)
    elif shape in ("box", "bubble"):
        draw.rounded_rectangle((x, y + s * 0.2, x + s, y + s * 0.65), s * rng.uniform(0, 0.2), fill=colour)
        if shape == "bubble":
            draw.polygon([(x + 0.2 * s, y + 0.6 * s), (x + 0.4 * s, y + 0.6 * s), (x + 0.15 * s, y + 0.9 * s)], fill=colour)
        draw.text((x + s * 0.1, y + s * 0.3), words(rng, 1).upper(), fill=ink if colour not in ("#ffffff", "#111111") else "#e2264d", font=font(s * rng.uniform(0.14, 0.22)))
    else:
        draw.ellipse((x, y, x + s, y + s), fill=colour, outline=rng.choice([None, "#333"]), width=max(1, int(s / 30)))
        if shape == "face":
            for e in (0.3, 0.62):
                draw.ellipse((x + e * s, y + 0.3 * s, x + (e + 0.1) * s, y + 0.42 * s), fill="#222")
            draw.arc((x + 0.25 * s, y + 0.35 * s, x + 0.75 * s, y + 0.8 * s), 20, 160, fill="#222", width=max(1, int(s / 18)))
    return layer.rotate(rng.uniform(-30, 30), Image.BICUBIC)


def stickers(image, rng):
    image = image.copy()
    for _ in range(rng.randint(1, 6)):
        s = round(min(image.size) * rng.uniform(0.1, 0.3))
        drawn = sticker(rng, s)
        image.paste(drawn, (rng.randint(-s // 2, image.width - 3 * s // 2), rng.randint(-s // 2, image.height - 3 * s // 2)), drawn)
    return image


def covering(image, w, h):
    s = max(w / image.width, h / image.height)
    image = image.resize((max(w, round(s * image.width)), max(h, round(s * image.height))), Image.LANCZOS)
    x, y = (image.width - w) // 2, (image.height - h) // 2
    return image.crop((x, y, x + w, y + h))


def collage(image, rng, other):
    columns, rows = rng.choice([(2, 2), (2, 1), (1, 2), (3, 2), (3, 1)])
    w, h, gap = rng.choice([360, 480]), rng.choice([300, 360, 480]), rng.choice([0, 4, 8, 16])
    page = Image.new("RGB", (columns * w + (columns + 1) * gap, rows * h + (rows + 1) * gap), rng.choice(["white", "black", "#eee"]))
    own = rng.randrange(columns * rows)
    for at in range(columns * rows):
        tile = image if at == own else cropped(other, rng.uniform(0.4, 0.9), rng)
        page.paste(covering(tile, w, h), (gap + (at % columns) * (w + gap), gap + (at // columns) * (h + gap)))
    return page


def banner(image, rng):
    image = image.copy()
    draw = ImageDraw.Draw(image)
    h = image.height * rng.uniform(0.1, 0.22)
    y = rng.uniform(0.1, 0.75) * image.height
    draw.rectangle((0, y, image.width, y + h), fill=rng.choice(["#dc141e", "#103080", "black", "#f5d000"]))
    draw.text((0.04 * image.width, y + 0.25 * h), words(rng, 4), fill="white", font=font(0.45 * h))
    return image


def date_stamp(image, rng):
    image = image.copy()
    size = max(8, image.height * rng.uniform(0.035, 0.06))
    text = f"{rng.randint(10, 28)}.{rng.randint(10, 12)}.20{rng.randint(10, 26)} {rng.randint(10, 23)}:{rng.randint(10, 59)}"
    ImageDraw.Draw(image).text((image.width * 0.55, image.height - 1.6 * size), text, fill=rng.choice(["#ff9a1e", "white", "#ffe000"]), font=font(size))
    return image


def censored(image, rng):
    image = image.copy()
    w, h = round(image.width * rng.uniform(0.15, 0.35)), round(image.height * rng.uniform(0.1, 0.25))
    x, y = rng.randint(0, image.width - w), rng.randint(0, image.height - h)
    part = image.crop((x, y, x + w, y + h))
    way = rng.choice(["black", "blur", "pixels"])
    if way == "black":
        part.paste("black", (0, 0, w, h))
    elif way == "blur":
        part = part.filter(ImageFilter.GaussianBlur(min(w, h) / 6))
    else:
        part = part.resize((max(2, w // 16), max(2, h // 16))).resize((w, h), Image.NEAREST)
    image.paste(part, (x, y))
    return image


def perspective(image, rng):
    w, h = image.size
    d = lambda side: rng.uniform(0.02, 0.16) * side
    quad = (d(w), d(h), d(w), h - d(h), w - d(w), h - d(h), w - d(w), d(h))
    return image.transform((w, h), Image.QUAD, quad, Image.BICUBIC)


def pasted_in(image, rng, other):
    other = other.resize((max(320, other.width), max(240, other.height))).copy()
    s = rng.uniform(0.35, 0.6) * min(other.width / image.width, other.height / image.height) * 1.3
    part = scaled(image, min(s, 0.95 * other.width / image.width, 0.95 * other.height / image.height))
    other.paste(part, (rng.randint(0, other.width - part.width), rng.randint(0, other.height - part.height)))
    return other


def phone_shot(image, rng):
    w = rng.choice([540, 720])
    h = round(w * 2.1)
    dark = rng.random() < 0.5
    page = Image.new("RGB", (w, h), "black" if dark else "white")
    draw = ImageDraw.Draw(page)
    ink = "white" if dark else "black"
    draw.text((0.05 * w, 0.01 * h), f"{rng.randint(1, 12)}:{rng.randint(10, 59)}", fill=ink, font=font(w / 25))
    draw.text((0.8 * w, 0.01 * h), f"{rng.randint(10, 99)}%", fill=ink, font=font(w / 25))
    draw.text((0.3 * w, 0.06 * h), words(rng, 2), fill=ink, font=font(w / 22))
    part = scaled(image, min(w / image.width, 0.6 * h / image.height))
    page.paste(part, ((w - part.width) // 2, round(h * rng.uniform(0.15, 0.35))))
    for k in range(5):
        x = w * (0.1 + 0.2 * k)
        draw.ellipse((x, 0.94 * h, x + 0.05 * w, 0.94 * h + 0.05 * w), outline=ink, width=2)
    return page


def desktop_shot(image, rng):
    image = within(image, 700)
    w, h = round(image.width * rng.uniform(1.2, 1.9)), round(image.height * rng.uniform(1.2, 1.8))
    dark = rng.random() < 0.5
    page = Image.new("RGB", (w, h), "#1d1f23" if dark else "#f3f3f5")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, w, 0.07 * h), fill="#36c" if dark else "#ccd")
    for _ in range(rng.randint(3, 12)):
        draw.text((rng.uniform(0.02, 0.7) * w, rng.uniform(0.1, 0.95) * h), words(rng, rng.randint(2, 8)), fill="#ddd" if dark else "#222", font=font(h * rng.uniform(0.02, 0.035)))
    page.paste(image, (rng.randint(0, w - image.width), round(rng.uniform(0.07, 1) * (h - image.height))))
    return page


def tinted(image, rng):
    colour = tuple(rng.randint(0, 255) for _ in range(3))
    return Image.blend(image, Image.new("RGB", image.size, colour), rng.uniform(0.15, 0.35))


def toned(image, rng):
    for kind in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = kind(image).enhance(rng.uniform(0.65, 1.5))
    return image


EDITS = {
    "jpeg": lambda i, r, o: (i, r.choice([8, 15, 20, 30, 60])),
    "quarter": lambda i, r, o: scaled(i, 0.25),
    "half": lambda i, r, o: scaled(i, 0.5),
    "thumb": lambda i, r, o: within(i, r.choice([48, 64, 100, 128])),
    "crop_small": lambda i, r, o: crop_sides(i, r, 0.02, 0.12),
    "crop70": lambda i, r, o: cropped(i, 0.7, r),
    "crop50": lambda i, r, o: cropped(i, 0.5, r),
    "crop33": lambda i, r, o: cropped(i, 0.36, r),
    "blur": lambda i, r, o: i.filter(ImageFilter.GaussianBlur(r.uniform(1, 4))),
    "grey": lambda i, r, o: i.convert("L").convert("RGB"),
    "tone": lambda i, r, o: toned(i, r),
    "tint": lambda i, r, o: tinted(i, r),
    "crop_tint": lambda i, r, o: toned(crop_sides(i, r, 0.1, 0.3), r),
    "swapped": lambda i, r, o: Image.merge("RGB", r.choice([lambda c: (c[2], c[1], c[0]), lambda c: (c[1], c[2], c[0])])(i.split())),
    "mirror": lambda i, r, o: i.transpose(Image.FLIP_LEFT_RIGHT),
    "turn90": lambda i, r, o: i.transpose(r.choice([Image.ROTATE_90, Image.ROTATE_270])),
    "turn180": lambda i, r, o: i.transpose(Image.ROTATE_180),
    "turn10": lambda i, r, o: i.rotate(r.uniform(-12, 12), Image.BICUBIC),
    "turn30": lambda i, r, o: i.rotate(r.choice([-30, 30]), Image.BICUBIC, expand=r.random() < 0.5),
    "stretch": lambda i, r, o: i.resize((round(i.width * r.uniform(1.2, 1.5)), i.height)),
    "border": lambda i, r, o: border(i, r),
    "letterbox": lambda i, r, o: letterbox(i, r),
    "bars": lambda i, r, o: blurred_bars(i, r),
    "caption": lambda i, r, o: caption(i, r),
    "meme": lambda i, r, o: meme(i, r),
    "watermark": lambda i, r, o: watermark(i, r),
    "logo": lambda i, r, o: corner_logo(i, r),
    "stickers": lambda i, r, o: stickers(i, r),
    "banner": lambda i, r, o: banner(i, r),
    "stamp": lambda i, r, o: date_stamp(i, r),
    "censor": lambda i, r, o: censored(i, r),
    "perspective": lambda i, r, o: perspective(i, r),
    "pixels": lambda i, r, o: scaled(i, r.choice([1 / 8, 1 / 6, 1 / 10])).resize(i.size, Image.NEAREST),
    "blend": lambda i, r, o: Image.blend(i, o.resize(i.size), r.uniform(0.25, 0.4)),
    "pasted": lambda i, r, o: pasted_in(i, r, o),
    "collage": lambda i, r, o: collage(i, r, o),
    "phone": lambda i, r, o: phone_shot(i, r),
    "desktop": lambda i, r, o: desktop_shot(i, r),
    "noise": lambda i, r, o: noisy(i, r, r.uniform(15, 40)),
}
# What is drawn over a photograph, or hides a part of it: the hardest to tell from other content.
OVERLAYS = ["stickers", "stickers", "meme", "blend", "banner", "censor", "logo", "watermark"]
CHAINABLE = ["jpeg", "half", "crop_small", "crop70", "tone", "grey", "mirror", "border", "caption", "meme", "logo", "stretch", "tint", "banner", "turn10", "stickers"]


def edit(name, image, rng, other):
    result = EDITS[name](image, rng, other)
    return result if isinstance(result, tuple) else (result, 90)


def chain(image, rng, other, length):
    quality = 90
    for name in rng.sample(CHAINABLE, length):
        image, quality = edit(name, image, rng, other)
    return image, quality


# ---- look-alikes of photographs: what differs is content

def textured_part(others, rng):
    """-> a part of a photograph that is no plain surface, which a sticker would look like"""
    while True:
        part = cropped(rng.choice(others), rng.uniform(0.3, 0.8), rng)
        levels = part.convert("L").point(lambda level: level // 8).histogram()[:32]
        if sum(sorted(levels)[-3:]) < 0.5 * sum(levels):
            return part


def fixed_camera(image, rng, others, is_noisy):
    """A frame with parts of the others in it. Without noise, as cameras that compress leave it, what does not change is equal."""
    image = scaled(image, 800 / max(image.size))
    draw = ImageDraw.Draw(image)
    if rng.random() < 0.6:
        size = image.height / rng.uniform(30, 50)
        draw.rectangle((0, 0, 15 * size, 1.4 * size), fill="black")
        draw.text((0.3 * size, 0.1 * size), f"CAM {image.width % 7} 2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}", fill="white", font=font(size))
    for _ in range(rng.randint(1, 3) if others else 0):
        part = textured_part(others, rng)
        part = within(part, image.height * rng.uniform(0.14, 0.4))
        if rng.random() < 0.3:  # a person stands upright
            part = covering(part, max(8, round(part.height * rng.uniform(0.35, 0.7))), part.height)
        mask = Image.new("L", part.size, 255)
        if rng.random() < 0.6:
            mask = Image.new("L", part.size, 0)
            ImageDraw.Draw(mask).ellipse((0, 0, *part.size), fill=255)
        image.paste(part, (rng.randint(0, image.width - part.width), rng.randint(round(0.1 * image.height), image.height - part.height)), mask)
    return noisy(image, rng, rng.uniform(1, 6)) if is_noisy else image


def burst(image, rng):
    """Another frame of a burst: the camera has moved a little, and something in the scene has too."""
    w, h = image.size
    s = rng.uniform(0.97, 1)
    dx, dy = rng.uniform(0, 1 - s) * w, rng.uniform(0, 1 - s) * h
    frame = image.transform((w, h), Image.AFFINE, (s, 0, dx, 0, s, dy), Image.BICUBIC)
    for _ in range(rng.randint(1, 2)):
        pw, ph = round(w * rng.uniform(0.2, 0.4)), round(h * rng.uniform(0.25, 0.5))
        x, y = rng.randint(0, w - pw), rng.randint(0, h - ph)
        part = image.crop((x, y, x + pw, y + ph)).rotate(rng.uniform(-8, 8), Image.BICUBIC)
        mask = Image.new("L", (pw, ph), 0)
        ImageDraw.Draw(mask).ellipse((0.05 * pw, 0.05 * ph, 0.95 * pw, 0.95 * ph), fill=255)
        mask = mask.filter(ImageFilter.GaussianBlur(3))
        tx, ty = x + rng.choice([-1, 1]) * rng.uniform(0.1, 0.3) * pw, y + rng.choice([-1, 1]) * rng.uniform(0.05, 0.2) * ph
        frame.paste(part, (round(tx), round(ty)), mask)
    return noisy(frame, rng, rng.uniform(1, 6)) if rng.random() < 0.4 else frame


# ---- drawn look-alikes: kind -> (shared rng of the template, rng of the item) -> image

def page(shared, rng):
    image = Image.new("RGB", (720, 1000), "white")
    draw = ImageDraw.Draw(image)
    draw.text((60, 60), words(rng, 3).title(), fill="#111", font=font(30))
    for line in range(34):
        draw.text((60, 130 + 24 * line), words(rng, rng.randint(3, 12) if line % 7 == 6 else 12)[:78], fill="#1a1a1a", font=font(15))
    return image


def receipt(shared, rng):
    image = Image.new("RGB", (420, 840), "white")
    draw = ImageDraw.Draw(image)
    draw.text((110, 30), words(shared, 2).upper(), fill="#111", font=font(30))
    draw.text((60, 90), words(shared, 5), fill="#222", font=font(14))
    y = 150
    for _ in range(rng.randint(6, 18)):
        draw.text((40, y), words(rng, 2), fill="#222", font=font(15))
        draw.text((320, y), f"{rng.uniform(1, 99):.2f}", fill="#222", font=font(15))
        y += 26
    draw.text((40, y + 10), "TOTAL", fill="#111", font=font(22))
    draw.text((300, y + 10), f"{rng.uniform(10, 400):.2f}", fill="#111", font=font(22))
    draw.text((60, 780), words(shared, 5), fill="#222", font=font(14))
    return image


def form(shared, rng):
    image = Image.new("RGB", (800, 1100), "white")
    draw = ImageDraw.Draw(image)
    draw.text((60, 50), words(shared, 3).title(), fill="#123", font=font(32))
    for row in range(14):
        y = 140 + 62 * row
        draw.text((60, y), words(shared, 2), fill="#555", font=font(15))
        draw.rectangle((250, y - 8, 740, y + 32), outline="#888")
        if row in (2, 5, 9):
            draw.text((262, y), words(rng, 2), fill="#114", font=font(18))
        else:
            draw.text((262, y), words(shared, 3), fill="#114", font=font(18))
    return image


def ticket(shared, rng):
    w, h = shared.choice([(700, 300), (640, 260), (560, 300)])
    colour = shared.choice(["#fff3d8", "#e8f4ff", "#fdeef0", "white"])
    ink = shared.choice(["#6b3510", "#123f70", "#222"])
    image = Image.new("RGB", (w, h), colour)
    draw = ImageDraw.Draw(image)
    draw.rectangle((8, 8, w - 9, h - 9), outline=ink, width=5)
    draw.text((36, 40), words(shared, 2).upper(), fill=ink, font=font(h / 6))
    draw.text((36, 0.45 * h), words(shared, 3), fill="black", font=font(h / 12))
    draw.line((0.58 * w, 20, 0.58 * w, h - 20), fill=ink, width=2)
    draw.text((0.6 * w, 0.68 * h), f"No {rng.randint(10000, 99999)}", fill="#b00", font=font(h / 8))
    return image


def product(shared, rng):
    image = Image.new("RGB", (600, 600), "#f8f9f9")
    draw = ImageDraw.Draw(image)
    w, h = rng.uniform(130, 240), rng.uniform(280, 420)
    x, y = (600 - w) / 2, 540 - h
    draw.rounded_rectangle((x, y, x + w, 540), 14, fill=rng.choice(["#b03a2e", "#1f618d", "#117a65", "#b7950b", "#6c3483"]))
    draw.rectangle((x + 0.35 * w, y - 40, x + 0.65 * w, y), fill="#444")
    draw.rectangle((x + 10, y + 0.3 * h, x + w - 10, y + 0.75 * h), fill=rng.choice(["#fdfefe", "#fcf3cf", "#d6eaf8"]))
    draw.text((x + 18, y + 0.34 * h), words(rng, 1).upper(), fill="#222", font=font(26))
    for line in range(3):
        draw.text((x + 18, y + 0.45 * h + 24 * line), words(rng, 2), fill="#222", font=font(14))
    return image


def label_product(shared, rng):
    """One product; another flavour on its label."""
    image = Image.new("RGB", (600, 700), "#fbfbfb")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((150, 90, 450, 640), 30, fill=shared.choice(["#b03a2e", "#1f618d", "#117a65", "#6c3483"]))
    draw.rectangle((220, 40, 380, 92), fill="#333")
    draw.rectangle((170, 220, 430, 520), fill="#fdfefe")
    draw.text((190, 240), words(shared, 1).upper(), fill="#222", font=font(42))
    draw.text((190, 310), words(rng, 1), fill="#a22", font=font(34))
    draw.text((190, 380), words(rng, 2), fill="#222", font=font(18))
    draw.text((190, 470), words(shared, 3), fill="#222", font=font(14))
    return image


def chat(shared, rng):
    image = Image.new("RGB", (540, 1170), shared.choice(["#ece5dd", "#0b141a", "#ffffff"]))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 540, 110), fill="#075e54")
    draw.text((90, 50), words(shared, 2), fill="white", font=font(24))
    y = 130
    while y < 1060:
        mine = rng.random() < 0.5
        lines = [words(rng, rng.randint(2, 5)) for _ in range(rng.randint(1, 4))]
        w = max(draw.textlength(line, font=font(17)) for line in lines) + 26
        x = 525 - w if mine else 15
        draw.rounded_rectangle((x, y, x + w, y + 22 * len(lines) + 22), 10, fill="#dcf8c6" if mine else "#f4f4f4")
        for k, line in enumerate(lines):
            draw.text((x + 12, y + 8 + 22 * k), line, fill="#111", font=font(17))
        y += 22 * len(lines) + 34
    draw.rounded_rectangle((15, 1095, 440, 1150), 25, fill="white")
    return image


def comic(shared, rng):
    image = Image.new("RGB", (700, 1000), "white")
    draw = ImageDraw.Draw(image)
    for row in range(3):
        for column in range(2):
            x, y = 20 + 335 * column, 20 + 325 * row
            draw.rectangle((x, y, x + 320, y + 310), outline="black", width=5)
            for _ in range(rng.randint(1, 3)):
                cx, cy, r = x + rng.uniform(60, 260), y + rng.uniform(110, 190), rng.uniform(22, 48)
                draw.ellipse((cx - r, cy - r, cx + r, cy + r), outline="black", width=4)
                draw.line((cx, cy + r, cx + rng.uniform(-20, 20), y + 300), fill="black", width=4)
                draw.line((cx - rng.uniform(30, 60), cy + r + rng.uniform(10, 50), cx + rng.uniform(30, 60), cy + r + 25), fill="black", width=4)
            draw.rounded_rectangle((x + 20, y + 14, x + rng.uniform(180, 290), y + 70), 16, outline="black", width=3)
            draw.text((x + 32, y + 30), words(rng, 3), fill="black", font=font(16))
    return image


def drawing(shared, rng):
    image = Image.new("RGB", (640, 640), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(4, 9)):
        points = [(rng.uniform(60, 580), rng.uniform(60, 580)) for _ in range(rng.randint(2, 6))]
        if rng.random() < 0.4:
            (x, y), r = points[0], rng.uniform(20, 120)
            draw.ellipse((x - r, y - r, x + r, y + r), outline="black", width=4)
        else:
            draw.line(points, fill="black", width=4, joint="curve")
    return image


def symbol(shared, rng):
    """A glyph on a transparent ground."""
    size = 256
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    ink = shared.choice([(0, 0, 0, 255), (255, 255, 255, 255), (200, 30, 30, 255)])
    clear = (0, 0, 0, 0)
    c = size / 2
    kind = rng.randrange(7)
    turn = rng.uniform(0, math.pi)
    n = rng.randint(3, 9)
    if kind == 0:
        draw.polygon([(c + rng.uniform(90, 115) * math.sin(turn + 2 * math.pi * k / n), c + 110 * math.cos(turn + 2 * math.pi * k / n)) for k in range(n)], fill=ink)
    elif kind == 1:
        draw.polygon([(c + 110 * (1 if k % 2 else 0.4) * math.sin(turn + math.pi * k / n), c + 110 * (1 if k % 2 else 0.4) * math.cos(turn + math.pi * k / n)) for k in range(2 * n)], fill=ink)
    elif kind == 2:
        draw.ellipse((20, 20, 236, 236), outline=ink, width=rng.randint(14, 30))
        for _ in range(rng.randint(1, 3)):
            a = rng.uniform(0, 2 * math.pi)
            draw.line((c, c, c + 80 * math.sin(a), c + 80 * math.cos(a)), fill=ink, width=22)
    elif kind == 3:
        draw.rounded_rectangle((24, rng.randint(30, 80), 232, rng.randint(180, 220)), 20, outline=ink, width=20)
        draw.line((40, 80, c, rng.uniform(110, 180), 216, 80), fill=ink, width=18)
    elif kind == 4:
        for k in range(rng.randint(2, 5)):
            y = 40 + 44 * k
            draw.rectangle((rng.randint(20, 80), y, rng.randint(140, 236), y + 22), fill=ink)
    elif kind == 5:
        draw.text((60, 0), rng.choice("ABDEFGHKMPQRSTWXYZ&@#%"), fill=ink, font=font(210))
    else:
        draw.rectangle((40, rng.randint(90, 140), 216, 230), fill=ink)
        draw.arc((70, 20, 186, 200), 180, 360, fill=ink, width=rng.randint(12, 28))
        r = rng.uniform(10, 40)
        draw.ellipse((c - r, 170 - r, c + r, 170 + r), fill=clear)
    return image


def plot(shared, rng):
    image = Image.new("RGB", (800, 600), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((80, 40, 760, 540), outline="black")
    for k in range(1, 6):
        draw.line((80, 40 + 83 * k, 760, 40 + 83 * k), fill="#ddd")
        draw.text((30, 30 + 83 * k), f"{100 - 20 * k}", fill="black", font=font(16))
        draw.text((80 + 113 * k, 550), f"{2 * k}", fill="black", font=font(16))
    draw.text((300, 8), words(shared, 3), fill="black", font=font(20))
    for colour in shared.sample(["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728"], 2):
        y, points = rng.uniform(150, 450), []
        for k in range(40):
            y = min(530, max(50, y + rng.gauss(0, 28)))
            points.append((80 + 17 * k, y))
        draw.line(points, fill=colour, width=3)
    return image


def bars(shared, rng):
    image = Image.new("RGB", (800, 600), "white")
    draw = ImageDraw.Draw(image)
    draw.line((80, 40, 80, 540, 760, 540), fill="black", width=2)
    draw.text((300, 8), words(shared, 3), fill="black", font=font(20))
    for k in range(8):
        draw.rectangle((100 + 80 * k, rng.uniform(80, 500), 150 + 80 * k, 540), fill="#4477aa")
        draw.text((100 + 80 * k, 550), words(shared, 1)[:6], fill="black", font=font(14))
    return image


def slide(shared, rng):
    image = Image.new("RGB", (960, 540), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 960, 80), fill=shared.choice(["#203864", "#7b1e3a", "#1e6b52"]))
    draw.text((40, 22), words(rng, 3).title(), fill="white", font=font(32))
    for k in range(rng.randint(3, 6)):
        draw.text((60, 120 + 60 * k), "•  " + words(rng, rng.randint(3, 8)), fill="#222", font=font(24))
    draw.text((40, 505), words(shared, 3), fill="#888", font=font(14))
    return image


def spots(image, rng, inside):
    """Adds one to three faint spots, soft or sharp, lighter or darker than what is there."""
    w, h = image.size
    for _ in range(rng.randint(1, 3)):
        spot = Image.new("L", image.size, 0)
        x, y = rng.uniform(inside[0], inside[2]) * w, rng.uniform(inside[1], inside[3]) * h
        r, level = rng.uniform(0.012, 0.07) * w, rng.randint(30, 200)
        for _ in range(rng.randint(1, 3)):
            dx, dy, q = rng.uniform(-r, r), rng.uniform(-r, r), rng.uniform(0.5, 1) * r
            ImageDraw.Draw(spot).ellipse((x + dx - q, y + dy - q, x + dx + q, y + dy + q), fill=level)
        spot = spot.filter(ImageFilter.GaussianBlur(rng.uniform(0.1, 0.6) * r))
        image = ImageChops.subtract(image, spot) if rng.random() < 0.3 else ImageChops.add(image, spot)
    return image


def xray(shared, rng):
    """A drawn chest; what differs are small spots."""
    w, h = shared.choice([(600, 700), (512, 512), (800, 900), (420, 560)])
    image = Image.new("L", (w, h), shared.randint(5, 60))
    draw = ImageDraw.Draw(image)
    draw.ellipse((0.1 * w, 0.06 * h, 0.9 * w, 1.1 * h), fill=shared.randint(80, 150))
    for x in (0.2, 0.55):
        draw.ellipse((x * w, 0.2 * h, (x + 0.25) * w, 0.83 * h), fill=shared.randint(20, 70))
    bones, width, level = shared.randint(6, 12), shared.randint(5, 16), shared.randint(100, 200)
    for k in range(bones):
        y = (0.16 + 0.68 * k / bones) * h
        for x in (0.13, 0.5):
            draw.arc((x * w, y, (x + 0.37) * w, y + 0.2 * h), 190, 350, fill=level, width=width)
    draw.rectangle((0.47 * w, 0.08 * h, 0.53 * w, h), fill=shared.randint(110, 190))
    image = image.filter(ImageFilter.GaussianBlur(shared.uniform(1, 6)))
    return noisy(spots(image, rng, (0.2, 0.22, 0.8, 0.85)).convert("RGB"), rng, rng.choice([0, rng.uniform(0, 2), rng.uniform(2, 7)]))


def scan(shared, rng):
    """A drawn cross-section of a head, with other spots."""
    side = shared.choice([512, 400, 640])
    image = Image.new("L", (side, side), shared.randint(0, 20))
    draw = ImageDraw.Draw(image)
    draw.ellipse((0.12 * side, 0.06 * side, 0.88 * side, 0.94 * side), fill=shared.randint(150, 230))
    draw.ellipse((0.16 * side, 0.1 * side, 0.84 * side, 0.9 * side), fill=shared.randint(60, 110))
    for _ in range(shared.randint(12, 40)):
        x, y, r = shared.uniform(0.24, 0.76) * side, shared.uniform(0.18, 0.82) * side, shared.uniform(0.015, 0.06) * side
        draw.ellipse((x - r, y - r, x + r, y + r), fill=shared.randint(60, 140))
    image = image.filter(ImageFilter.GaussianBlur(shared.uniform(1, 4)))
    return noisy(spots(image, rng, (0.28, 0.22, 0.72, 0.78)).convert("RGB"), rng, rng.choice([0, rng.uniform(0, 2), rng.uniform(2, 7)]))


def printed_shirt(shared, rng):
    """One shirt with another word on it."""
    return shirt(shared, shared, words(rng, 1).upper())


def shirt(shared, rng, word=""):
    image = Image.new("RGB", (700, 700), "#f7f7f7")
    draw = ImageDraw.Draw(image)
    colour = rng.choice(["#be2a33", "#2750b4", "#2a8c4a", "#3c3b42", "#e0c040", "#f0f0f0", "#111"])
    draw.polygon([(200, 120), (290, 95), (410, 95), (500, 120), (570, 240), (510, 290), (480, 250), (480, 610), (220, 610), (220, 250), (190, 290), (130, 240)], fill=colour)
    draw.ellipse((290, 60, 410, 130), fill="#f7f7f7")
    draw.line((240, 320, 232, 600), fill="#00000030", width=2)
    draw.arc((215, 300, 300, 420), 180, 300, fill="#555", width=2)
    if word:
        draw.text((260, 300), word, fill="white" if colour not in ("#f0f0f0", "#e0c040") else "#222", font=font(56))
    return image


def bag(shared, rng):
    image = Image.new("RGB", (600, 640), "white")
    draw = ImageDraw.Draw(image)
    colour = rng.choice(["#8b5a2b", "#222", "#a33", "#275", "#259", "#ccb"])
    draw.arc((190, 40, 410, 360), 180, 360, fill=colour, width=18)
    draw.rounded_rectangle((110, 200, 490, 580), 30, fill=colour)
    draw.rounded_rectangle((150, 330, 450, 540), 18, outline="#00000060", width=4)
    draw.ellipse((285, 380, 315, 410), fill="#d8c27a")
    return image


CONTENT = {  # another item of the kind is no copy
    "page": page, "receipt": receipt, "form": form, "ticket": ticket, "product": product, "label": label_product, "chat": chat,
    "comic": comic, "drawing": drawing, "symbol": symbol, "plot": plot, "bars": bars, "slide": slide, "xray": xray, "scan": scan,
    "printed": printed_shirt,
}
COLOURS = {"shirt": shirt, "bag": bag}  # another item of the kind is a copy, in another colour
MILD = ["crop_small", "jpeg", "half", "grey", "tone", "border", "caption", "mirror", "crop70"]


def main(photos, out, seed=0):
    os.makedirs(out, exist_ok=True)
    rng = random.Random(seed)
    pairs = []

    def save(name, image, quality=92):
        path = name + (".png" if image.mode == "RGBA" else ".jpg")
        image.save(os.path.join(out, path), **({} if image.mode == "RGBA" else {"quality": quality}))
        return path

    def pair(kind, one, other, copy):
        pairs.append({"kind": kind, "one": one, "other": other, "copy": copy})

    names = sorted(os.listdir(photos))
    everything = [Image.open(os.path.join(photos, name)).convert("RGB") for name in names]
    for at, image in enumerate(everything):
        stem = f"{at:04}"
        base = save(f"photo-{stem}", image)
        copies = {}
        chosen = rng.sample(list(EDITS), 2) + rng.sample(OVERLAYS, 4) + ["chain2"]
        for edit_name in dict.fromkeys(chosen):
            other = rng.choice([each for each in everything if each is not image])
            if edit_name.startswith("chain"):
                changed, quality = chain(image, rng, other, int(edit_name[-1]))
            else:
                changed, quality = edit(edit_name, image, rng, other)
            copies[edit_name] = save(f"edit-{stem}-{edit_name}", changed, quality)
            pair(f"edit/{edit_name}", base, copies[edit_name], True)
        mild = [n for n in copies if n in ("jpeg", "quarter", "half", "thumb", "crop_small", "grey", "tone", "tint", "caption", "border", "meme", "watermark", "logo", "stamp", "letterbox")]
        for one, other in rng.sample(list(itertools.combinations(mild, 2)), min(1, math.comb(len(mild), 2))):
            pair(f"family/{one}+{other}", copies[one], copies[other], True)
        is_noisy = rng.random() < 0.3
        frames = [save(f"camera-{stem}-{k}", fixed_camera(image, rng, everything, is_noisy), rng.choice([80, 90, 95])) for k in range(3)]
        pair("camera", frames[0], frames[1], False)
        pair("camera", frames[1], frames[2], False)
        pair("camera", save(f"camera-{stem}-empty", fixed_camera(image, rng, [], is_noisy), 90), frames[0], False)
        again, quality = edit(rng.choice(["jpeg", "half", "crop_small"]), Image.open(os.path.join(out, frames[0])), rng, image)
        pair("mild/camera", frames[0], save(f"camera-{stem}-again", again, quality), True)
        if at % 3 == 1:
            frames = [save(f"burst-{stem}-{k}", burst(image, rng), 90) for k in range(3)]
            pair("burst", frames[0], frames[1], False)
            pair("burst", frames[1], frames[2], False)
            pair("burst", base, frames[2], False)
    for kind, draw in {**CONTENT, **COLOURS}.items():
        for template in range(2):
            def shared():
                return random.Random(f"{seed}/{kind}/{template}")
            items, texts = [], {}
            for k in range(4):
                image = draw(shared(), random.Random(f"{seed}/{kind}/{template}/{k}"))
                if image.tobytes() in texts:
                    continue
                texts[image.tobytes()] = 1
                items.append((save(f"{kind}-{template}-{k}", image, 92), image))
            for i, (one, image) in enumerate(items):
                for other, _ in items[i + 1:]:
                    pair(kind, one, other, kind in COLOURS)
                flat = image
                if image.mode == "RGBA":
                    flat = Image.new("RGBA", image.size, "white" if image.getpixel((128, 128))[:3] != (255, 255, 255) else "#456")
                    flat.alpha_composite(image)
                    flat = flat.convert("RGB")
                for edit_name in rng.sample(MILD, 2) + ["crop_small"]:
                    changed, quality = edit(edit_name, flat, rng, everything[0])
                    copy = save(f"{kind}-{template}-{i}-{edit_name}", changed, min(quality, rng.choice([60, 75, 90])))
                    pair(f"mild/{kind}", one, copy, True)
                    if kind not in COLOURS and len(items) > 1:
                        pair(f"{kind}/edited", rng.choice([o for o, _ in items if o != one]), copy, False)
    with open(os.path.join(out, "pairs.json"), "w") as file:
        json.dump(pairs, file)
    print(len(pairs), "pairs")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)
