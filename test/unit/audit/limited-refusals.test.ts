import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import { limitedRefusals } from '#shared/audit/limited-refusals.ts';
import { newAuditId } from '#shared/kernel/ids.ts';
import { memoryAuditLog } from '../../memory/audit-log.ts';

function setUp() {
  const clock = { now: 0 };
  const dropped: number[] = [];
  const audit = memoryAuditLog();
  const report = (count: number) => void dropped.push(count);
  const log = limitedRefusals(audit, { perMinute: 60, report, now: () => clock.now });
  const append = (source_ip: string, outcome: AuditEntry['outcome'] = 'refused') =>
    log.append({
      audit_id: newAuditId(),
      at: new Date().toISOString(),
      actor: { kind: 'nobody', subject: 'nobody' },
      action: 'listImages',
      outcome,
      source_ip,
      user_agent: 'test',
      correlation_id: 'c',
    });
  const entriesOf = async (source: string) =>
    (await log.list({ limit: 1_000 })).items.filter(({ source_ip }) => source_ip === source).length;
  return { append, clock, dropped, entriesOf };
}

describe('a flood of refusals', () => {
  it('of one source writes half of the minute’s entries, and leaves the rest to others', async () => {
    const { append, dropped, entriesOf } = setUp();
    for (let count = 0; count < 500; count++) await append('192.0.2.1');
    for (let count = 0; count < 10; count++) await append('192.0.2.2');
    expect(await entriesOf('192.0.2.1')).toBe(30);
    expect(await entriesOf('192.0.2.2')).toBe(10);
    expect(dropped).toEqual([1]);
  });

  it('of many sources writes the minute’s entries, and is counted when the next minute begins', async () => {
    const { append, clock, dropped, entriesOf } = setUp();
    for (let count = 0; count < 500; count++) await append(`192.0.2.${count % 250}`);
    clock.now = 60_000;
    await append('192.0.2.251');
    expect(await entriesOf('192.0.2.251')).toBe(1);
    expect(dropped).toEqual([1, 439]);
  });

  it('does not keep changes and failures out of the log', async () => {
    const { append, entriesOf } = setUp();
    for (let count = 0; count < 100; count++) await append('192.0.2.1');
    await append('192.0.2.1', 'done');
    await append('192.0.2.1', 'failed');
    expect(await entriesOf('192.0.2.1')).toBe(32);
  });
});
