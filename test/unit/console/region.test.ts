import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apply, type Quad, squareToQuad } from '../../../console/src/features/search/homography.ts';
import {
  inWhole,
  parseRegion,
  quadOfWhole,
  regionBetween,
  regionText,
} from '../../../console/src/features/search/region.ts';

const coordinate = fc.double({ min: -0.5, max: 1.5, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });

it('lies within the picture wherever it is dragged, and survives the address', () => {
  fc.assert(
    fc.property(point, point, (one, other) => {
      const region = regionBetween(one, other);
      if (!region) return;
      expect(region.x + region.width).toBeLessThanOrEqual(1 + 1e-9);
      expect(region.y + region.height).toBeLessThanOrEqual(1 + 1e-9);
      const read = parseRegion(regionText(region));
      for (const side of ['x', 'y', 'width', 'height'] as const)
        expect(read?.[side]).toBeCloseTo(region[side], 3);
    }),
  );
});

it('is none after a click, or if the address has none', () => {
  expect(regionBetween({ x: 0.5, y: 0.5 }, { x: 0.51, y: 0.9 })).toBeUndefined();
  for (const text of [undefined, '', 'a', '0,0,1', '0,0,0,1', '0.5,0,0.6,1', '-0.1,0,0.5,0.5'])
    expect(parseRegion(text)).toBeUndefined();
});

it('lies on the stored picture where it does, also when the whole picture is laid there', () => {
  const region = { x: 0.2, y: 0.1, width: 0.5, height: 0.6 };
  const quad: Quad = [
    { x: 0.3, y: 0.2 },
    { x: 0.8, y: 0.25 },
    { x: 0.75, y: 0.9 },
    { x: 0.25, y: 0.8 },
  ];
  const whole = squareToQuad(quadOfWhole(quad, region));
  for (const [index, corner] of [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 1 },
    { x: 0, y: 1 },
  ].entries()) {
    const point = apply(whole, inWhole(corner, region));
    expect(point.x).toBeCloseTo(quad[index]?.x ?? 0, 9);
    expect(point.y).toBeCloseTo(quad[index]?.y ?? 0, 9);
  }
});
