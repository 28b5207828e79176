import { describe, expect, it } from 'vitest';
import { newJobId, newStorageId } from '#shared/kernel/ids.ts';
import { listings } from '#shared/scans/listings.ts';
import { fileOf } from '../../fixtures/byte-files.ts';
import { memoryConnectors } from '../../memory/connectors.ts';
import { ACME } from './world.ts';

function storageOf(count: number) {
  const connectors = memoryConnectors({ pageSize: 3 });
  const location = {
    ...{ storage_id: newStorageId(), prefix: '', type: 's3' as const },
    config: { bucket: 'pictures', region: 'eu-central-1' },
  };
  const storage = connectors.storage(ACME, location.storage_id);
  for (let i = 0; i < count; i += 1) storage.put(`${i}.jpg`, fileOf(3, 1));
  return { storage, connect: () => connectors.open(ACME, location, async () => undefined, 'test') };
}
const keysOf = (page: { objects: readonly { key: string }[] } | undefined) =>
  page?.objects.map(({ key }) => key[0]).join('');

describe('an open listing', () => {
  it('goes on behind what was handled, without being listed again', async () => {
    const { storage, connect } = storageOf(7);
    const [open, job] = [listings(), newJobId()];
    const first = await open.next(job, undefined, connect);
    expect([keysOf(first), first?.calls]).toEqual(['012', 1]);
    first?.handled(2, '1.jpg');
    const rest = await open.next(job, '1.jpg', connect);
    expect([keysOf(rest), rest?.calls]).toEqual(['2', 0]);
    rest?.handled(1, '2.jpg');
    expect(keysOf(await open.next(job, '2.jpg', connect))).toBe('345');
    expect(storage.calls.pages).toBe(2);
  });

  it('waits where nothing of a page was handled', async () => {
    const { storage, connect } = storageOf(7);
    const [open, job] = [listings(), newJobId()];
    (await open.next(job, undefined, connect))?.handled(0, undefined);
    expect(keysOf(await open.next(job, undefined, connect))).toBe('012');
    expect(storage.calls.pages).toBe(1);
  });

  it('begins anew behind the cursor where that is not where it was left', async () => {
    const { connect } = storageOf(7);
    const [open, job] = [listings(), newJobId()];
    (await open.next(job, undefined, connect))?.handled(3, '2.jpg');
    expect(keysOf(await open.next(job, '0.jpg', connect))).toBe('123');
    expect(keysOf(await open.next(job, '2.jpg', connect))).toBe('345'); // nobody handled the page before
  });

  it('leaves out nothing for workers that read it at once, of which one handles its page', async () => {
    const { connect } = storageOf(7);
    const [open, job] = [listings(), newJobId()];
    (await open.next(job, undefined, connect))?.handled(3, '2.jpg');
    const read = () => open.next(job, '2.jpg', connect);
    const [one, other] = await Promise.all([read(), read()]);
    expect([keysOf(one), keysOf(other)]).toEqual(['345', '345']);
    other?.handled(3, '5.jpg');
    expect(keysOf(await open.next(job, '5.jpg', connect))).toBe('6');
  });
});
