// `npm run build:reference -- FOLDER`: writes the API's reference, for a bucket that serves it at /docs.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { referenceFiles } from './reference/files.ts';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: npm run build:reference -- FOLDER');
  process.exitCode = 1;
} else {
  await mkdir(folder, { recursive: true });
  for (const [name, { text }] of await referenceFiles()) await writeFile(join(folder, name), text);
}
