import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import sharp, { type OverlayOptions } from 'sharp';
import { describe, expect, test } from 'vitest';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { comparePixels } from '#shared/matching/compare-pixels.ts';
import { copyProbability } from '#shared/matching/decision/copy-probability.ts';
import { decide } from '#shared/matching/decision/decide.ts';
import { type PixelImage, pixelImage } from '#shared/matching/pixel-image.ts';
import { inverseQuad } from '#shared/matching/registration/quad-transform.ts';
import { croppedCopy, drawn } from '../../eval/look-alike-kinds.ts';
import { lookAlike } from '../../eval/look-alikes.ts';
import { collage, tile } from '../../fixtures/collage.ts';
import { edits } from '../../fixtures/edits.ts';
import { PHOTOGRAPHS, type PhotographName, photograph } from '../../fixtures/photographs.ts';
import { manifest } from '../search/library.ts';

const imaging = sharpImaging();
const read = async (bytes: Uint8Array): Promise<PixelImage> => {
  const image = await imaging.read(bytes);
  return pixelImage(image, image.modelImage);
};

/** As of any two pictures; pixels alone have to do here. */
const DESCRIPTORS = { rareInlierScore: 5, variety: 0.3 };
function probability(query: PixelImage, stored: PixelImage): number {
  if (!manifest.decision) throw new Error('The default model has no decision.');
  const { pixels } = comparePixels(query, stored);
  return copyProbability({ pixels, ...DESCRIPTORS }, manifest.decision);
}

/** One of the two calls may be the first that is compiled: the last digits may differ then. */
const toNineDigits = (pixels: unknown): unknown =>
  JSON.parse(
    JSON.stringify(pixels, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(9)) : value)),
  );

const names = fc.constantFrom(...PHOTOGRAPHS);
const editNames = fc.constantFrom(...(Object.keys(edits) as (keyof typeof edits)[])); // Object.keys loses the literal types

describe('comparePixels', () => {
  test('measures the same from either end, and its quads are inverse', async () => {
    await fc.assert(
      fc.asyncProperty(names, names, editNames, async (name, other, edit) => {
        const one = await read(await edits[edit](photograph(name)));
        const two = await read(photograph(other));
        const [there, back] = [comparePixels(one, two), comparePixels(two, one)];
        expect(toNineDigits(back.pixels)).toEqual(toNineDigits(there.pixels));
        const inverse = inverseQuad(there.quad);
        for (const [corner, { x, y }] of back.quad.entries()) {
          expect(inverse?.[corner]?.x).toBeCloseTo(x, 4);
          expect(inverse?.[corner]?.y).toBeCloseTo(y, 4);
        }
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    'jpeg20',
    'resize25',
    'grey',
    'crop70',
    'brightness',
    'mirrored',
    'turned90',
    'border',
    'caption',
  ] as const)('a photograph edited by %s is a copy', async (edit) => {
    for (const name of ['allium-oreophilum', 'nagasaki-boats'] as const) {
      const [copy, original] = await Promise.all([
        edits[edit](photograph(name)).then(read),
        read(photograph(name)),
      ]);
      expect(probability(copy, original)).toBeGreaterThan(0.8);
    }
  });

  test('another photograph is none', async () => {
    const images = await Promise.all(PHOTOGRAPHS.map((name) => read(photograph(name))));
    for (const [index, image] of images.entries())
      for (const other of images.slice(index + 1)) expect(probability(image, other)).toBeLessThan(0.5);
  });

  test('something before a plain wall is other content, and a plain sticker before much detail is none', async () => {
    const size = { width: 1000, height: 750 };
    const wall = await sharp(Uint8Array.of(200, 190, 170, 180, 170, 150), {
      raw: { width: 2, height: 1, channels: 3 },
    })
      .resize(500, 750, { fit: 'fill' })
      .png()
      .toBuffer();
    const room = await sharp(photograph('nagasaki-boats'))
      .resize({ ...size, fit: 'cover' })
      .composite([{ input: wall, left: 500, top: 0 }])
      .png()
      .toBuffer();
    const frame = (...placed: OverlayOptions[]) =>
      sharp(room).composite(placed).jpeg({ quality: 90 }).toBuffer().then(read);
    const visitor = await sharp(photograph('acanthus-mollis')).resize(140, 240).toBuffer();
    const red = { create: { width: 140, height: 140, channels: 3, background: '#e02030' } } as const;
    const empty = await frame();
    for (const left of [560, 800])
      expect(probability(await frame({ input: visitor, left, top: 400 }), empty)).toBeLessThan(0.5);
    for (const left of [60, 300])
      expect(probability(await frame({ input: red, left, top: 400 }), empty)).toBeGreaterThan(0.7);
  });

  test('another product that fits only when it is stretched is none, though little is left of its label', async () => {
    const quarter = await edits.resize25(await lookAlike('products', 10));
    const [small, other] = [await read(quarter), await read(await lookAlike('products', 5))];
    const { pixels } = comparePixels(small, other);
    expect(pixels.stretch).toBeGreaterThan(0.14);
    const evidence = {
      ...{ sameBytes: false, samePixels: false, perceptualDistance: 4, turnedDistance: 4 },
      ...{ rareInlierScore: 1.5, variety: 0.1, pixels },
    };
    expect(decide(evidence, manifest).verdict).toBe('similar');
  });

  test.each(['grey', 'crop70', 'border', 'turned90'] as const)(
    'an image is not stretched by %s',
    async (edit) => {
      const one = photograph('nagasaki-boats');
      expect(comparePixels(await read(await edits[edit](one)), await read(one)).pixels.stretch).toBeLessThan(
        0.03,
      );
    },
  );

  test('another ticket is none, though both are divided at the same place, and one part is the same', async () => {
    const copies = await Promise.all(
      Array.from({ length: 5 }, async (_, index) =>
        read(await croppedCopy(await drawn('tickets', index, []), `tickets-${index}`)),
      ),
    );
    for (const [index, ticket] of copies.entries())
      for (const other of copies.slice(index + 1)) expect(probability(ticket, other)).toBeLessThan(0.6);
  });
});

describe('a collage', () => {
  const [own, other, third] = [
    photograph('nagasaki-boats'),
    photograph('locomotion-house-cat'),
    photograph('dust-bowl-home'),
  ];
  /** Much of its grass is lost in a collage. */
  const detailed = readFileSync('samples/camera.jpg');

  /** Returns where a collage has the first of the images, to half of a side, as seen from either end. */
  const placesOf = async (image: Uint8Array, ...shown: Uint8Array[]) => {
    const [query, stored] = await Promise.all([collage(shown).then(read), tile(image).then(read)]);
    const there = comparePixels(query, stored);
    const back = comparePixels(stored, query);
    const corners = [
      [there.quad, ...there.elsewhere()].map((quad) => inverseQuad(quad)?.[0]),
      [back.quad, ...back.elsewhere()].map(([corner]) => corner),
    ];
    const toHalves = (share = 0) => Math.round(share * 2) / 2;
    return corners.map((places) => places.map((point) => [toHalves(point?.x), toHalves(point?.y)]).sort());
  };

  test.each([
    ['a photograph', own],
    ['a photograph of which the collage has lost detail', detailed],
  ])('has both places of an image that it shows twice, from either end: %s', async (_, twice) => {
    const places = [
      [0, 0],
      [0.5, 0.5],
    ];
    expect(await placesOf(twice, twice, other, third, twice)).toEqual([places, places]);
  });

  test('shows squares of photographs, which are copies', async () => {
    const shown = ['nagasaki-boats', 'acanthus-mollis', 'dust-bowl-home', 'allium-oreophilum'] as const;
    const query = await collage(shown.map(photograph)).then(read);
    for (const name of shown)
      expect([name, probability(query, await read(photograph(name))) > 0.9]).toEqual([name, true]);
  });

  test.each([
    ['upright', 400, 600],
    ['a panorama', 660, 300],
  ])('shows the middle of photographs, which are copies: %s', async (_, width, height) => {
    const shown = ['nagasaki-boats', 'acanthus-mollis', 'dust-bowl-home', 'allium-oreophilum'] as const;
    const images = await Promise.all(
      shown.map((name) => sharp(photograph(name)).resize(width, height, { fit: 'cover' }).toBuffer()),
    );
    const query = await collage(images).then(read);
    for (const [index, image] of images.entries())
      expect([shown[index], probability(query, await read(image)) > 0.9]).toEqual([shown[index], true]);
  });

  test.each([
    ['upright', 400, 640],
    ['across', 640, 400],
  ])('shows a photograph with little detail, which is a copy: %s', async (_, width, height) => {
    const colours = [0xf6, 0xb7, 0xc0, 0xe0, 0x90, 0xa0, 0xd0, 0x70, 0x80, 0xc2, 0x56, 0x6b];
    const ground = sharp(Uint8Array.from(colours), { raw: { width: 2, height: 2, channels: 3 } });
    const input = await sharp(photograph('allium-oreophilum')).resize(150, 150).toBuffer();
    const smooth = await ground.resize(width, height, { fit: 'fill' }).png().toBuffer();
    const still = await sharp(smooth)
      .composite([{ input, left: width / 2 - 60, top: height / 2 - 75 }])
      .jpeg()
      .toBuffer();
    const query = await collage([other, still, own, third]).then(read);
    expect(probability(query, await read(still))).toBeGreaterThan(0.9);
  });

  test('has one place of an image that it shows once', async () => {
    expect(await placesOf(own, other, own, third, other)).toEqual([[[0.5, 0]], [[0.5, 0]]]);
  });
});

describe('the changes', () => {
  const changesOf = async (name: PhotographName, edit: (bytes: Uint8Array) => Promise<Uint8Array>) => {
    const original = photograph(name);
    const [copy, stored] = await Promise.all([edit(original).then(read), read(original)]);
    return comparePixels(copy, stored).changes();
  };
  const named = async (edit: (bytes: Uint8Array) => Promise<Uint8Array>) =>
    (await changesOf('nagasaki-boats', edit)).map(({ change }) => change);

  test('name the edits', async () => {
    expect(await named(edits.crop70)).toContain('crop');
    expect(await named(edits.resize25)).toContain('resize');
    expect(await named(edits.mirrored)).toContain('mirror');
    expect(await named(edits.turned90)).toContain('rotation');
    expect(await named(edits.border)).toContain('border');
    const top = (bytes: Uint8Array) =>
      sharp(bytes).extend({ top: 120, background: '#ffffff' }).jpeg({ quality: 90 }).toBuffer();
    expect(await named(top)).toContain('caption');
    expect(await named(edits.caption)).toContain('overlay');
    expect(await named(edits.banner)).toContain('overlay');
    expect(
      await named((bytes) => sharp(bytes).modulate({ hue: 90 }).jpeg({ quality: 95 }).toBuffer()),
    ).toEqual(['colour']);
    expect(await named(edits.jpeg20)).toEqual(['quality']);
  });

  test('tell how much', async () => {
    const quarter = await changesOf('nagasaki-boats', edits.resize25);
    expect(quarter.find(({ change }) => change === 'resize')?.amount).toBeCloseTo(0.25, 1);
    const crop = await changesOf('nagasaki-boats', edits.crop70);
    expect(Math.abs((crop.find(({ change }) => change === 'crop')?.amount ?? 0) - 0.7)).toBeLessThan(0.03);
    const turned = await changesOf('nagasaki-boats', edits.turned90);
    expect(Math.abs(turned.find(({ change }) => change === 'rotation')?.amount ?? 0)).toBe(90);
  });
});
