import { describe, expect, test } from 'vitest';
import { blockSide, compareBlocks } from '#shared/matching/registration/compare-blocks.ts';
import type { Difference } from '#shared/matching/registration/describe-area.ts';
import { findDifferences } from '#shared/matching/registration/find-differences.ts';
import type { GreyImage } from '#shared/matching/registration/grey-image.ts';
import { transformOf } from '#shared/matching/registration/quad-transform.ts';
import { IDENTITY } from '#shared/matching/registration/register-images.ts';

const SIDE = 256;
type Brightness = (x: number, y: number) => number;

const drawn = (brightness: Brightness): GreyImage => ({
  width: SIDE,
  height: SIDE,
  data: Float32Array.from({ length: SIDE * SIDE }, (_, at) => brightness(at % SIDE, Math.floor(at / SIDE))),
});

/** Soft waves, as a photograph has. */
const photograph: Brightness = (x, y) =>
  120 + 40 * Math.sin(x / 3) * Math.cos(y / 7) + 20 * Math.sin((x + y) / 11);
const SPOT = { x: 130, y: 120, radius: 22 };
const fromSpot = (x: number, y: number): number => Math.hypot(x - SPOT.x, y - SPOT.y);

const grey: Brightness = () => 0;

/** Returns the largest area in which an image differs from the photograph, which is grey. */
function largestDifference(brightness: Brightness, [blue, red]: readonly Brightness[] = []): Difference {
  const [one, other] = [drawn(photograph), drawn(brightness)];
  const colours = {
    one: () => [one, drawn(grey), drawn(grey)] as const,
    other: () => [other, drawn(blue ?? grey), drawn(red ?? grey)] as const,
  };
  const grid = compareBlocks(one, other, transformOf(IDENTITY, one, other), blockSide(SIDE));
  const { areas } = findDifferences({ one, other, quad: IDENTITY, grid }, colours);
  const [area] = areas.toSorted((first, second) => second.size - first.size);
  if (!area) throw new Error('Nothing differs.');
  return area;
}

const shifted = largestDifference((x, y) => photograph(fromSpot(x, y) < SPOT.radius ? x + 5 : x, y));
const sticker = largestDifference((x, y) => (fromSpot(x, y) < SPOT.radius ? 250 : photograph(x, y)));
/** Orange, and as bright as what it hides. */
const colourful = largestDifference(
  (x, y) => (fromSpot(x, y) < SPOT.radius ? 140 : photograph(x, y)),
  [-90, 80].map((level) => (x: number, y: number) => (fromSpot(x, y) < SPOT.radius ? level : 0)),
);
const letters = largestDifference((x, y) =>
  fromSpot(x, y) < SPOT.radius && x % 8 < 3 ? 250 : photograph(x, y),
);
const softSpot = largestDifference(
  (x, y) => photograph(x, y) + 110 * Math.exp(-((fromSpot(x, y) / 14) ** 2)),
);

describe('findDifferences', () => {
  test('tells what is some pixels off from what is drawn over', () => {
    expect(shifted.shifted).toBeGreaterThan(0.5);
    expect(sticker.shifted).toBeLessThan(0.4);
    expect(softSpot.shifted).toBeLessThan(0.4);
  });

  test('tells the sharp edges of letters from the soft ones of a spot', () => {
    expect(letters.sharpness).toBeGreaterThan(2 * softSpot.sharpness);
  });

  test('tells white on one side', () => {
    expect(sticker.changed.map(({ extreme }) => Math.round(extreme))).toEqual([1, 0]);
    expect(softSpot.changed.map(({ extreme }) => Math.round(extreme))).toEqual([0, 0]);
  });

  test('tells one colour on one side', () => {
    const [plain, hidden] = colourful.colours.sides;
    expect(plain.uniform).toBeGreaterThan(0.9);
    expect(plain.vivid).toBeCloseTo(170, -1);
    expect(hidden.uniform).toBeLessThan(plain.uniform);
    expect(hidden.vivid).toBe(0);
    expect(colourful.colours.distance).toBeCloseTo(170, -1);
    expect(sticker.colours.sides.map(({ vivid }) => vivid)).toEqual([0, 0]);
    expect(sticker.colours.distance).toBe(0);
  });
});
