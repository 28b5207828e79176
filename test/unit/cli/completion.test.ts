import { expect, it } from 'vitest';
import { runCli } from './cli-run.ts';

const complete = async (...words: string[]) =>
  (await runCli(['__complete', '--', ...words])).stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0]);

it.each<[string[], string[]]>([
  [['dup'], ['duplicates']],
  [
    ['duplicates', ''],
    ['list', 'get', 'review', 'decide', 'undo', 'export'],
  ],
  [['duplicates', 're'], ['review']],
  [['images', 'list', '--sta'], ['--status']],
  [['images', 'list', '--status', 'pro'], ['processed']],
  [
    ['images', 'list', '-o', ''],
    ['table', 'json', 'ndjson', 'csv'],
  ],
  [
    ['--profile', 'x', 'scan', 'st'],
    ['start', 'status'],
  ],
  [['search', 'photo'], []],
])('after deeplens %o come %o', async (words, expected) => {
  expect(await complete(...words)).toEqual(expected);
});

it('there is a script for each shell', async () => {
  for (const shell of ['bash', 'zsh', 'fish'])
    expect((await runCli(['completion', shell])).stdout).toContain('deeplens __complete');
  expect((await runCli(['completion', 'tcsh'])).code).toBe(2);
});
