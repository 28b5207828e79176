import { describe, expect, it } from 'vitest';
import { perspective, type Quad, squareTo } from '../../eval/perspective.ts';

const WHOLE: Quad = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
const SLANTED: Quad = [
  [0.1, 0.2],
  [1.1, -0.1],
  [0.9, 1.2],
  [-0.2, 0.8],
];
const pixels = (width: number, height: number) => ({
  data: Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 37) % 256),
  width,
  height,
  channels: 3,
});

describe('a projective map', () => {
  it('carries the corners of the square to those of the quad', () => {
    const corners = WHOLE.map(([u, v]) => squareTo(SLANTED)(u, v));
    for (const [at, [x, y]] of corners.entries()) {
      expect(x).toBeCloseTo(SLANTED[at]?.[0] ?? Number.NaN, 10);
      expect(y).toBeCloseTo(SLANTED[at]?.[1] ?? Number.NaN, 10);
    }
  });

  it('carries lines to lines', () => {
    const [start, middle, end] = [0.1, 0.4, 0.8].map((at) => squareTo(SLANTED)(at, 1 - at / 2));
    if (!start || !middle || !end) throw new Error('three points');
    const area = (middle[0] - start[0]) * (end[1] - start[1]) - (middle[1] - start[1]) * (end[0] - start[0]);
    expect(area).toBeCloseTo(0, 10);
  });
});

describe('a change of perspective', () => {
  it('shows the whole image as it is', () => {
    const image = pixels(9, 7);
    expect(perspective(image, WHOLE)).toEqual(image.data);
  });

  it('shows a quarter at twice its size', () => {
    const image = {
      data: Uint8Array.from([10, 10, 90, 90, 10, 10, 90, 90]),
      width: 4,
      height: 2,
      channels: 1,
    };
    const left: Quad = [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ];
    expect([...perspective(image, left)].slice(1, 3)).toEqual([10, 10]);
  });

  it('is black beyond the image', () => {
    const beyond = WHOLE.map(([x, y]) => [x * 3 - 1, y * 3 - 1] as const);
    const [a, b, c, d] = beyond;
    if (!a || !b || !c || !d) throw new Error('four corners');
    const image = { data: new Uint8Array(81).fill(200), width: 9, height: 9, channels: 1 };
    const warped = perspective(image, [a, b, c, d]);
    expect(warped[0]).toBe(0);
    expect(warped[40]).toBe(200);
    expect(warped.filter((value) => value === 200)).toHaveLength(9);
  });
});
