import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { z } from 'zod';
import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import type { AuditLog } from '#shared/audit/audit-log.ts';
import { ROLES } from '#shared/kernel/access.ts';
import type { Caller, PresumedCaller } from '#shared/kernel/caller.ts';
import { newAuditId, TENANT_ID_PATTERN, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { NOBODY } from './caller.ts';
import { correlationIdOf } from './correlation.ts';
import { logger } from './telemetry.ts';

/** What a call changed: never with a secret. */
export interface Change {
  /** The tenant that it is about, where neither the caller nor the path says so. */
  tenant_id?: string;
  /** The id of what was changed. */
  target?: string;
  before?: unknown;
  after?: unknown;
}

/** A call, as far as the audit log tells of it. */
export interface AuditedCall {
  /** The operation's id. */
  action: string;
  /** Nobody, where the call was refused before it was known who calls. */
  caller: PresumedCaller;
  /** Header names are in lower case. */
  event: Pick<
    APIGatewayProxyEvent | APIGatewayRequestAuthorizerEvent,
    'headers' | 'pathParameters' | 'requestContext'
  >;
}

const CALLERS = ['key', 'person', 'operator'] as const;
const PresumedContext = z.object({
  kind: z.enum(CALLERS),
  subject: z.string(),
  tenant: z.string().regex(TENANT_ID_PATTERN).optional(),
  role: z.enum(ROLES).optional(),
});

/** Who it seems to be, as far as the authorizer could tell before it refused. */
export function presumedCaller({ requestContext }: APIGatewayProxyEvent): Caller {
  const { data } = PresumedContext.safeParse(requestContext.authorizer ?? {});
  if (!data) return NOBODY;
  const { kind, subject, tenant, role } = data;
  return {
    kind,
    subject,
    scopes: [],
    ...(role && { role }),
    ...(tenant !== undefined && { tenant: tenantId(tenant) }),
  };
}

type Outcome = Pick<AuditEntry, 'outcome' | 'code' | 'detail'>;

function entryOf({ action, caller, event }: AuditedCall, outcome: Outcome, change: Change): AuditEntry {
  const { kind, subject, role } = caller;
  const inPath = event.pathParameters?.tenant_id;
  const tenant = caller.tenant ?? (inPath && TENANT_ID_PATTERN.test(inPath) ? inPath : undefined);
  return {
    audit_id: newAuditId(),
    at: new Date().toISOString(),
    ...(tenant !== undefined && { tenant_id: tenant }),
    actor: { kind, subject, ...(role && { role }) },
    action,
    ...change,
    ...outcome,
    source_ip: event.requestContext.identity?.sourceIp ?? 'unknown',
    user_agent: (event.headers?.['user-agent'] ?? 'unknown').slice(0, 256),
    correlation_id: correlationIdOf(event),
  };
}

/** A refusal goes out whether it could be written down or not. */
export async function recordRefusal(
  log: AuditLog | undefined,
  call: AuditedCall,
  problem: Problem,
): Promise<void> {
  const outcome = { outcome: 'refused' as const, code: problem.code, detail: problem.message };
  await log?.append(entryOf(call, outcome, targetOf(call.event))).catch((error: unknown) => {
    logger.error('refusal not in the audit log', { error });
  });
}

/**
 * Runs an administrative call and writes down what came of it. What could not be written down was not done properly:
 * the caller hears so, and repeats a call that is idempotent.
 * @throws Problem `dependency_unavailable` where the log does not answer; whatever the call throws
 */
export async function recorded<Reply>(
  log: AuditLog,
  call: AuditedCall,
  run: (note: (change: Change) => void) => Promise<Reply>,
): Promise<Reply> {
  let change: Change = targetOf(call.event);
  const note = (more: Change) => {
    change = { ...change, ...more };
  };
  try {
    const reply = await run(note);
    await log.append(entryOf(call, { outcome: 'done' }, change));
    return reply;
  } catch (error) {
    const problem = error instanceof Problem ? error : undefined;
    if (problem && isRefusal(problem)) throw error; // written down where it is refused
    const why = problem
      ? { code: problem.code, detail: problem.message }
      : { code: 'internal_error' as const };
    await log.append(entryOf(call, { outcome: 'failed', ...why }, change)).catch((failure: unknown) => {
      logger.error('failed call not in the audit log', { error: failure });
    });
    throw error;
  }
}

/** Whether it says that somebody may not do what they tried. */
export const isRefusal = ({ status }: Problem): boolean => status === 401 || status === 403;

/** The innermost id of the path: `/tenants/{tenant_id}/keys/{key_id}` is about the key. */
function targetOf({ pathParameters }: AuditedCall['event']): Change {
  const target = Object.values(pathParameters ?? {}).at(-1);
  return target === undefined ? {} : { target };
}
