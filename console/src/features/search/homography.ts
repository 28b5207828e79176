/** A point; in fractions of a picture's width and height unless said otherwise. */
export interface Point {
  x: number;
  y: number;
}
/** Corners of a picture, in the order of the API: top left, top right, bottom right, bottom left. */
export type Quad = readonly [Point, Point, Point, Point];
/** A projective transform, by rows; the last of its nine numbers is not always 1. */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

export const UNIT_SQUARE: Quad = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
];

/** Returns the transform that leads the corners of the unit square to a quad (Heckbert 1989, §2.2.3). */
export function squareToQuad([a, b, c, d]: Quad): Homography {
  const dx1 = b.x - c.x;
  const dx2 = d.x - c.x;
  const dy1 = b.y - c.y;
  const dy2 = d.y - c.y;
  const sx = a.x - b.x + c.x - d.x;
  const sy = a.y - b.y + c.y - d.y;
  const det = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / det;
  const h = (dx1 * sy - sx * dy1) / det;
  return [
    b.x - a.x + g * b.x,
    d.x - a.x + h * d.x,
    a.x,
    b.y - a.y + g * b.y,
    d.y - a.y + h * d.y,
    a.y,
    g,
    h,
    1,
  ];
}

/** Returns the inverse, up to a factor. */
export const inverse = ([a, b, c, d, e, f, g, h, i]: Homography): Homography => [
  e * i - f * h,
  c * h - b * i,
  b * f - c * e,
  f * g - d * i,
  a * i - c * g,
  c * d - a * f,
  d * h - e * g,
  b * g - a * h,
  a * e - b * d,
];

export function apply([a, b, c, d, e, f, g, h, i]: Homography, { x, y }: Point): Point {
  const w = g * x + h * y + i;
  return { x: (a * x + b * y + c) / w, y: (d * x + e * y + f) / w };
}

/** Returns the CSS transform that lays an element of `width` × `height` pixels over a quad within the same box. */
export function cssTransform(quad: Quad, width: number, height: number): string {
  const [a, b, c, d, e, f, g, h, i] = squareToQuad(quad);
  // In pixels: x' = W·H(x/W, y/H).
  const ratio = width / height;
  const columns = [
    [a, d / ratio, 0, g / width],
    [b * ratio, e, 0, h / height],
    [0, 0, 1, 0],
    [c * width, f * height, 0, i],
  ];
  return `matrix3d(${columns
    .flat()
    .map((value) => Number(value.toPrecision(12)))
    .join(', ')})`;
}

/** Clips a polygon to the unit square (Sutherland and Hodgman 1974). */
export function clipToUnitSquare(polygon: readonly Point[]): Point[] {
  const edges: [(point: Point) => number][] = [
    [({ x }) => x],
    [({ x }) => 1 - x],
    [({ y }) => y],
    [({ y }) => 1 - y],
  ];
  let points = [...polygon];
  for (const [inside] of edges)
    points = points.flatMap((point, index) => {
      const before = points.at(index - 1) ?? point;
      const [here, there] = [inside(point), inside(before)];
      const share = there / (there - here);
      const crossing = {
        x: before.x + share * (point.x - before.x),
        y: before.y + share * (point.y - before.y),
      };
      if (here >= 0) return there >= 0 ? [point] : [crossing, point];
      return there >= 0 ? [crossing] : [];
    });
  return points;
}

/** Returns the part of the query that the stored image shows, as a polygon in the query. @param quad the query's corners in the stored image */
export const partOfQuery = (quad: Quad): Point[] => {
  const toQuery = inverse(squareToQuad(quad));
  // Clipped in the stored image, where all is finite.
  return clipToUnitSquare(quad).map((point) => apply(toQuery, point));
};
