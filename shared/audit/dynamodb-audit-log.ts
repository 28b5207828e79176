import { z } from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { auditPartition, tenantPartition } from '#shared/aws/dynamodb-keys.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import { TENANT_ID_PATTERN } from '#shared/kernel/ids.ts';
import { AuditEntry } from './audit-entry.ts';
import type { AuditLog } from './audit-log.ts';
import { type AuditRange, positionOf, readAuditPage } from './audit-page.ts';

export const AuditTableEnv = z.object({ AUDIT_TABLE: z.string().min(1) });

/** Items of one Query of a filtered list: about 1 MB, the most that a Query reads. */
const READ_BATCH = 1000;

const monthOf = (time: string): string => time.slice(0, 7);

/** Reads an entry from an item of the table or of its stream. */
export const auditEntryOf = itemReader('audit', AuditEntry);

/** Yields the months of a range, the last one first. */
function* monthsBack({ from, before }: AuditRange): Generator<string> {
  const month = new Date(`${monthOf(before)}-01T00:00:00.000Z`);
  for (; monthOf(month.toISOString()) >= monthOf(from); month.setUTCMonth(month.getUTCMonth() - 1))
    yield monthOf(month.toISOString());
}

/**
 * Stores the audit log in DynamoDB: a partition per month, in the order of time, and an index by tenant in the same order.
 * @param maxScanned entries read for one page
 */
export function dynamoAuditLog({ maxScanned, ...options }: TableOptions & { maxScanned?: number }): AuditLog {
  const table = openTable(options);
  return {
    async append(entry) {
      // A refused call may name any text as its tenant; one that is no tenant id is left out of the index.
      const isTenant = entry.tenant_id !== undefined && TENANT_ID_PATTERN.test(entry.tenant_id);
      const item = {
        ...entry,
        pk: auditPartition(monthOf(entry.at)),
        sk: positionOf(entry),
        ...(isTenant && { gsi_tenant: tenantPartition(entry.tenant_id ?? '') }),
      };
      await table.put(item, { ConditionExpression: 'attribute_not_exists(pk)' });
    },
    async list(query) {
      const { tenant_id, actor, action, limit } = query;
      const isFiltered = actor !== undefined || action !== undefined;

      async function* read(index: string | undefined, key: string, value: string, range: AuditRange) {
        const items = table.query({
          ...(index && { IndexName: index }),
          KeyConditionExpression: '#key = :key AND sk BETWEEN :from AND :before',
          ExpressionAttributeNames: { '#key': key },
          ExpressionAttributeValues: { ':key': value, ':from': range.from, ':before': range.before },
          ScanIndexForward: false,
          Limit: isFiltered ? READ_BATCH : limit + 2, // the cursor's own entry, and one more, to know if there is a next page
        });
        for await (const item of items) if (item.sk !== range.before) yield auditEntryOf(item);
      }

      async function* newestFirst(range: AuditRange) {
        if (tenant_id !== undefined)
          return yield* read('by_tenant', 'gsi_tenant', tenantPartition(tenant_id), range);
        for (const month of monthsBack(range)) yield* read(undefined, 'pk', auditPartition(month), range);
      }

      return readAuditPage(query, newestFirst, maxScanned);
    },
  };
}
