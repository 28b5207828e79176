import sharp, { type Sharp } from 'sharp';

/** Returns a drawing of SVG elements; transparent where nothing is drawn. */
export function drawing(width: number, height: number, elements: readonly string[]): Sharp {
  sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] }); // the service's imaging blocks it for the whole process
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${elements.join('')}</svg>`;
  return sharp(Buffer.from(svg));
}

export const box = (x: number, y: number, width: number, height: number, fill: string, round = 0): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" rx="${round}"/>`;

export const disc = (x: number, y: number, radius: number, fill: string): string =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`;

/** A line along a path. */
export const line = (path: string, stroke: string, width: number): string =>
  `<path d="${path}" stroke="${stroke}" stroke-width="${width}" fill="none" stroke-linecap="round" stroke-linejoin="round"/>`;
