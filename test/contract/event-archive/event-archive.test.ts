import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import type { EventArchive } from '#shared/event-archive/event-archive.ts';
import { s3EventArchive } from '#shared/event-archive/s3-event-archive.ts';
import { memoryEventArchive } from '../../memory/event-archive.ts';
import { emulator, uniqueName } from '../emulator.ts';
import indexed from '../events/samples/images.indexed.v1.json' with { type: 'json' };

const event = (id: string, day: string, type = 'images.indexed') =>
  ({ ...indexed, id, type, time: `${day}T10:00:00.000Z`, tenantid: 'acme' }) as AnyEvent;
const EVENTS = [
  ...Array.from({ length: 130 }, (_, i) => event(`e${String(i).padStart(3, '0')}`, '2026-11-04')),
  event('later', '2026-11-05'),
  event('other', '2026-11-04', 'images.failed'),
];

async function inMemory(): Promise<EventArchive> {
  const archive = memoryEventArchive();
  for (const each of EVENTS) archive.add(each);
  return archive;
}
async function inS3(): Promise<EventArchive> {
  const client = new S3Client({ ...emulator(), forcePathStyle: true });
  const bucket = uniqueName('pictures');
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  for (const each of EVENTS) {
    const Key = `events/${each.type}/${each.time.slice(0, 10)}/${each.tenantid}/${each.id}.json`;
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify(each) }));
  }
  return s3EventArchive({ bucket, client });
}

describe.each([
  ['memory', inMemory],
  ['S3', inS3],
])('the archive of events in %s', (_, open) => {
  it('returns the events of a type and a day, page by page', async () => {
    const archive = await open();
    const first = await archive.read('images.indexed', '2026-11-04');
    expect(first.events).toHaveLength(100);
    const second = await archive.read('images.indexed', '2026-11-04', first.next);
    expect([...first.events, ...second.events]).toEqual(EVENTS.slice(0, 130));
    expect(second.next).toBeUndefined();
    expect(await archive.read('images.indexed', '2026-11-03')).toEqual({ events: [] });
  });
});
