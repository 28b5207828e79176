import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Api, runCli } from './cli-run.ts';

/** Names that a shell or a spreadsheet would act upon. */
const NAMES = ['keep me.jpg', "it's $(touch owned).jpg", '; touch owned #.jpg', '-rf', '=1+2.jpg'];
const image = (n: number, file_path: string, storage_location = 'uploads') => ({
  image_id: `img_${n}`,
  file_path,
  storage_location,
  verdict: n === 0 ? 'exact' : 'edited_copy',
  confidence: 0.97,
  width: 40,
  height: 30,
  file_size: 1_000,
});
const GROUPS = [
  {
    group_id: 'grp_1',
    verdict: 'edited_copy',
    confidence: 0.97,
    suggested_keeper: 'img_1',
    images: NAMES.map((name, n) => image(n, name)),
  },
  {
    group_id: 'grp_2',
    verdict: 'exact',
    confidence: 1,
    suggested_keeper: 'img_7',
    images: [image(7, 'a.jpg'), image(8, 'line\nrm -rf .'), image(9, 'b.jpg', 'st_1')],
  },
];
/** Two pages. */
const api: Api = ({ body }) => ({
  body: (body as { cursor?: string }).cursor
    ? { groups: GROUPS.slice(1), total_groups: 2 }
    : { groups: GROUPS.slice(0, 1), total_groups: 2, next_cursor: 'c' },
});
const exported = async (...argv: string[]) => {
  const { code, stdout, stderr } = await runCli(['duplicates', 'export', ...argv], { api });
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^\d groups\.\n$/)]);
  return stdout;
};

it('CSV has a line for each image, of all groups', async () => {
  const [head, ...lines] = (await exported()).trimEnd().split(/\r\n/);
  expect(head).toBe(
    'group_id,verdict,confidence,image_id,keeper,file_path,storage_location,width,height,file_size',
  );
  expect(lines).toHaveLength(8);
  expect(lines[0]).toBe('grp_1,exact,0.97,img_0,false,keep me.jpg,uploads,40,30,1000');
  expect(lines[4]).toContain(",'=1+2.jpg,");
});

it('NDJSON has a line for each group, as the API replied', async () => {
  const lines = (await exported('--format', 'ndjson')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(GROUPS);
  expect((await exported('--format', 'ndjson', '--limit', '1')).trimEnd().split('\n')).toHaveLength(1);
});

it('the shell script does nothing as it is, and removes just the copies once its comments are taken away', async () => {
  const script = await exported('--format', 'sh');
  const folder = await mkdtemp(join(tmpdir(), 'deeplens-export-'));
  for (const name of [...NAMES, 'a.jpg', 'b.jpg']) await writeFile(join(folder, name), name);
  const run = (text: string) => execFileSync('sh', [], { cwd: folder, input: text });
  run(script);
  expect((await readdir(folder)).sort()).toEqual([...NAMES, 'a.jpg', 'b.jpg'].sort());
  run(script.replaceAll(/^# rm/gm, 'rm'));
  // The keeper of each group, and what was not uploaded from a folder.
  expect((await readdir(folder)).sort()).toEqual([NAMES[1], 'a.jpg', 'b.jpg'].sort());
  expect(script).toContain('# deeplens images delete img_8 --yes');
  expect(script).toContain('# deeplens images delete img_9 --yes');
});
