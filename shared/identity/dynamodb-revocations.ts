import * as z from 'zod';
import { revocationKey } from '#shared/aws/dynamodb-activity-keys.ts';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import type { Revocations } from './revocations.ts';

const readRevocation = itemReader('activity', z.object({ revoked_at: z.number() }));

/** Stores revocations in the table `activity`. */
export function dynamoRevocations(options: TableOptions): Revocations {
  const table = openTable(options);
  return {
    async revoke(issuer, subject, at) {
      const revoked_at = Math.floor(at.getTime() / 1000);
      await table.put(
        { ...revocationKey(issuer, subject), revoked_at },
        // A revocation that arrives late must not replace a newer one.
        {
          ConditionExpression: 'attribute_not_exists(pk) OR revoked_at < :at',
          ExpressionAttributeValues: { ':at': revoked_at },
        },
      );
    },
    async isRevoked(issuer, subject, issuedAt) {
      const item = await table.get(revocationKey(issuer, subject));
      return item !== undefined && issuedAt <= readRevocation(item).revoked_at;
    },
  };
}
