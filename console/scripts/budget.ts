// Prints what the first view loads, gzipped; fails above the budget.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = 150;
const dist = join(import.meta.dirname, '../dist');

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
}
const manifest: Record<string, Chunk> = JSON.parse(await readFile(join(dist, '.vite/manifest.json'), 'utf8')); // Vite's

const files = new Set<string>(['index.html']);
/** Collects a chunk with what it imports at once. */
function collect(name: string): void {
  const chunk = manifest[name];
  if (!chunk || files.has(chunk.file)) return;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const each of chunk.imports ?? []) collect(each);
}
collect('index.html');
collect('src/features/search/search-page.tsx');

let total = 0;
for (const file of files) {
  const { length } = gzipSync(await readFile(join(dist, file)), { level: 9 });
  total += length;
  process.stdout.write(`${(length / 1000).toFixed(1).padStart(8)} kB  ${file}\n`);
}
process.stdout.write(`${(total / 1000).toFixed(1).padStart(8)} kB  first view, of ${BUDGET_KB} kB\n`);
if (total > BUDGET_KB * 1000) process.exitCode = 1;
