import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  croppedCopy,
  drawn,
  familyIn,
  KIND_NAMES,
  PHOTOGRAPHS_OF_FRAMES,
} from '../../eval/look-alike-kinds.ts';
import { lookAlike } from '../../eval/look-alikes.ts';

const ITEMS = 12;
let photographs: Buffer[];
beforeAll(async () => {
  photographs = await Promise.all(
    Array.from({ length: PHOTOGRAPHS_OF_FRAMES }, (_, at) => lookAlike('products', at)),
  );
});
/** On a ground on which black and white are seen. */
const pixels = (bytes: Uint8Array) =>
  sharp(bytes).flatten({ background: '#808080' }).resize(256, 256, { fit: 'fill' }).raw().toBuffer();
const greatestDifference = (one: Uint8Array, other: Uint8Array): number =>
  one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);

describe.each(KIND_NAMES)('%s', (kind) => {
  it('are the same each time, and visibly differ from each other', async () => {
    expect((await drawn(kind, 1, photographs)).equals(await drawn(kind, 1, photographs))).toBe(true);
    const items = kind === 'symbols' ? ITEMS : 5; // symbols are not drawn at random
    const shown = await Promise.all(
      Array.from({ length: items }, async (_, index) => pixels(await drawn(kind, index, photographs))),
    );
    for (const [at, one] of shown.entries())
      for (const other of shown.slice(at + 1)) expect(greatestDifference(one, other)).toBeGreaterThan(30);
  });

  it('have copies that are somewhat smaller and still show something', async () => {
    const original = await drawn(kind, 2, photographs);
    const copy = await croppedCopy(original, `${kind}-2`);
    const [before, after] = [await sharp(original).metadata(), await sharp(copy).metadata()];
    expect(after.width).toBe(Math.round(0.94 * before.width));
    expect(after.hasAlpha).toBe(before.hasAlpha);
    const { channels } = await sharp(await pixels(copy), {
      raw: { width: 256, height: 256, channels: 3 },
    }).stats();
    expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(10);
  });
});

it('takes products in other colours, and nothing else, for copies', () => {
  const families = KIND_NAMES.map((kind) => ({
    kind,
    count: new Set(Array.from({ length: ITEMS }, (_, index) => familyIn(kind, index))).size,
  }));
  for (const { kind, count } of families) expect(count).toBe(kind === 'colours' ? 3 : ITEMS);
});
