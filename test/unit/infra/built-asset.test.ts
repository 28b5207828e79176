import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { builtBy, pathOf } from '../../../infra/constructs/built-asset.ts';
import { withTemporaryApp } from '../../../infra/constructs/temporary-app.ts';

const Output = z.object({
  folders: z.tuple([z.string(), z.string()]),
  other: z.string(),
  builds: z.number(),
  there: z.boolean(),
});
const write = (folder: string) => writeFileSync(join(folder, 'written'), 'text');
const assetOf = (app: App, name: string, build: (folder: string) => void) =>
  new Asset(new Stack(app, name), 'Asset', { path: pathOf('functions'), ...builtBy(build) });

describe('a temporary app', () => {
  it('builds no asset', () => {
    const build = vi.fn(write);
    withTemporaryApp((app) => {
      assetOf(app, 'read', build);
      app.synth();
    });
    expect(build).not.toHaveBeenCalled();
  });

  it('deletes its files, also if its use fails', () => {
    const folders: string[] = [];
    withTemporaryApp((app) => folders.push(app.outdir));
    expect(() =>
      withTemporaryApp((app) => {
        folders.push(app.outdir);
        throw new Error('planted');
      }),
    ).toThrow('planted');
    expect(folders).toHaveLength(2);
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
  });
});

it('an asset of a stack that is deployed is built, and has a hash of its contents', () => {
  const hash = (name: string, text: string) =>
    withTemporaryApp((app) => {
      app.node.setContext('aws:cdk:bundling-stacks', ['**']);
      const asset = assetOf(app, name, (folder) => writeFileSync(join(folder, 'written'), text));
      return asset.assetHash;
    });
  expect(hash('first', 'text')).toBe(hash('second', 'text'));
  expect(hash('first', 'text')).not.toBe(hash('first', 'other'));
});

it('what several assets contain is built once, and deleted when the process ends', () => {
  const program = `
    import { existsSync } from 'node:fs';
    import { builtOnce } from '${pathOf('infra/constructs/build-once.ts')}';
    let builds = 0;
    const folders = [1, 2].map(() => builtOnce('example', () => { builds += 1; }));
    const other = builtOnce('other', () => { builds += 1; });
    console.log(JSON.stringify({ folders, other, builds, there: existsSync(folders[0]) }));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  const { folders, other, builds, there } = Output.parse(JSON.parse(output));
  expect(folders[1]).toBe(folders[0]);
  expect(other).not.toBe(folders[0]);
  expect({ builds, there }).toEqual({ builds: 2, there: true });
  expect(existsSync(folders[0])).toBe(false);
});

it('what a killed process has left is deleted by the next one that builds', () => {
  const left = pathOf('.deeplens/build-2147483647-left'); // no process has so high an id
  mkdirSync(left, { recursive: true });
  const program = `
    import { builtOnce } from '${pathOf('infra/constructs/build-once.ts')}';
    builtOnce('example', () => {});`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', program]);
  expect(existsSync(left)).toBe(false);
});
