import { listAudit } from '#shared/contracts/http/audit.ts';
import { operatorGuards } from '#shared/guards/guards.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction } from '#shared/runtime/http.ts';
import { operatorRoute } from '#shared/runtime/routes.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const guards = operatorGuards(env);

export const handler = httpFunction(
  [
    operatorRoute(listAudit, async ({ query }) => {
      const { items, nextCursor } = await guards.audit.list(query);
      return { entries: items, ...(nextCursor !== undefined && { next_cursor: nextCursor }) };
    }),
  ],
  guards,
);
