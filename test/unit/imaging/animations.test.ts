import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#shared/imaging/sharp-decode.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { animatedGif } from '../../fixtures/hostile.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { bytes, u32be } from '../../hostile/build/bytes.ts';
import * as png from '../../hostile/build/png.ts';
import * as tiff from '../../hostile/build/tiff.ts';

const imaging = sharpImaging();
const small = sharp(photograph('dust-bowl-home')).resize(128, 96, { fit: 'fill' });
const first = await small.clone().png().toBuffer();
const other = await small.clone().negate().png().toBuffer();
const third = await small.clone().flop().png().toBuffer();
const joined = sharp([first, other, third], { join: { animated: true } });
const pixelsOf = async (file: Buffer) => imaging.pixelHash((await decodeImage(file)).raster);

describe('an animation', () => {
  it('is its first frame, and has the number of frames', async () => {
    const gif = await animatedGif();
    const webp = await joined.clone().webp({ lossless: true }).toBuffer();
    expect(await decodeImage(gif)).toMatchObject({ format: 'gif', frames: 3, warnings: [] });
    expect(await decodeImage(webp)).toMatchObject({ format: 'webp', frames: 3, warnings: [] });
    expect(await pixelsOf(webp)).toBe(await pixelsOf(first));
    const still = await sharp(await animatedGif(), { page: 0 })
      .png()
      .toBuffer();
    expect(await pixelsOf(gif)).toBe(await pixelsOf(still));
  });

  it('is the default image of an APNG, also of one of a single frame', async () => {
    const control = (frames: number) => png.chunk('acTL', bytes(u32be(frames), u32be(0)));
    const frame = png.chunk('fcTL', Buffer.alloc(26));
    const [one, three] = [1, 3].map((count) => png.withChunks(first, control(count), frame));
    expect(await decodeImage(one ?? first)).not.toHaveProperty('frames');
    expect(await decodeImage(three ?? first)).toMatchObject({ format: 'png', frames: 3 });
    for (const file of [one, three])
      expect(await pixelsOf(file ?? Buffer.alloc(0))).toBe(await pixelsOf(first));
  });

  it('is the still image of an AVIF sequence', async () => {
    // Three frames of 160 × 120, written by Pillow 13 (libavif).
    const file = readFileSync(new URL('../../fixtures/avif/three-frames.avif', import.meta.url));
    expect(file.toString('latin1', 8, 12)).toBe('avis');
    expect(await decodeImage(file)).toMatchObject({
      format: 'avif',
      frames: 3,
      raster: { width: 160, height: 120 },
    });
  });

  it('is refused if it is a sequence without a still image', async () => {
    const file = Buffer.from('\0\0\0\x14ftypmsf1\0\0\0\0hevc\0\0\0\x08moov', 'latin1');
    await expect(decodeImage(file)).rejects.toMatchObject({ code: 'too_many_frames' });
  });
});

describe('a TIFF of several pages', () => {
  it('is its first page, and has the number of pages', async () => {
    const { raster, ...read } = await decodeImage(tiff.pages(3));
    expect(read).toMatchObject({ format: 'tiff', pages: 3, warnings: [] });
    expect(imaging.pixelHash(raster)).toBe(await pixelsOf(tiff.pages(1)));
  });

  it.each([
    ['behind its page', (copy: number) => [undefined, copy]],
    ['before its page', (copy: number) => [copy, undefined]],
  ] as const)('has a reduced copy that is no page: %s', async (_, order) => {
    const file = tiff.pagesOfTypes(order(1));
    expect(await decodeImage(file)).not.toHaveProperty('pages');
    expect(await decodeImage(file)).toMatchObject({ raster: { width: 64, height: 64 } });
  });

  it('is read although a later directory is beyond the end', async () => {
    const file = tiff.pages(2);
    expect(await decodeImage(file.subarray(0, file.length - 20))).not.toHaveProperty('pages');
  });
});
