import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { AuditArchive } from '#shared/audit/audit-archive.ts';
import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import { s3AuditArchive } from '#shared/audit/s3-audit-archive.ts';
import { newAuditId } from '#shared/kernel/ids.ts';
import { memoryAuditArchive } from '../../memory/audit-archive.ts';
import { emulator, uniqueName } from '../emulator.ts';

interface Opened {
  archive: AuditArchive;
  read(key: string): Promise<string | undefined>;
}

async function inMemory(): Promise<Opened> {
  const archive = memoryAuditArchive();
  return { archive, read: async (key) => archive.objects.get(key) };
}

async function inS3(): Promise<Opened> {
  const client = new S3Client({ ...emulator(), forcePathStyle: true });
  const bucket = uniqueName('audit');
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    archive: s3AuditArchive({ bucket, client }),
    read: async (key) =>
      (await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))).Body?.transformToString(),
  };
}

const entry = (action: string): AuditEntry => ({
  audit_id: newAuditId(),
  at: '2026-11-24T10:00:00.000Z',
  tenant_id: 'acme',
  actor: { kind: 'operator', subject: 'operator-1', role: 'SystemAdmin' },
  action,
  outcome: 'done',
  source_ip: '192.0.2.1',
  user_agent: 'test\nsecond line – ü',
  before: { plan: 'free' },
  after: { plan: 'pro' },
  correlation_id: 'cor-1',
});

describe.each([
  ['memory', inMemory],
  ['S3', inS3],
])('the archive of the audit log in %s', (_, open) => {
  it('stores a line of JSON for each entry', async () => {
    const { archive, read } = await open();
    const entries = [entry('changeTenant'), entry('putLimits')];
    await archive.put('audit/2026/11/24/one.jsonl', entries);
    const lines = (await read('audit/2026/11/24/one.jsonl'))?.split('\n') ?? [];
    expect(lines.at(-1)).toBe('');
    expect(lines.slice(0, -1).map((line) => JSON.parse(line))).toEqual(entries);
  });

  it('does not overwrite an object', async () => {
    const { archive, read } = await open();
    await archive.put('audit/2026/11/24/one.jsonl', [entry('changeTenant')]);
    const before = await read('audit/2026/11/24/one.jsonl');
    await archive.put('audit/2026/11/24/one.jsonl', [entry('forged')]);
    expect(await read('audit/2026/11/24/one.jsonl')).toBe(before);
  });
});
