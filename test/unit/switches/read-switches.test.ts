import { expect, it } from 'vitest';
import { Problem } from '#shared/kernel/problems.ts';
import { readSwitches, SWITCHES_SECONDS } from '#shared/switches/read-switches.ts';
import { memorySwitchStore } from '../../memory/switch-store.ts';

function world() {
  const store = memorySwitchStore();
  let clock = 0;
  let reads = 0;
  let away = false;
  const get = async () => {
    reads += 1;
    if (away) throw new Problem('dependency_unavailable', 'away');
    return store.get();
  };
  return {
    store,
    switches: readSwitches({ get }, () => clock),
    pass: (seconds: number) => {
      clock += seconds * 1000;
    },
    fail: (value: boolean) => {
      away = value;
    },
    reads: () => reads,
  };
}

it('holds within a minute, and is read three times a minute at most', async () => {
  const { store, switches, pass, reads } = world();
  expect(await switches.isPaused('webhooks')).toBe(false);
  await store.put({ degrade: [], pause: ['webhooks'] });
  for (let second = 0; second < SWITCHES_SECONDS; second++) {
    expect(await switches.isPaused('webhooks')).toBe(false);
    pass(1);
  }
  expect(await switches.isPaused('webhooks')).toBe(true);
  expect(await switches.isPaused('ingest')).toBe(false);
  expect(reads()).toBe(2);
  expect(SWITCHES_SECONDS).toBeLessThanOrEqual(30);
});

it('stays as it was while it cannot be read, and on if it never was', async () => {
  const { store, switches, pass, fail } = world();
  fail(true);
  expect((await switches.current()).pause).toEqual([]);
  fail(false);
  await store.put({ degrade: [], pause: ['imports'] });
  pass(SWITCHES_SECONDS);
  expect(await switches.isPaused('imports')).toBe(true);
  fail(true);
  pass(600);
  expect(await switches.isPaused('imports')).toBe(true);
});
