import sharp from 'sharp';
import { box, disc, drawing } from './drawing.ts';
import { lettering, sentence, textWidth } from './lettering.ts';

type Random = () => number;

/** Lays SVG elements over an image. */
export async function overlaid(
  bytes: Uint8Array,
  draw: (width: number, height: number) => string[],
): Promise<Buffer> {
  const { width, height } = await sharp(bytes).metadata();
  const input = await drawing(width, height, draw(width, height)).png().toBuffer();
  return await sharp(bytes).composite([{ input }]).jpeg({ quality: 90 }).toBuffer();
}

/** White letters with a black outline across the top and the bottom. */
export const memeText = (bytes: Uint8Array, random: Random, places: readonly number[] = [0.05, 0.83]) =>
  overlaid(bytes, (width, height) =>
    places.map((place) => {
      const text = sentence(3, random);
      const size = Math.min(height * 0.12, (height * 0.12 * width * 0.94) / textWidth(text, height * 0.12));
      const left = (width - textWidth(text, size)) / 2;
      return lettering(text, left, height * place, size, { ink: '#ffffff', weight: 1.3, outline: '#000000' });
    }),
  );

/** Words in diagonal lines all over the image, half transparent. */
export const tiledWatermark = (bytes: Uint8Array, random: Random) =>
  overlaid(bytes, (width, height) => {
    const [reach, size] = [Math.hypot(width, height), Math.max(width, height) * 0.045];
    const text = sentence(1, random);
    const step = textWidth(`${text}  `, size);
    const lines: string[] = [];
    for (let y = -reach / 2; y < reach / 2; y += size * 3.4)
      for (let x = -reach / 2 - step * random(); x < reach / 2; x += step)
        lines.push(lettering(text, x, y, size, { ink: '#ffffff', weight: 1.2 }));
    const turned = `translate(${width / 2} ${height / 2}) rotate(-30)`;
    return [`<g transform="${turned}" opacity="0.5">${lines.join('')}</g>`];
  });

const FLAT = ['#e53935', '#fdd835', '#43a047', '#1e88e5', '#8e24aa', '#fb8c00'];

/** Stars, hearts, discs and labels of flat colours. */
export const stickers = (bytes: Uint8Array, random: Random) =>
  overlaid(bytes, (width, height) => {
    const side = Math.min(width, height);
    return Array.from({ length: 5 }, (_, at) => {
      const size = side * (0.16 + 0.1 * random());
      const [x, y] = [random() * (width - size), random() * (height - size)];
      const shape = SHAPES[at % SHAPES.length]?.(FLAT[Math.floor(random() * FLAT.length)] ?? '#e53935') ?? '';
      return `<g transform="translate(${x} ${y}) rotate(${40 * random() - 20}) scale(${size})">${shape}</g>`;
    });
  });

/** Drawn in the unit square. */
const SHAPES: readonly ((fill: string) => string)[] = [
  (fill) => `<path fill="${fill}" d="M.5 0 .62 .36 1 .38 .7 .62 .8 1 .5 .78 .2 1 .3 .62 0 .38 .38 .36Z"/>`,
  (fill) => `<path fill="${fill}" d="M.5 .95C-.4 .35 .15 -.2 .5 .25 .85 -.2 1.4 .35 .5 .95Z"/>`,
  (fill) =>
    `${disc(0.5, 0.5, 0.5, fill)}${disc(0.32, 0.38, 0.07, '#000000')}${disc(0.68, 0.38, 0.07, '#000000')}<path d="M.25 .62Q.5 .9 .75 .62" fill="none" stroke="#000000" stroke-width=".06"/>`,
  (fill) => `${box(0, 0.25, 1, 0.4, fill, 0.08)}${lettering('WOW', 0.22, 0.33, 0.24, { ink: '#ffffff' })}`,
];
