import { dynamoAuditLog } from '#shared/audit/dynamodb-audit-log.ts';
import { listAudit } from '#shared/contracts/http/audit.ts';
import { operatorDoor } from '#shared/front-door/front-door.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { httpFunction, route } from '#shared/runtime/http.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const audit = dynamoAuditLog({ table: env.AUDIT_TABLE });

export const handler = httpFunction(
  [
    route(listAudit, async ({ query }) => {
      const { items, nextCursor } = await audit.list(query);
      return { entries: items, ...(nextCursor !== undefined && { next_cursor: nextCursor }) };
    }),
  ],
  operatorDoor(env),
);
