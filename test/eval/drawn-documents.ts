import type { Sharp } from 'sharp';
import { box, disc, drawing, line } from './drawing.ts';
import { lettering, sentence, textWidth } from './lettering.ts';

type Random = () => number;
const INK = '#202124';
const digits = (count: number, random: Random): string =>
  Array.from({ length: count }, () => Math.floor(10 * random())).join('');

/** A phone's page of one messenger: other messages, sent and received, under the same head. */
export function chat(random: Random): Sharp {
  const [width, height] = [540, 1170];
  const elements = [box(0, 0, width, height, '#ece5dd')];
  for (let y = 130; y < height - 140; ) {
    const isOwn = random() < 0.5;
    const rows = Array.from({ length: 1 + Math.floor(3 * random()) }, () =>
      sentence(2 + Math.floor(2 * random()), random),
    );
    const [w, h] = [40 + Math.max(...rows.map((row) => textWidth(row, 13))), rows.length * 24 + 38];
    const x = isOwn ? width - 16 - w : 16;
    const time = `${digits(1, random)}:${10 + Math.floor(50 * random())}`;
    elements.push(
      box(x, y, w, h, isOwn ? '#dcf8c6' : '#ffffff', 10),
      ...rows.map((row, at) => lettering(row, x + 14, y + 12 + at * 24, 13, { ink: INK })),
      lettering(time, x + w - 44, y + h - 18, 9, { ink: '#8a8a8a' }),
    );
    y += h + 12;
  }
  elements.push(
    box(0, 0, width, 110, '#075e54'),
    lettering('9:41', 20, 14, 14, { ink: '#ffffff' }),
    disc(80, 76, 24, '#b0bec5'),
    lettering('HOUSE GROUP', 120, 66, 18, { ink: '#ffffff', weight: 1.4 }),
    box(0, height - 110, width, 110, '#ece5dd'),
    box(14, height - 92, 440, 56, '#ffffff', 28),
    disc(496, height - 64, 28, '#128c7e'),
  );
  return drawing(width, height, elements);
}

/** A ticket of one raffle: another number. */
export function ticket(random: Random): Sharp {
  const [width, height, brown] = [700, 300, '#6d3f13'];
  return drawing(width, height, [
    box(0, 0, width, height, '#fff5d6'),
    `<rect x="10" y="10" width="${width - 20}" height="${height - 20}" fill="none" stroke="${brown}" stroke-width="6"/>`,
    lettering('GARDEN RAFFLE', 40, 50, 34, { ink: brown, weight: 1.4 }),
    lettering('STATION HALL. FRIDAY 8:00', 40, 130, 17, { ink: INK }),
    lettering('KEEP THIS TICKET', 40, 230, 14, { ink: INK }),
    line('M470 30V270', INK, 2),
    lettering('NO', 500, 120, 22, { ink: '#a31515' }),
    lettering(digits(5, random), 500, 170, 30, { ink: '#a31515', weight: 1.3 }),
  ]);
}

/** A chart of one program: other curves over the same axes. */
export function plot(random: Random): Sharp {
  const [width, height, left, bottom, right, top] = [800, 600, 90, 520, 760, 50];
  const elements = [box(0, 0, width, height, '#ffffff')];
  for (let tick = 0; tick <= 5; tick++) {
    const [x, y] = [left + (tick * (right - left)) / 5, bottom - (tick * (bottom - top)) / 5];
    elements.push(
      line(`M${left} ${y}H${right}`, '#dddddd', 1),
      line(`M${x} ${bottom}v8`, INK, 2),
      lettering(`${tick * 20}`, x - 12, bottom + 18, 14, { ink: INK }),
      lettering(`${tick * 10}`, left - 48, y - 7, 14, { ink: INK }),
    );
  }
  for (const [at, colour] of ['#1f77b4', '#ff7f0e', '#2ca02c']
    .slice(0, 2 + Math.floor(2 * random()))
    .entries()) {
    let level = 0.2 + 0.6 * random();
    const points = Array.from({ length: 41 }, (_, step) => {
      level = Math.min(0.98, Math.max(0.02, level + 0.14 * (random() - 0.5)));
      return `${left + (step * (right - left)) / 40} ${bottom - level * (bottom - top)}`;
    });
    elements.push(
      line(`M${points.join('L')}`, colour, 3),
      line(`M${right - 150} ${top + 20 + at * 26}h30`, colour, 3),
      lettering(sentence(1, random), right - 110, top + 13 + at * 26, 14, { ink: INK }),
    );
  }
  elements.push(line(`M${left} ${top}V${bottom}H${right}`, INK, 2));
  return drawing(width, height, elements);
}
