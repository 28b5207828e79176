import assert from 'node:assert/strict';
import pLimit from 'p-limit';
import type { Scan } from '#shared/jobs/job.ts';
import { emptyPageProxy } from './empty-page.ts';
import { brokenPicture, picture } from './pictures.ts';
import type { Place } from './places.ts';
import { ACME } from './stores.ts';
import { trialSystem } from './system.ts';

/** One picture of so many cannot be read. */
const BROKEN_EVERY = 100;
/** Objects that are changed, added and removed. */
const FEW = 10;
/** Shares of the pictures after which the worker is killed. */
const DEATHS = [0.2, 0.4];
/** Objects of a page of a listing. */
const PAGE = 1_000;
const CONCURRENCY = 8;

export interface Figures {
  place: string;
  pictures: number;
  /** Pictures brought in a second, and objects compared a second by a scan that finds nothing new. */
  scanned: number;
  compared: number;
  /** Resident megabytes of the worker since it was started last, in the order of time. */
  resident: number[];
  /** Messages that were delivered. */
  deliveries: number;
}

const keyOf = (number: number): string => `in/${number % 100}/é ${String(number).padStart(7, '0')}+.jpg`;
const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
const isBroken = (number: number): boolean => number % BROKEN_EVERY === BROKEN_EVERY - 1;

/** Writes the pictures of a trial. One of a hundred is broken. */
export async function fillPlace(place: Place, pictures: number): Promise<void> {
  await atOnce(numbersTo(pictures), async (number) =>
    place.put(keyOf(number), await (isBroken(number) ? brokenPicture(number) : picture(number))),
  );
}

/**
 * Scans the pictures with a worker that is killed twice and messages that come twice; then what is there again, what was
 * changed, added and removed, and by a proxy that leaves out a page.
 * @throws AssertionError if anything is lost, doubled, read again or hidden that must not be
 */
export async function scanTrial(place: Place, pictures: number): Promise<Figures> {
  const numbers = numbersTo(pictures);
  const broken = numbers.filter(isBroken).length;
  const proxy = await emptyPageProxy(place.protocol, place.address);
  const system = await trialSystem(place.target(place.address), place.credentials, [
    place.address,
    proxy.address,
  ]);
  const { stores, storage_id } = system;
  const whole = numbers.filter((number) => !isBroken(number)).map(keyOf);

  async function bringAll(): Promise<number> {
    const job = await system.scan(
      {},
      DEATHS.map((share) => share * pictures),
    );
    expectProgress(job, { listed: pictures, new: pictures, indexed: whole.length, failed: broken });
    assert.equal(job.errors_count, broken, 'each broken picture has its error');
    assert.deepEqual(await stores.library(), [...whole].sort(), 'every picture is there, and none twice');
    assert.equal(await stores.found(), whole.length, 'searches find all of them');
    await expectNothingUnnamed();
    return job.seconds;
  }
  async function expectSame(what: string, objects = pictures): Promise<number> {
    const job = await system.scan();
    expectProgress(job, { listed: objects, same: objects, indexed: 0 });
    assert.equal(job.opened, 0, `${what} opens no object`);
    return job.seconds;
  }
  async function expectNothingUnnamed(): Promise<void> {
    assert.equal(await stores.unnamed(storage_id), 0, 'the catalogue names every image');
    assert.equal(await stores.catalogue.countQueued(ACME), 0, 'nothing is left in the queue');
  }

  async function changeSome(): Promise<void> {
    const [changed, removed] = [numbers.slice(0, FEW), numbers.slice(FEW, 2 * FEW)];
    await atOnce(changed, async (number) => place.put(keyOf(number), await picture(pictures + number)));
    await atOnce(removed, (number) => place.remove(keyOf(number)));
    const added = numbers.slice(0, FEW).map((number) => 2 * pictures + number);
    await atOnce(added, async (number) => place.put(keyOf(number), await picture(number)));
    const job = await system.scan();
    const same = pictures - 2 * FEW;
    expectProgress(job, { new: FEW, changed: FEW, same, absent: FEW, indexed: 2 * FEW, failed: 0 });
    assert.equal(job.opened, 2 * FEW, 'what is new and changed is opened, and nothing else');
    assert.equal(job.progress.missing ?? 0, 0, 'one scan makes nothing missing');
    assert.equal(await stores.found(), whole.length + FEW, 'the removed ones are found as yet');
    const second = await system.scan();
    expectProgress(second, { listed: pictures, same: pictures, missing: FEW });
    assert.equal(second.opened, 0, 'the scan after it opens no object');
    assert.equal(await stores.found(), whole.length, 'what two scans did not meet is hidden');
    assert.equal((await stores.library()).length, whole.length + FEW, 'and nothing is deleted');
    await expectNothingUnnamed();
  }

  async function leaveOutPages(): Promise<void> {
    system.useTarget(place.target(proxy.address));
    const pages = Math.ceil(pictures / PAGE);
    for (const page of new Set([1, Math.ceil(pages / 2)])) {
      proxy.emptyAt(page);
      const job = await system.scan();
      assert.equal(job.status, page === 1 ? 'needs_confirmation' : 'completed');
      assert.equal(job.progress.listed ?? 0, (page - 1) * PAGE, 'the page was left out');
      assert.equal(await stores.found(), whole.length, 'an empty page hides nothing');
      const next = await system.scan();
      const { same = 0, new: again = 0, indexed = 0, restored = 0 } = next.progress;
      // Of what has no image, nothing is kept: it is read again.
      assert.ok(again <= broken, 'the scan after it reads no picture again');
      assert.deepEqual([same + again, indexed, restored], [pictures, 0, 0], 'and finds all as it was');
      assert.equal(await stores.found(), whole.length, 'and nothing is missing after it');
    }
  }

  try {
    const first = await bringAll();
    const second = await expectSame('the second scan');
    await changeSome();
    await leaveOutPages();
    return {
      ...{ place: place.name, pictures },
      ...{ scanned: pictures / first, compared: pictures / second },
      ...{ resident: system.resident(), deliveries: system.deliveries() },
    };
  } finally {
    await system.end();
    await proxy.stop();
  }
}

function expectProgress({ status, progress }: Scan, expected: Record<string, number>): void {
  assert.equal(status, 'completed');
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, progress[name] ?? 0]));
  assert.deepEqual(found, expected);
}

async function atOnce(numbers: readonly number[], work: (number: number) => Promise<unknown>): Promise<void> {
  const limit = pLimit(CONCURRENCY);
  await Promise.all(numbers.map((number) => limit(() => work(number))));
}
