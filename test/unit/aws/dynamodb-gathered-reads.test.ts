import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { gatheredReads } from '#shared/aws/dynamodb-gathered-reads.ts';
import type { Key } from '#shared/aws/dynamodb-keys.ts';

const key = (sk: string): Key => ({ pk: 'TENANT#acme', sk });

/** A table that has every item but those of `missing`, and notes the keys of each call. */
function tableWithout(...missing: string[]) {
  const calls: string[][] = [];
  const read = gatheredReads(async (keys) => {
    calls.push(keys.map(({ sk }) => sk));
    return keys.filter(({ sk }) => !missing.includes(sk)).toReversed();
  });
  return { calls, read };
}

describe('gatheredReads', () => {
  it('reads by one call what is requested at the same time, and each item once', async () => {
    const { calls, read } = tableWithout('c');
    const items = await Promise.all([read(key('a')), read(key('b')), read(key('a')), read(key('c'))]);
    expect(items).toEqual([key('a'), key('b'), key('a'), undefined]);
    expect(calls).toEqual([['a', 'b', 'c']]);
  });

  it('gathers what further steps request as soon as an earlier read returns', async () => {
    const { calls, read } = tableWithout();
    await Promise.all(
      ['a', 'b'].map(async (name) => {
        await read(key(name));
        await read(key(`${name} again`));
      }),
    );
    expect(calls).toEqual([
      ['a', 'b'],
      ['a again', 'b again'],
    ]);
  });

  it('reads again what is requested later: the item may have changed', async () => {
    const { calls, read } = tableWithout();
    const first = read(key('a'));
    await sleep(5);
    await Promise.all([first, read(key('a'))]);
    expect(calls).toEqual([['a'], ['a']]);
  });

  it('fails for all who requested, and not for later ones', async () => {
    let broken = true;
    const read = gatheredReads(async (keys) => {
      if (broken) throw new Error('no answer');
      return keys;
    });
    const [one, other] = await Promise.allSettled([read(key('a')), read(key('b'))]);
    expect([one?.status, other?.status]).toEqual(['rejected', 'rejected']);
    broken = false;
    await expect(read(key('a'))).resolves.toEqual(key('a'));
  });
});
