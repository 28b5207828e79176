/** A point in an image, as fractions of its width and height. */
type Point = readonly [x: number, y: number];
/** Where the corners of a frame lie: upper left, upper right, lower right, lower left. */
export type Quad = readonly [Point, Point, Point, Point];

interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
  channels: number;
}

/**
 * Returns the projective map of the unit square to a quad (P. Heckbert, "Fundamentals of Texture Mapping and Image Warping",
 * 1989, section 2.2.3).
 */
export function squareTo([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]: Quad): (u: number, v: number) => Point {
  const [dx1, dx2, sx] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, sy] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const area = dx1 * dy2 - dx2 * dy1;
  const [g, h] = [(sx * dy2 - dx2 * sy) / area, (dx1 * sy - sx * dy1) / area];
  return (u, v) => {
    const depth = g * u + h * v + 1;
    return [
      ((x1 - x0 + g * x1) * u + (x3 - x0 + h * x3) * v + x0) / depth,
      ((y1 - y0 + g * y1) * u + (y3 - y0 + h * y3) * v + y0) / depth,
    ];
  };
}

/** Shows a quad of an image as a whole frame of the same size, interpolated; black beyond the image. */
export function perspective({ data, width, height, channels }: Pixels, quad: Quad): Uint8Array {
  const toSource = squareTo(quad);
  const warped = new Uint8Array(data.length);
  const at = (x: number, y: number, channel: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : (data[(y * width + x) * channels + channel] ?? 0);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [u, v] = toSource((column + 0.5) / width, (row + 0.5) / height);
      const [x, y] = [u * width - 0.5, v * height - 0.5];
      const [left, top] = [Math.floor(x), Math.floor(y)];
      if (left < -1 || top < -1 || left >= width || top >= height) continue;
      const [right, down] = [x - left, y - top];
      for (let channel = 0; channel < channels; channel++) {
        const upper = at(left, top, channel) * (1 - right) + at(left + 1, top, channel) * right;
        const lower = at(left, top + 1, channel) * (1 - right) + at(left + 1, top + 1, channel) * right;
        warped[(row * width + column) * channels + channel] = Math.round(upper * (1 - down) + lower * down);
      }
    }
  return warped;
}
