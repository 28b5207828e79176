import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  activityPartition,
  meteredKey,
  TENANT_ACTIVITIES,
  usageDayKey,
} from '#shared/aws/dynamodb-activity-keys.ts';
import {
  countedIdAt,
  groupKey,
  imageKey,
  memberKey,
  receiptKey,
  sha256Partition,
  storedKey,
  vectorKey,
} from '#shared/aws/dynamodb-keys.ts';
import { newGroupId, newImageId, tenantId } from '#shared/kernel/ids.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;
const KEY_FILES = ['aws/dynamodb-activity-keys.ts', 'aws/dynamodb-keys.ts'];
/** Name what jobs work on; `jobClaimKey` makes a key of it. */
const SUBJECTS = ['models/start-model-job.ts', 'scans/start-changes.ts', 'scans/start-scan.ts'];
/** A key's literal: `TENANT#`, `JOB#`, also within a template or a regular expression. */
const KEY_LITERAL = /\b[A-Z]{2,}#/;
const COMMENT = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g;

/** Returns the files of a folder that spell a key. */
async function spellingKeys(folder: string): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return files.filter((_, at) => KEY_LITERAL.test((texts[at] ?? '').replace(COMMENT, ''))).sort();
}

describe('the keys of the tables', () => {
  it('are spelled in their own files alone', async () => {
    expect(await spellingKeys(join(ROOT, 'shared'))).toEqual([...KEY_FILES, ...SUBJECTS]);
    for (const folder of ['functions', 'gpu-worker', 'infra'])
      expect(await spellingKeys(join(ROOT, folder))).toEqual([]);
  });

  it('are found where another file spells one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deeplens-keys-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const planted = {
      template: '`TENANT#$' + '{id}`',
      text: "'WEBHOOK#'",
      comment: '/* TENANT# */ 1',
      other: "'status#indexed'",
    };
    for (const [name, value] of Object.entries(planted))
      await writeFile(join(folder, `${name}.ts`), `export const planted = ${value};\n`);
    expect(await spellingKeys(folder)).toEqual(['template.ts', 'text.ts']);
  });
});

describe('a key of an activity', () => {
  const acme = tenantId('acme');

  it('lies in a partition that a purge empties', () => {
    const partitions = TENANT_ACTIVITIES.map((activity) => activityPartition(acme, activity));
    expect(new Set(partitions).size).toBe(TENANT_ACTIVITIES.length);
    for (const id of ['0b', 'f-1', 'zz', '7e2']) expect(partitions).toContain(meteredKey(acme, id).pk);
    expect(partitions).toContain(usageDayKey(acme, '2026-11-24').pk);
  });

  it('is in the shard of the first hexadecimal digit', () => {
    expect(meteredKey(acme, 'x-f1')).toEqual({ pk: 'TENANT#acme#METERED#f', sk: 'x-f1' });
    expect(meteredKey(acme, 'xyz')).toEqual({ pk: 'TENANT#acme#METERED#0', sk: 'xyz' });
  });
});

describe('countedIdAt', () => {
  const acme = tenantId('acme');
  const [image, group] = [newImageId(), newGroupId()];

  it('returns the image or group of a key', () => {
    expect(countedIdAt(imageKey(acme, image))).toEqual({ tenant: 'acme', id: image });
    expect(countedIdAt(groupKey(acme, group))).toEqual({ tenant: 'acme', id: group });
  });

  it('returns undefined for keys of other items', () => {
    const others = [
      storedKey(acme),
      vectorKey(acme, image, 'm'),
      memberKey(acme, image),
      receiptKey(acme, image),
    ];
    for (const key of others) expect(countedIdAt(key)).toBeUndefined();
    expect(countedIdAt({ ...imageKey(acme, image), pk: sha256Partition(acme, '1') })).toBeUndefined();
    expect(countedIdAt({})).toBeUndefined();
  });
});
