import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labelledImages } from '../../eval/labelled-images.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labelled-'));
  for (const kind of ['crab', 'anchor', 'watch', 'bonsai', 'lamp', '_strangers']) {
    await mkdir(join(folder, kind));
    for (const name of ['1.jpg', '2.jpg', 'notes.txt']) await writeFile(join(folder, kind, name), kind);
  }
  await writeFile(join(folder, 'README.md'), 'no kind');
});
afterAll(() => rm(folder, { recursive: true }));

test('no kind is for fitting and for measuring', async () => {
  const { fitted, measured } = await labelledImages(folder);
  expect(measured.map(({ name }) => name)).toEqual([
    ...['anchor/1.jpg', 'bonsai/1.jpg'],
    ...['anchor/2.jpg', 'bonsai/2.jpg'],
  ]);
  expect(new Set(fitted.map(({ kind }) => kind))).toEqual(new Set(['crab', 'lamp', 'watch']));
});

test('strangers are of no kind', async () => {
  const { strangers } = await labelledImages(folder);
  expect(strangers).toHaveLength(2);
  expect(Buffer.from((await strangers[0]?.load()) ?? []).toString()).toBe('_strangers');
});
