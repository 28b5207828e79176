import { type Colour, canvas, words } from './canvas.ts';
import { randomOf } from './random.ts';

type Random = () => number;
const pick = <Value>(values: readonly [Value, ...Value[]], random: Random): Value =>
  values[Math.floor(random() * values.length)] ?? values[0];
const digits = (random: Random): number[] => Array.from({ length: 5 }, () => Math.floor(random() * 10));
const INK: Colour = '#1a1a1a';

/** Kinds of images of which a tenant stores thousands: all different, all alike. */
const KINDS = { pages, receipts, products } as const;
export type LookAlike = keyof typeof KINDS;
export const LOOK_ALIKES = Object.keys(KINDS) as LookAlike[]; // Object.keys loses the literal types

/** Draws the `index`th image of a kind, as JPEG. Deterministic. */
export const lookAlike = (kind: LookAlike, index: number): Promise<Buffer> =>
  KINDS[kind](randomOf(`${kind}/${index}`))
    .image()
    .jpeg({ quality: 90 })
    .toBuffer();

/** A page of running text under a heading. */
function pages(random: Random) {
  const page = canvas(720, 1000, '#ffffff');
  page.text(words(3, random), 60, 70, 26, INK);
  for (let line = 0; line < 34; line++) {
    const ends = line % 7 === 6 ? 8 + Math.floor(random() * 20) : 62;
    page.text(words(14, random).slice(0, ends), 60, 150 + line * 24, 11, INK);
  }
  return page;
}

/** A receipt of one shop: the same header and footer; other goods, prices and times. */
function receipts(random: Random) {
  const shop = randomOf('the shop');
  const receipt = canvas(420, 840, '#ffffff');
  receipt.rect(120, 30, 180, 50, '#222222');
  receipt.text(words(2, shop), 130, 100, 16, INK);
  receipt.text(words(4, shop), 60, 130, 10, INK);
  const goods = 10 + Math.floor(random() * 8);
  for (let row = 0; row < goods; row++) {
    receipt.text(words(2, random).slice(0, 14), 40, 190 + row * 26, 11, INK);
    receipt.text(digits(random), 320, 190 + row * 26, 11, INK);
  }
  receipt.text(digits(random), 300, 200 + goods * 26, 18, INK);
  receipt.text(words(3, shop), 60, 740, 10, INK);
  receipt.text([...digits(random), -1, ...digits(random)], 60, 770, 10, INK);
  return receipt;
}

/** A bottle, box or jar with a label, on a plain background. */
function products(random: Random) {
  const shot = canvas(600, 600, '#f8f9f9');
  const colour = pick<Colour>(['#b03a2e', '#1f618d', '#117a65', '#b7950b', '#6c3483', '#2e4053'], random);
  const label = pick<Colour>(['#fdfefe', '#fcf3cf', '#d6eaf8'], random);
  const [width, height] = [130 + 110 * random(), 280 + 140 * random()];
  const [x, y, neck] = [(600 - width) / 2, 540 - height, pick([0, 40, 80], random)];
  shot.rect(x - width * 0.2, 540, width * 1.4, 10, '#d5d8dc');
  shot.rect(x, y + neck, width, height - neck, colour);
  if (neck > 0) shot.rect(x + width * 0.32, y - 10, width * 0.36, neck + 10, colour);
  const top = y + neck + (height - neck) * (0.25 + 0.1 * random());
  shot.rect(x + 8, top, width - 16, (height - neck) * 0.45, label);
  for (let line = 0; line < 4; line++)
    shot.text(words(2, random).slice(0, 11), x + 18, top + 16 + line * 28, line === 0 ? 18 : 11, INK);
  return shot;
}
