import type { z } from 'zod';
import type { DataStack } from '../stacks/data.ts';
import type { AppFunction } from './app-function.ts';
import { ACTIONS } from './permissions.ts';

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
      .allow(ACTIONS.countInTable, [data.tables.limits.tableArn])
      .allow(ACTIONS.publish, [data.events.topicArn]),
});

/** The variables and permissions of `operatorGuards`, for functions that serve the operator or refuse callers. */
export const operatorGuardsAccess = ({ audit }: DataStack) => ({
  variables: audit.variables,
  allow: <Schema extends z.ZodType>(appFunction: AppFunction<Schema>): AppFunction<Schema> =>
    appFunction.allow(ACTIONS.appendTable, [audit.table.tableArn]),
});
