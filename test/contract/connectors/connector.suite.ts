import { buffer } from 'node:stream/consumers';
import pLimit from 'p-limit';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connector, StorageObject } from '#shared/connectors/connector.ts';
import { uniqueName } from '../emulator.ts';
import { bytesOf, collect, inByteOrder, type Kept, ODD_KEYS } from './odd-keys.ts';

/** A tenant's storage, as the suite needs it. */
export interface TenantStorage {
  /** Writes and removes by the tenant's own means. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  /** Opens it with credentials that allow all. */
  connect(prefix: string): Promise<Connector>;
  /** Opens it with credentials that allow nothing. */
  connectRefused?(): Promise<Connector>;
  /** Opens it with credentials that allow to list and read. */
  connectReadOnly?(prefix: string): Promise<Connector>;
  /** Opens a bucket that is not there. */
  connectNowhere(): Promise<Connector>;
  /** Opens it where nothing answers. */
  connectUnreachable?(): Promise<Connector>;
  /** Keys that the server cannot hold, and what it does to them. */
  cannotHold?: Partial<Record<Kept, string>>;
  /** The order of its listings. Default: that of the keys' UTF-8 bytes. */
  inOrder?: (keys: readonly string[]) => string[];
}

const MAX_BYTES = 10_000_000;
const MANY = 2_500;
const all = async (connector: Connector, after?: string): Promise<StorageObject[]> =>
  (await pagesOf(connector, after)).flat();
const pagesOf = async (connector: Connector, after?: string): Promise<(readonly StorageObject[])[]> =>
  collect(connector.list(after === undefined ? {} : { after }));
const keysOf = (objects: readonly StorageObject[]): string[] => objects.map(({ key }) => key);

/** Writes objects of one byte, 16 at a time. */
async function putAll(storage: TenantStorage, keys: readonly string[]): Promise<void> {
  const limit = pLimit(16);
  await Promise.all(keys.map((key) => limit(() => storage.put(key, bytesOf('1')))));
}

/** The behaviour that connectors of all types have. */
export function describeConnector(name: string, start: () => Promise<TenantStorage>): void {
  describe(`a connector to ${name}`, () => {
    let storage: TenantStorage;
    beforeAll(async () => {
      storage = await start();
    });

    /** Opens a folder of the storage that no other test uses. */
    async function folder(objects: Record<string, Uint8Array> = {}) {
      const prefix = `${uniqueName('folder')}/`;
      for (const [key, bytes] of Object.entries(objects)) await storage.put(prefix + key, bytes);
      const connector = await storage.connect(prefix);
      /** Returns the object as it is listed. */
      const listed = async (key: string): Promise<StorageObject> => {
        const found = (await all(connector)).find((each) => each.key === prefix + key);
        if (!found) throw new Error(`${key} is not listed`);
        return found;
      };
      const read = async (object: StorageObject, maxBytes = MAX_BYTES) =>
        buffer(await connector.open(object, { maxBytes }));
      return { prefix, connector, listed, read };
    }

    describe('lists', () => {
      it('nothing where nothing is', async () => {
        const { connector } = await folder();
        expect(await all(connector)).toEqual([]);
      });

      it('an object with its size, its time and a change token', async () => {
        const { listed, prefix } = await folder({ 'a.jpg': bytesOf('abc') });
        const object = await listed('a.jpg');
        expect(object).toEqual({
          key: `${prefix}a.jpg`,
          size: 3,
          changedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
          changeToken: expect.stringMatching(/./),
          archived: false,
        });
        expect(Math.abs(Date.now() - Date.parse(object.changedAt))).toBeLessThan(120_000);
      });

      it('keys that begin with the prefix, in any depth, and no others', async () => {
        const objects = {
          'in/a': bytesOf('1'),
          'in/b/c/d': bytesOf('2'),
          inner: bytesOf('3'),
          out: bytesOf('4'),
        };
        const { prefix } = await folder(objects);
        const inside = await storage.connect(`${prefix}in/`);
        expect(keysOf(await all(inside))).toEqual([`${prefix}in/a`, `${prefix}in/b/c/d`]);
        const begins = await storage.connect(`${prefix}in`);
        expect(keysOf(await all(begins)).sort()).toEqual(
          ['in/a', 'in/b/c/d', 'inner'].map((key) => prefix + key).sort(),
        );
      });

      it('only what lies under a prefix with characters that URLs escape', async () => {
        const { prefix } = await folder({ 'ü + %2F&=/a': bytesOf('1'), 'ü   %2F&=/a': bytesOf('2') });
        const connector = await storage.connect(`${prefix}ü + %2F&=/`);
        expect(keysOf(await all(connector))).toEqual([`${prefix}ü + %2F&=/a`]);
      });

      it('not the object that was removed', async () => {
        const { connector, prefix } = await folder({ a: bytesOf('1'), b: bytesOf('2') });
        await storage.remove(`${prefix}a`);
        expect(keysOf(await all(connector))).toEqual([`${prefix}b`]);
      });

      it('nothing more once it is aborted', async () => {
        const { connector } = await folder({ a: bytesOf('1') });
        const aborted = AbortSignal.abort(new Error('enough'));
        await expect(collect(connector.list({ signal: aborted }))).rejects.toThrow();
      });

      it('nothing of a bucket that is not there', async () => {
        await expect(all(await storage.connectNowhere())).rejects.toMatchObject({ code: 'bucket_not_found' });
      });

      it('nothing with credentials that the storage refuses', async () => {
        if (!storage.connectRefused) return;
        const refused = { code: 'storage_access_denied' };
        await expect(all(await storage.connectRefused())).rejects.toMatchObject(refused);
      });
    });

    describe('pages through many objects', () => {
      let connector: Connector;
      let pages: (readonly StorageObject[])[];
      let keys: string[];
      let prefix: string;
      beforeAll(async () => {
        ({ connector, prefix } = await folder());
        keys = Array.from(
          { length: MANY },
          (_, i) => `${prefix}${i % 7}/${String(i).padStart(5, '0')} ä.jpg`,
        );
        await putAll(storage, keys);
        pages = await pagesOf(connector);
      });

      it('each of them once', () => {
        expect(keysOf(pages.flat()).sort()).toEqual([...keys].sort());
      });

      it('at most 1 000 at a time', () => {
        expect(pages.length).toBeGreaterThan(2);
        expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(1_000);
      });

      it('in the order of their bytes', () => {
        expect(keysOf(pages.flat())).toEqual(inByteOrder(keys));
      });

      it.each([0, 1, 998, 999, 1_000, 1_001, 1_999, 2_000, MANY - 2])(
        'from behind the key %i',
        async (at) => {
          const listed = keysOf(pages.flat());
          expect(keysOf(await all(connector, listed[at]))).toEqual(listed.slice(at + 1));
        },
      );

      it('to the end, behind which there are none', async () => {
        expect(await all(connector, keysOf(pages.flat()).at(-1))).toEqual([]);
      });

      it('from behind a key that was never there', async () => {
        const listed = keysOf(pages.flat());
        const after = `${listed[1_200] ?? ''}!`;
        expect(keysOf(await all(connector, after))).toEqual(listed.slice(1_201));
      });

      it('until the reader has enough', async () => {
        const seen: string[] = [];
        for await (const page of connector.list({})) {
          seen.push(...keysOf(page));
          break;
        }
        expect(seen).toEqual(keysOf(pages[0] ?? []));
      });
    });

    describe('takes as they are', () => {
      it.each(Object.entries(ODD_KEYS))('keys with %s', async (kind, odd) => {
        const { connector, prefix, read } = await folder();
        const reason = storage.cannotHold?.[kind as Kept]; // Object.entries loses the literal types
        const keys = odd.map((key) => (Buffer.byteLength(key) === 1_024 ? key.slice(prefix.length) : key));
        const inOrder = storage.inOrder ?? inByteOrder;
        const wanted = reason === undefined ? inOrder(keys.map((key) => prefix + key)) : [];
        for (const key of wanted) await storage.put(key, bytesOf(key));
        const objects = await all(connector);
        expect(keysOf(objects)).toEqual(wanted);
        for (const object of objects) {
          expect(await connector.stat(object.key)).toEqual(object);
          expect((await read(object)).toString()).toBe(object.key);
          expect(keysOf(await all(connector, object.key))).toEqual(
            keysOf(objects).slice(objects.indexOf(object) + 1),
          );
        }
        const [first] = objects;
        if (!first) return;
        await connector.put(first.key, bytesOf('new'), 'text/plain');
        const changed = await connector.stat(first.key);
        expect(changed?.size).toBe(3);
        expect(changed && (await connector.remove(changed))).toBe(true);
        expect(await connector.stat(first.key)).toBeUndefined();
        expect(keysOf(await all(connector))).toEqual(keysOf(objects).slice(1));
      });

      it('folder markers', async () => {
        const { connector, listed, prefix, read } = await folder({ 'a/': bytesOf(''), 'a/b': bytesOf('1') });
        expect(keysOf(await all(connector))).toEqual([`${prefix}a/`, `${prefix}a/b`]);
        const marker = await listed('a/');
        expect(marker.size).toBe(0);
        expect(await read(marker)).toHaveLength(0);
      });
    });

    describe('opens', () => {
      it('a large object, whole', async () => {
        const bytes = Buffer.alloc(6_000_000, 'deeplens');
        const { listed, read } = await folder({ big: bytes });
        expect((await read(await listed('big'))).equals(bytes)).toBe(true);
      });

      it('an object of just as many bytes as are allowed, and none that has more', async () => {
        const { listed, read } = await folder({ a: bytesOf('12345') });
        const object = await listed('a');
        expect((await read(object, 5)).toString()).toBe('12345');
        await expect(read(object, 4)).rejects.toMatchObject({ code: 'payload_too_large' });
      });

      it('no object that has changed since it was listed', async () => {
        const { listed, prefix, read } = await folder({ a: bytesOf('old') });
        const object = await listed('a');
        await storage.put(`${prefix}a`, bytesOf('new'));
        await expect(read(object)).rejects.toMatchObject({ code: 'object_changed' });
        expect((await read(await listed('a'))).toString()).toBe('new');
      });

      it('no object that is gone', async () => {
        const { listed, prefix, read } = await folder({ a: bytesOf('1') });
        const object = await listed('a');
        await storage.remove(`${prefix}a`);
        await expect(read(object)).rejects.toMatchObject({ code: 'not_found' });
      });

      it('nothing once it is aborted', async () => {
        const { connector, listed } = await folder({ a: bytesOf('1') });
        const [object, signal] = [await listed('a'), AbortSignal.abort(new Error('enough'))];
        await expect(connector.open(object, { maxBytes: 10, signal })).rejects.toThrow();
      });

      it('and closes an object in the middle', async () => {
        const { connector, listed } = await folder({ big: Buffer.alloc(6_000_000) });
        const [object, control] = [await listed('big'), new AbortController()];
        const stream = await connector.open(object, { maxBytes: MAX_BYTES, signal: control.signal });
        const read = (async () => {
          for await (const _ of stream) control.abort(new Error('enough'));
        })();
        await expect(read).rejects.toThrow();
        expect(stream.destroyed).toBe(true);
      });
    });

    describe('knows', () => {
      it('an object by its key, as it is listed', async () => {
        const { connector, listed, prefix } = await folder({ a: bytesOf('1') });
        expect(await connector.stat(`${prefix}a`)).toEqual(await listed('a'));
      });

      it('that there is none', async () => {
        const { connector, prefix } = await folder();
        expect(await connector.stat(`${prefix}a`)).toBeUndefined();
      });

      it('an object with other content by its token, and one that is the same', async () => {
        const { listed, prefix } = await folder({ a: bytesOf('old'), b: bytesOf('old') });
        const [a, b] = [await listed('a'), await listed('b')];
        await storage.put(`${prefix}a`, bytesOf('new'));
        expect((await listed('a')).changeToken).not.toBe(a.changeToken);
        expect((await listed('b')).changeToken).toBe(b.changeToken);
      });
    });

    describe('writes', () => {
      it('an object, and over it', async () => {
        const { connector, listed, prefix, read } = await folder();
        await connector.put(`${prefix}a`, bytesOf('one'), 'text/plain');
        expect((await read(await listed('a'))).toString()).toBe('one');
        await connector.put(`${prefix}a`, bytesOf('two'), 'text/plain');
        expect((await read(await listed('a'))).toString()).toBe('two');
      });

      it('nothing where the credentials only read', async () => {
        if (!storage.connectReadOnly) return;
        const { listed, prefix } = await folder({ a: bytesOf('1') });
        const connector = await storage.connectReadOnly(prefix);
        const refused = { code: 'storage_access_denied' };
        expect(keysOf(await all(connector))).toEqual([`${prefix}a`]);
        const writing = connector.put(`${prefix}b`, bytesOf('2'), 'text/plain');
        await expect(writing).rejects.toMatchObject(refused);
        await expect(connector.remove(await listed('a'))).rejects.toMatchObject(refused);
        expect((await buffer(await connector.open(await listed('a'), { maxBytes: 10 }))).toString()).toBe(
          '1',
        );
      });
    });

    describe('removes', () => {
      it('an object, once', async () => {
        const { connector, listed } = await folder({ a: bytesOf('1'), b: bytesOf('2') });
        const object = await listed('a');
        expect(await connector.remove(object)).toBe(true);
        expect(await connector.remove(object)).toBe(false);
        expect((await listed('b')).size).toBe(1);
      });

      it('no object that has changed', async () => {
        const { connector, listed, prefix, read } = await folder({ a: bytesOf('old') });
        const object = await listed('a');
        await storage.put(`${prefix}a`, bytesOf('new'));
        await expect(connector.remove(object)).rejects.toMatchObject({ code: 'object_changed' });
        expect((await read(await listed('a'))).toString()).toBe('new');
      });
    });

    describe('is tried', () => {
      it('and lists and reads', async () => {
        const { connector } = await folder({ a: bytesOf('1') });
        expect(await connector.probe()).toMatchObject({ list: true, read: true });
      });

      it('and has nothing to read yet', async () => {
        const { connector } = await folder();
        expect(await connector.probe()).toMatchObject({ list: true, read: 'empty' });
      });

      it('where the only object is empty', async () => {
        const { connector } = await folder({ a: bytesOf('') });
        expect(await connector.probe()).toMatchObject({ list: true, read: true });
      });

      it('where there is no bucket', async () => {
        const connector = await storage.connectNowhere();
        await expect(connector.probe()).rejects.toMatchObject({ code: 'bucket_not_found' });
      });

      it('with credentials that the storage refuses', async () => {
        if (!storage.connectRefused) return;
        const connector = await storage.connectRefused();
        await expect(connector.probe()).rejects.toMatchObject({ code: 'storage_access_denied' });
      });

      it('where nothing answers', async () => {
        if (!storage.connectUnreachable) return;
        const connector = await storage.connectUnreachable();
        await expect(connector.probe()).rejects.toMatchObject({
          code: 'storage_unreachable',
          retryable: true,
        });
      });
    });
  });
}
