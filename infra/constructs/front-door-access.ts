import type { z } from 'zod';
import type { DataStack } from '../stacks/data.ts';
import type { AppFunction } from './app-function.ts';
import { ACTIONS } from './permissions.ts';

/** What a function that serves tenants' routes needs: its variables, and what it may do. */
export const frontDoorAccess = (data: DataStack) => ({
  variables: {
    ...operatorDoorAccess(data).variables,
    LIMITS_TABLE: data.tables.limits.tableName,
    EVENTS_TOPIC_ARN: data.events.topicArn,
  },
  allow: <Schema extends z.ZodType>(appFunction: AppFunction<Schema>): AppFunction<Schema> =>
    operatorDoorAccess(data)
      .allow(appFunction)
      .allow(ACTIONS.countInTable, [data.tables.limits.tableArn])
      .allow(ACTIONS.publish, [data.events.topicArn]),
});

/** The same for one that serves the operator's routes, or refuses callers. */
export const operatorDoorAccess = ({ audit }: DataStack) => ({
  variables: { AUDIT_TABLE: audit.table.tableName },
  allow: <Schema extends z.ZodType>(appFunction: AppFunction<Schema>): AppFunction<Schema> =>
    appFunction.allow(ACTIONS.appendTable, [audit.table.tableArn]),
});
