import type { Webhook } from '@deeplens/sdk';
import { expect, it } from 'vitest';
import { healthOf } from '../../../console/src/features/webhooks/health.ts';
import { fromLocalInput, toLocalInput } from '../../../console/src/ui/local-time.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const webhook: Webhook = {
  webhook_id: 'wh_1',
  url: 'https://hooks.example.com/',
  event_types: ['*'],
  state: 'enabled',
  failures: 0,
  secrets: [],
  created_at: '2026-11-01T00:00:00Z',
  updated_at: '2026-11-01T00:00:00Z',
};

it('tells how deliveries go', () => {
  expect(healthOf(webhook, NOW).state).toBe('delivers');
  const failing = { ...webhook, failures: 3, failing_since: '2026-11-30T10:00:00Z' };
  expect(healthOf(failing, NOW)).toEqual({
    state: 'failing',
    says: '3 failed attempts since',
    at: '2026-11-30T10:00:00Z',
  });
  expect(healthOf({ ...failing, paused_until: '2026-11-30T12:30:00Z' }, NOW).state).toBe('paused');
  expect(healthOf({ ...failing, paused_until: '2026-11-30T11:30:00Z' }, NOW).state).toBe('failing');
  const gone = { ...failing, state: 'disabled', disabled_reason: 'gone' } as const;
  expect(healthOf(gone, NOW)).toMatchObject({ state: 'disabled', says: expect.stringContaining('410') });
});

it('reads and writes local times', () => {
  const at = new Date('2026-11-30T12:34:00.000Z');
  expect(fromLocalInput(toLocalInput(at))).toBe(at.toISOString());
  expect(fromLocalInput('')).toBeUndefined();
});
