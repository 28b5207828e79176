import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKOUT } from '../home.ts';
import { referencePage } from './page.ts';

/** What the reference's replies must say to a browser: no script, and nothing from elsewhere. */
export const REFERENCE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** A file of the reference. */
export interface ReferenceFile {
  type: string;
  text: string;
}

/** Returns the files of the API's reference by name, for a folder `docs`. */
export async function referenceFiles(): Promise<Map<string, ReferenceFile>> {
  const { version } = JSON.parse(await readFile(join(CHECKOUT, 'package.json'), 'utf8')) as {
    version: string;
  }; // npm's
  return new Map([
    ['index.html', { type: 'text/html; charset=utf-8', text: referencePage(version) }],
    [
      'reference.css',
      { type: 'text/css', text: await readFile(join(import.meta.dirname, 'reference.css'), 'utf8') },
    ],
  ]);
}
