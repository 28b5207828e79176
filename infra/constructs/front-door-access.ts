import type { z } from 'zod';
import type { DataStack } from '../stacks/data.ts';
import type { AppFunction } from './app-function.ts';
import { ACTIONS } from './permissions.ts';

/** What a function that serves tenants' routes needs: its variables, and what it may do. */
export const frontDoorAccess = ({ tables }: DataStack) => ({
  variables: { LIMITS_TABLE: tables.limits.tableName },
  allow: <Schema extends z.ZodType>(appFunction: AppFunction<Schema>): AppFunction<Schema> =>
    appFunction.allow(ACTIONS.countInTable, [tables.limits.tableArn]),
});
