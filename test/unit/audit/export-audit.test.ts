import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import { type AuditRecord, exportAudit } from '#shared/audit/export-audit.ts';
import { newAuditId } from '#shared/kernel/ids.ts';
import { memoryAuditArchive } from '../../memory/audit-archive.ts';

let events = 0;
const record = (eventName: AuditRecord['eventName'], at: string): AuditRecord => ({
  eventId: `event-${++events}`,
  eventName,
  entry: {
    audit_id: newAuditId(),
    at,
    actor: { kind: 'operator', subject: 'operator-1' },
    action: 'changeTenant',
    outcome: 'done',
    source_ip: '192.0.2.1',
    user_agent: 'test',
    correlation_id: 'cor-1',
  },
});

function open() {
  const archive = memoryAuditArchive();
  const reported: AuditRecord[] = [];
  const run = exportAudit({ archive, report: (altered) => reported.push(...altered) });
  const entries = (): AuditEntry[] =>
    [...archive.objects.values()].flatMap((lines) =>
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  return { archive, reported, run, entries };
}

describe('the export of the audit log', () => {
  const batch = [
    record('INSERT', '2026-11-23T23:59:59.900Z'),
    record('INSERT', '2026-11-24T00:00:00.100Z'),
    record('INSERT', '2026-11-24T00:00:00.200Z'),
  ];

  it('stores a batch under the day of its first entry', async () => {
    const { archive, reported, run, entries } = open();
    await run(batch);
    expect([...archive.objects.keys()]).toEqual([`audit/2026/11/23/${batch[0]?.eventId}-3.jsonl`]);
    expect(entries()).toEqual(batch.map(({ entry }) => entry));
    expect(reported).toEqual([]);
  });

  it('stores a redelivered batch once', async () => {
    const { run, entries } = open();
    await run(batch);
    await run(batch);
    expect(entries()).toHaveLength(3);
  });

  it('loses nothing if a batch is redelivered with more records', async () => {
    const { run, entries } = open();
    const more = [...batch, record('INSERT', '2026-11-24T00:00:01.000Z')];
    await run(batch);
    await run(more);
    const stored = new Set(entries().map(({ audit_id }) => audit_id));
    expect(stored).toEqual(new Set(more.map(({ entry }) => entry.audit_id)));
  });

  it('reports altered entries and does not archive them', async () => {
    const { run, reported, entries } = open();
    const altered = [
      record('MODIFY', '2026-11-24T10:00:00.000Z'),
      record('REMOVE', '2026-11-24T10:00:00.000Z'),
    ];
    const added = record('INSERT', '2026-11-24T10:00:00.000Z');
    await run([...altered, added]);
    expect(reported).toEqual(altered);
    expect(entries()).toEqual([added.entry]);
  });

  it('reports altered entries even if the archive fails', async () => {
    const reported: AuditRecord[] = [];
    const run = exportAudit({
      archive: { put: () => Promise.reject(new Error('down')) },
      report: (altered) => reported.push(...altered),
    });
    const removed = record('REMOVE', '2026-11-24T10:00:00.000Z');
    await expect(run([removed, ...batch])).rejects.toThrow('down');
    expect(reported).toEqual([removed]);
  });

  it('writes no object without new entries', async () => {
    const { archive, run } = open();
    await run([record('MODIFY', '2026-11-24T10:00:00.000Z')]);
    await run([]);
    expect(archive.objects.size).toBe(0);
  });
});
