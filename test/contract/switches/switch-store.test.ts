import { describe, expect, it } from 'vitest';
import { dynamoSwitchStore } from '#shared/switches/dynamodb-switch-store.ts';
import { memorySwitchStore } from '../../memory/switch-store.ts';
import { newTable } from '../emulator.ts';

describe.each([
  ['memory', async () => memorySwitchStore()],
  ['DynamoDB', async () => dynamoSwitchStore(await newTable('activity'))],
])('switches in %s', (_, open) => {
  it('are all on, and then as they were put last', async () => {
    const store = await open();
    const allOn = { degrade: [], pause: [] };
    expect(await store.get()).toEqual(allOn);
    const paused = { degrade: ['verification' as const], pause: ['webhooks' as const], changed_at: 'now' };
    expect(await store.put(paused)).toEqual(allOn);
    expect(await store.get()).toEqual(paused);
    expect(await store.put(allOn)).toEqual(paused);
    expect(await store.get()).toEqual(allOn);
  });
});
