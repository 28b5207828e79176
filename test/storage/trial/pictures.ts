import sharp from 'sharp';

/** The side of a picture, and of the field of random colours that it is made of. */
const SIDE = 96;
const COLOURS = 6;

/** Returns a picture that no other number has: a JPEG of 2 kB. */
export async function picture(number: number): Promise<Buffer> {
  let state = number + 1;
  const colours = Uint8Array.from({ length: 3 * COLOURS ** 2 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return sharp(colours, { raw: { width: COLOURS, height: COLOURS, channels: 3 } })
    .resize(SIDE, SIDE)
    .jpeg()
    .toBuffer();
}

/** Returns a picture that is cut in the middle. */
export async function brokenPicture(number: number): Promise<Buffer> {
  const whole = await picture(number);
  return whole.subarray(0, whole.length / 2);
}
