import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { layoutFiles } from '#shared/vector-index/lancedb-layout.ts';

it('stores partitions under the name `spaces`, as existing files have them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deeplens-layout-'));
  try {
    const file = join(folder, 'images-m.json');
    const spaces = [{ name: 'images-m-000002', roles: ['serving', 'built'] }];
    await writeFile(file, JSON.stringify({ model: 'm', last: 2, spaces }));
    const layouts = layoutFiles(folder, async () => ['images-m-000002']);
    const layout = await layouts.read('m');
    expect(layout).toEqual({ model: 'm', last: 2, partitions: spaces });
    await layouts.write(layout);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ model: 'm', last: 2, spaces });
  } finally {
    await rm(folder, { recursive: true });
  }
});
