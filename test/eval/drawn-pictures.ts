import type { Sharp } from 'sharp';
import { box, disc, drawing, line } from './drawing.ts';
import { lettering, sentence, textWidth } from './lettering.ts';

type Random = () => number;
const BLACK = '#000000';

/** A page of six panels: the same two figures in other poses, with other words, before another scene. */
export function comic(random: Random): Sharp {
  const [width, height, side] = [800, 1130, 350];
  const panels = Array.from({ length: 6 }, (_, at) => {
    const [x, y] = [40 + (at % 2) * (side + 20), 30 + Math.floor(at / 2) * (side + 10)];
    const clip = `<clipPath id="panel${at}"><rect width="${side}" height="${side}"/></clipPath>`;
    const content = `<g clip-path="url(#panel${at})">${panel(side, random)}</g>`;
    return `<g transform="translate(${x} ${y})">${clip}${content}${line(`M0 0H${side}V${side}H0Z`, BLACK, 5)}</g>`;
  });
  return drawing(width, height, [box(0, 0, width, height, '#ffffff'), ...panels]);
}

function panel(side: number, random: Random): string {
  const ground = side * (0.75 + 0.1 * random());
  const scene = Array.from({ length: 3 }, () => {
    const [x, w, h] = [side * random(), 30 + 70 * random(), 40 + 100 * random()];
    return random() < 0.5
      ? line(`M${x} ${ground}v${-h}h${w}v${h}`, BLACK, 3)
      : line(`M${x} ${ground}v${-h / 2}q${-w} ${-h / 2} 0 ${-h}q${w} ${h / 2} 0 ${h}`, BLACK, 3);
  });
  const text = sentence(2, random);
  const [wide, left] = [textWidth(text, 14) + 36, 20 + 40 * random()];
  const balloon = [
    `<ellipse cx="${left + wide / 2}" cy="50" rx="${wide / 2}" ry="30" fill="#ffffff" stroke="${BLACK}" stroke-width="3"/>`,
    line(`M${left + wide / 2} 80l${40 * random() - 20} 40`, BLACK, 3),
    lettering(text, left + 18, 43, 14, { ink: BLACK }),
  ];
  const figures = [side * (0.2 + 0.2 * random()), side * (0.6 + 0.2 * random())].map((x) =>
    figure(x, ground, side * 0.09, random),
  );
  return [line(`M0 ${ground}H${side}`, BLACK, 3), ...scene, ...figures, ...balloon].join('');
}

/** A figure of a round head and strokes, on its feet at a place of the ground. */
function figure(x: number, ground: number, head: number, random: Random): string {
  const [neck, hips] = [ground - head * 4.2, ground - head * 2];
  const limb = (y: number, length: number): string => {
    const angle = Math.PI * (0.2 + 0.6 * random());
    return line(`M${x} ${y}l${Math.cos(angle) * length} ${Math.sin(angle) * length}`, BLACK, 4);
  };
  const [arms, legs] = [head * 1.8, head * 2.1];
  return [
    ...[limb(neck + head * 0.4, arms), limb(neck + head * 0.4, arms), limb(hips, legs), limb(hips, legs)],
    line(`M${x} ${neck}V${hips}`, BLACK, 4),
    disc(x, neck - head, head, BLACK),
    disc(x, neck - head, head - 3, '#ffffff'),
    ...[-0.35, 0.35].map((eye) => disc(x + eye * head, neck - head * 1.2, 3, BLACK)),
    line(
      `M${x - head * 0.4} ${neck - head * 0.6}q${head * 0.4} ${head * (0.8 * random() - 0.4)} ${head * 0.8} 0`,
      BLACK,
      3,
    ),
  ].join('');
}

const stroked = (path: string): string =>
  `<path d="${path}" fill="none" stroke="currentColor" stroke-width="20"/>`;
const filled = (path: string): string => `<path d="${path}" fill="currentColor"/>`;

/** In a square of 256. */
const SYMBOLS = [
  filled('M128 20 236 130H190V236H66V130H20Z'),
  filled('M128 230C-60 100 60-10 128 70 196-10 316 100 128 230Z'),
  filled('M128 16 162 100 250 104 182 160 206 246 128 198 50 246 74 160 6 104 94 100Z'),
  stroked('M128 30A98 98 0 1 1 127 30ZM128 70V132L172 160'),
  stroked('M28 60H228V200H28ZM28 64 128 144 228 64'),
  stroked('M108 36A72 72 0 1 1 107 36ZM160 160 230 230'),
  filled('M98 220 16 138 44 110 98 164 212 50 240 78Z'),
  filled('M104 20H152V104H236V152H152V236H104V152H20V104H104Z'),
  `${filled('M52 116H204V236H52Z')}${stroked('M84 116V80A44 44 0 0 1 172 80V116')}`,
  filled('M128 20C70 20 64 80 64 130L36 190H220L192 130C192 80 186 20 128 20ZM100 204A28 28 0 0 0 156 204Z'),
  filled('M20 60 100 30 156 54 236 24V196L156 226 100 202 20 232Z'),
  stroked('M128 24V150M76 100 128 152 180 100M30 170V226H226V170'),
];

/** One of twelve symbols on a transparent ground: black ones, then white ones. */
export const symbol = (index: number): Sharp =>
  drawing(256, 256, [
    `<g color="${index % 2 === 0 ? BLACK : '#ffffff'}">${SYMBOLS[index % SYMBOLS.length]}</g>`,
  ]);

/** The radiograph of one chest: another spot of some percent of its width. */
export function xRay(random: Random): Sharp {
  const [width, height] = [700, 860];
  const soft = (deviation: number): string =>
    `<filter id="soft${deviation}" color-interpolation-filters="sRGB" filterUnits="userSpaceOnUse" x="0" y="0" width="${width}" height="${height}"><feGaussianBlur stdDeviation="${deviation}"/></filter>`;
  const ellipse = (
    x: number,
    y: number,
    rx: number,
    ry: number,
    fill: string,
    blur: number,
    opacity = 1,
  ): string =>
    `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${fill}" opacity="${opacity}" filter="url(#soft${blur})"/>`;
  const ribs = Array.from({ length: 9 }, (_, rib) => {
    const y = 170 + rib * 58;
    return `<path d="M350 ${y}Q210 ${y - 60} 130 ${y + 70}M350 ${y}Q490 ${y - 60} 570 ${y + 70}" stroke="#b5b5b5" stroke-width="16" fill="none"/>`;
  });
  const side = random() < 0.5 ? -1 : 1;
  const [x, y] = [350 + side * (80 + 80 * random()), 300 + 280 * random()];
  return drawing(width, height, [
    ...[4, 9, 30].map(soft),
    box(0, 0, width, height, '#060606'),
    ellipse(350, 480, 300, 460, '#8d8d8d', 30),
    ...[ellipse(225, 440, 105, 250, '#202020', 30), ellipse(475, 440, 105, 250, '#202020', 30)],
    ellipse(390, 560, 110, 130, '#b0b0b0', 30, 0.8),
    `<rect x="325" y="40" width="50" height="780" fill="#c4c4c4" opacity=".8" filter="url(#soft9)"/>`,
    `<g opacity=".4" filter="url(#soft4)">${ribs.join('')}</g>`,
    ellipse(x, y, 22, 20, '#e0e0e0', 9, 0.75),
  ]);
}

const COLOURS = ['#c62828', '#1565c0', '#2e7d32', '#f9a825'] as const;
const DETAIL = `fill="none" stroke="#00000055" stroke-width="5"`;

/** In a square of 700, in the current colour. */
const GOODS = [
  `${filled('M230 100 350 150 470 100 640 210 580 330 500 290V630H200V290L120 330 60 210Z')}<path d="M270 118Q350 210 430 118M200 300V590M500 300V590M290 420h120v110h-120z" ${DETAIL}/>`,
  `${filled('M170 180H470V560Q470 610 420 610H220Q170 610 170 560Z')}<path d="M470 250Q610 250 590 370 580 470 470 470" fill="none" stroke="currentColor" stroke-width="40"/><path d="M170 230H470M230 300V560" ${DETAIL}/>${disc(320, 420, 70, '#ffffff')}`,
  `${filled('M80 520V330Q150 300 180 240L280 280Q330 400 480 420 620 440 630 520Z')}${box(70, 520, 565, 44, '#eeeeee', 12)}<path d="M250 330 300 300M290 370 345 335M340 400 395 365M80 430Q170 440 200 515" ${DETAIL}/>`,
];

/** The number of images that show one product, each in another colour. */
export const COLOURS_OF_PRODUCT = COLOURS.length;

/** A product of a shop: one drawing, in several colours. */
export const colouredProduct = (index: number): Sharp =>
  drawing(700, 700, [
    box(0, 0, 700, 700, '#f7f7f7'),
    `<g color="${COLOURS[index % COLOURS.length]}">${GOODS[Math.floor(index / COLOURS.length) % GOODS.length]}</g>`,
  ]);
