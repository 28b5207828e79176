import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { referenceFiles } from '../../../infra/local/reference/files.ts';

it('the console’s bucket gets the files that the local front serves', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'deeplens-reference-')), 'docs');
  const program = join(import.meta.dirname, '../../../infra/local/build-reference.ts');
  await promisify(execFile)(process.execPath, [program, folder]);
  const served = await referenceFiles();
  expect((await readdir(folder)).sort()).toEqual(['index.html', 'reference.css']);
  for (const name of served.keys())
    expect(await readFile(join(folder, name), 'utf8')).toBe(served.get(name)?.text);
});
