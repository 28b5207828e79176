import sharp, { type Sharp } from 'sharp';
import { box, drawing } from './drawing.ts';
import { lettering } from './lettering.ts';

type Random = () => number;

/** The side of a frame that a camera or a burst shows of a photograph. */
const [WIDTH, HEIGHT] = [960, 720];
const whole = (bytes: Uint8Array): Promise<Buffer> =>
  sharp(bytes).resize(WIDTH, HEIGHT, { fit: 'cover' }).removeAlpha().png().toBuffer();

/** Cuts an ellipse with soft edges out of an image. */
async function piece(
  bytes: Uint8Array,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): Promise<Buffer> {
  const mask = drawing(width, height, [
    `<filter id="soft"><feGaussianBlur stdDeviation="${width / 30}"/></filter>`,
    `<ellipse cx="${width / 2}" cy="${height / 2}" rx="${width * 0.42}" ry="${height * 0.42}" fill="#ffffff" filter="url(#soft)"/>`,
  ]);
  return await sharp(bytes)
    .extract({ left, top, width, height })
    .ensureAlpha()
    .composite([{ input: await mask.png().toBuffer(), blend: 'dest-in' }])
    .png()
    .toBuffer();
}

/** A frame of a fixed camera: one photograph as the place, with a piece of another one in it, and its time. */
export async function cameraFrame(place: Uint8Array, visitor: Uint8Array, random: Random): Promise<Sharp> {
  const [width, height] = [
    Math.round(WIDTH * (0.2 + 0.1 * random())),
    Math.round(HEIGHT * (0.35 + 0.15 * random())),
  ];
  const input = await piece(await whole(visitor), {
    ...{ left: Math.floor((WIDTH - width) / 2), top: Math.floor((HEIGHT - height) / 2), width, height },
  });
  const two = (least: number, most: number): string =>
    `${least + Math.floor((most - least + 1) * random())}`.padStart(2, '0');
  const label = drawing(420, 36, [
    box(0, 0, 420, 36, '#000000'),
    lettering(
      `CAM 2 2026-${two(1, 12)}-${two(1, 28)} ${two(0, 23)}:${two(0, 59)}:${two(0, 59)}`,
      10,
      10,
      16,
      {
        ink: '#ffffff',
      },
    ),
  ]);
  const [left, top] = [
    Math.floor((WIDTH - width) * random()),
    Math.floor((HEIGHT - height) * (0.4 + 0.6 * random())),
  ];
  return sharp(await whole(place)).composite([
    { input, left, top },
    { input: await label.png().toBuffer(), left: 0, top: 0 },
  ]);
}

/**
 * A frame of a burst: one photograph shifted by some pixels and scaled by 1 to 2 %, and before it a piece of another one, which
 * moves around a place.
 * @param turn where it is on its way: 0..1
 */
export async function burstFrame(
  scene: Uint8Array,
  subject: Uint8Array,
  turn: number,
  random: Random,
): Promise<Sharp> {
  const [width, height] = [Math.round(WIDTH * 0.22), Math.round(HEIGHT * 0.3)];
  const centre = { left: Math.floor((WIDTH - width) / 2), top: Math.floor((HEIGHT - height) / 2) };
  const angle = 2 * Math.PI * (turn + 0.05 * random());
  const distance = WIDTH * (0.05 + 0.03 * random());
  const input = await piece(await whole(subject), { ...centre, width, height });
  const left = Math.round(centre.left + Math.cos(angle) * distance);
  const top = Math.round(centre.top + Math.sin(angle) * distance);
  const moment = await sharp(await whole(scene))
    .composite([{ input, left, top }])
    .png()
    .toBuffer();
  const scale = 1.01 + 0.01 * random();
  const frame = { width: Math.floor(WIDTH / scale) - 8, height: Math.floor(HEIGHT / scale) - 8 };
  const shift = { left: Math.floor(9 * random()), top: Math.floor(9 * random()) };
  return sharp(moment)
    .extract({ ...shift, ...frame })
    .resize(WIDTH, HEIGHT, { fit: 'fill' });
}
