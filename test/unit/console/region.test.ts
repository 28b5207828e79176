import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseRegion, regionBetween, regionText } from '../../../console/src/features/search/region.ts';

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
