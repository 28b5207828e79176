import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type WalkOptions, walk } from '../../../cli/src/upload/walk.ts';
import { newHome } from './cli-run.ts';

let folder = '';
beforeAll(async () => {
  folder = await newHome();
  for (const name of [
    'a.jpg',
    'b.PNG',
    'notes.txt',
    '.hidden.jpg',
    'trip/c.heic',
    'trip/raw/d.cr2',
    '.git/e.jpg',
    'f.jpeg.bak',
  ]) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), name);
  }
  await symlink(folder, join(folder, 'loop'));
  await symlink(join(folder, 'a.jpg'), join(folder, 'link.jpg'));
  await utimes(join(folder, 'a.jpg'), new Date('2020-01-01'), new Date('2020-01-01'));
});

const names = async (paths: string[], options?: WalkOptions) => {
  const found: string[] = [];
  for await (const { name } of walk(paths, options)) found.push(name);
  return found.sort();
};

it('finds pictures in all folders, but nothing hidden, linked or of another kind', async () => {
  expect(await names([folder])).toEqual(['a.jpg', 'b.PNG', 'trip/c.heic', 'trip/raw/d.cr2']);
});

it.each<[WalkOptions, string[]]>([
  [{ include: ['*.jpg', '*.txt'] }, ['a.jpg', 'notes.txt']],
  [{ include: ['trip/**'] }, ['trip/c.heic', 'trip/raw/d.cr2']],
  [{ exclude: ['trip/**', '*.PNG'] }, ['a.jpg']],
  [{ exclude: ['*/*'] }, ['a.jpg', 'b.PNG', 'trip/raw/d.cr2']],
  [{ since: new Date('2021-01-01') }, ['b.PNG', 'trip/c.heic', 'trip/raw/d.cr2']],
])('%o chooses %o', async (options, expected) => {
  expect(await names([folder], options)).toEqual(expected);
});

it('takes a file that is named, whatever its name is', async () => {
  expect(await names([join(folder, 'notes.txt')])).toEqual(['notes.txt']);
});

it('says that there is no such folder', async () => {
  await expect(names([join(folder, 'nowhere')])).rejects.toThrow('There is no file or folder');
});
