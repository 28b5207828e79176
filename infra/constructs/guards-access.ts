import type * as z from 'zod';
import type { DataStack } from '../stacks/data.ts';
import { PARTITIONS } from './activity-partitions.ts';
import type { AppFunction } from './app-function.ts';
import { ACTIONS, inPartitions, onTable } from './permissions.ts';

/** The variables and permissions of `tenantGuards`, for functions that serve tenants. */
export const tenantGuardsAccess = (data: DataStack) => ({
  variables: {
    ...operatorGuardsAccess(data).variables,
    LIMITS_TABLE: data.tables.limits.tableName,
    EVENTS_TOPIC_ARN: data.events.topicArn,
  },
  allow: <Schema extends z.ZodType>(appFunction: AppFunction<Schema>): AppFunction<Schema> =>
    operatorGuardsAccess(data)
      .allow(appFunction)
      .allow(onTable('GetItem', 'UpdateItem'), [data.tables.limits.tableArn])
      .allow(ACTIONS.publish, [data.events.topicArn]),
});

interface Access<Variables> {
  variables: Variables;
  allow<Schema extends z.ZodType>(appFunction: AppFunction<Schema>): AppFunction<Schema>;
}

/** Adds the store of replies of operations that can be repeated. */
const repeatable = <Variables extends object>(
  data: DataStack,
  guards: Access<Variables>,
  partitions: readonly string[],
) => ({
  variables: { ...guards.variables, ACTIVITY_TABLE: data.tables.activity.tableName },
  allow: <Schema extends z.ZodType>(appFunction: AppFunction<Schema>): AppFunction<Schema> =>
    guards
      .allow(appFunction)
      .allow(
        onTable('DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'),
        [data.tables.activity.tableArn],
        inPartitions(partitions),
      ),
});

/** The variables and permissions of `idempotentGuards`, for functions whose operations can be repeated. */
export const idempotentGuardsAccess = (data: DataStack) =>
  repeatable(data, tenantGuardsAccess(data), PARTITIONS.idempotency);

/**
 * The variables and permissions of `idempotentOperatorGuards`.
 * @param partitions of calls about a tenant, or of those about none
 */
export const idempotentOperatorGuardsAccess = (
  data: DataStack,
  partitions: 'idempotency' | 'idempotencyOfOperator',
) => repeatable(data, operatorGuardsAccess(data), PARTITIONS[partitions]);

/** The variables and permissions of `operatorGuards`, for functions that serve the operator or refuse callers. */
export const operatorGuardsAccess = ({ audit }: DataStack) => ({
  variables: audit.variables,
  allow: <Schema extends z.ZodType>(appFunction: AppFunction<Schema>): AppFunction<Schema> =>
    // It can change an entry only by overwriting it: docs/adr/0014-audit-log.md.
    appFunction.allow(onTable('PutItem'), [audit.table.tableArn]),
});
