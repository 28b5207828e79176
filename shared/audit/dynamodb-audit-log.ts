import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import {
  auditPartition,
  refusalPartition,
  refusalPartitions,
  refusalsOfTenant,
  tenantPartition,
} from '#shared/aws/dynamodb-keys.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import { TENANT_ID_PATTERN } from '#shared/kernel/ids.ts';
import { periodAt } from '#shared/kernel/period.ts';
import { AuditEntry } from './audit-entry.ts';
import type { AuditLog } from './audit-log.ts';
import { type AuditRange, readAuditPage } from './audit-page.ts';
import { mergeNewestFirst, sortKeyOf } from './newest-first.ts';

export const AuditTableEnv = z.object({ AUDIT_TABLE: z.string().min(1) });

/** Items of one Query of a filtered list: about 250 KB of each of a month's partitions. */
const READ_BATCH = 250;

/** Reads an entry from an item of the table or of its stream. */
export const auditEntryOf = itemReader('audit', AuditEntry);

/** Yields the months of a range, the last one first. */
function* monthsBack({ from, before }: AuditRange): Generator<string> {
  const month = new Date(`${periodAt(before)}-01T00:00:00.000Z`);
  for (; periodAt(month.toISOString()) >= periodAt(from); month.setUTCMonth(month.getUTCMonth() - 1))
    yield periodAt(month.toISOString());
}

/**
 * Stores the audit log in DynamoDB: a partition per month, in the order of time, and an index by tenant in the same order.
 * Refusals have partitions of their own in both: whoever causes them cannot keep changes from being written.
 * @param maxScanned entries read for one page
 */
export function dynamoAuditLog({ maxScanned, ...options }: TableOptions & { maxScanned?: number }): AuditLog {
  const table = openTable(options);
  return {
    async append(entry) {
      // A refused call may name any text as its tenant; one that is no tenant id is left out of the index.
      const tenant = entry.tenant_id ?? '';
      const isTenant = TENANT_ID_PATTERN.test(tenant);
      const isRefusal = entry.outcome === 'refused';
      const month = periodAt(entry.at);
      const item = {
        ...entry,
        pk: isRefusal ? refusalPartition(month, entry.audit_id) : auditPartition(month),
        sk: sortKeyOf(entry),
        ...(isTenant && { gsi_tenant: isRefusal ? refusalsOfTenant(tenant) : tenantPartition(tenant) }),
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
        if (tenant_id !== undefined) {
          const partitions = [tenantPartition(tenant_id), refusalsOfTenant(tenant_id)];
          return yield* mergeNewestFirst(
            partitions.map((partition) => read('by_tenant', 'gsi_tenant', partition, range)),
          );
        }
        for (const month of monthsBack(range)) {
          const partitions = [auditPartition(month), ...refusalPartitions(month)];
          yield* mergeNewestFirst(partitions.map((partition) => read(undefined, 'pk', partition, range)));
        }
      }

      return readAuditPage(query, newestFirst, maxScanned);
    },
  };
}
