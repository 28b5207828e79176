import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import type { AuditLog } from '#shared/audit/audit-log.ts';
import type { PresumedCaller } from '#shared/kernel/caller.ts';
import { newAuditId, TENANT_ID_PATTERN } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { correlationIdOf } from './correlation.ts';
import { emit } from './emit.ts';
import { logger } from './telemetry.ts';

/** The change that a call made, without secrets. */
export interface Change {
  /** The tenant concerned, if neither the caller nor the path names it. */
  tenant_id?: string;
  /** The id of the changed item. */
  target?: string;
  before?: unknown;
  after?: unknown;
}

/** A call that gets an audit entry. */
export interface AuditedCall {
  /** The operation's id. */
  action: string;
  /** `NOBODY` if the call was refused before a caller was identified. */
  caller: PresumedCaller;
  /** Header names are in lower case. */
  event: Pick<
    APIGatewayProxyEvent | APIGatewayRequestAuthorizerEvent,
    'headers' | 'pathParameters' | 'requestContext'
  >;
}

/** Maximum of characters of a target, and of other text that callers choose. */
const MAX_TARGET = 200;
const MAX_TEXT = 256;

/** Shortens text; a lone surrogate becomes U+FFFD, because the table stores well-formed text only. */
const bounded = (text: string, length = MAX_TEXT): string => text.slice(0, length).toWellFormed();

type Outcome = Pick<AuditEntry, 'outcome' | 'code' | 'detail'>;

/** The id and the time of a change, the same before and after it. */
type Identity = Pick<AuditEntry, 'audit_id' | 'at'>;
const newIdentity = (): Identity => ({ audit_id: newAuditId(), at: new Date().toISOString() });

function entryOf(
  { action, caller, event }: AuditedCall,
  outcome: Outcome,
  change: Change,
  identity = newIdentity(),
): AuditEntry {
  const { kind, subject, role } = caller;
  const inPath = event.pathParameters?.tenant_id;
  const named = inPath && TENANT_ID_PATTERN.test(inPath) ? inPath : undefined;
  // Only an operator's call concerns the tenant that its path names: others could fill a tenant's index.
  const tenant = caller.tenant ?? (kind === 'operator' ? named : undefined);
  return {
    ...identity,
    ...(tenant !== undefined && { tenant_id: tenant }),
    ...(named !== undefined && named !== tenant && { claimed_tenant_id: named }),
    actor: { kind, subject: bounded(subject), ...(role && { role }) },
    action,
    ...change,
    ...(change.target !== undefined && { target: bounded(change.target, MAX_TARGET) }),
    ...outcome,
    ...(outcome.detail !== undefined && { detail: bounded(outcome.detail) }),
    source_ip: event.requestContext.identity?.sourceIp ?? 'unknown',
    user_agent: bounded(event.headers?.['user-agent'] ?? 'unknown'),
    correlation_id: correlationIdOf(event),
  };
}

/** Refusals that `withAudit` has recorded: of a change that had begun. */
const recorded = new WeakSet<Problem>();

/** Appends a refusal; if the log is unavailable, logs an error instead, so that the refusal still reaches the caller. */
export async function recordRefusal(log: AuditLog, call: AuditedCall, problem: Problem): Promise<void> {
  if (recorded.has(problem)) return;
  const outcome = { outcome: 'refused' as const, code: problem.code, detail: problem.message };
  await log.append(entryOf(call, outcome, targetOf(call.event))).catch((error: unknown) => {
    logger.error('refusal not in the audit log', { error });
  });
}

/**
 * Runs an administrative call between two entries of the audit log: that it started, and its outcome. Without the first
 * nothing is changed. Without the second the change stays recorded as started, the function's log has the entry, and the
 * caller gets the reply: a new key's secret is in no other place.
 * @throws Problem `dependency_unavailable` if the log is unavailable before the call; rethrows the call's errors
 */
export async function withAudit<Reply>(
  log: AuditLog,
  call: AuditedCall,
  run: (recordChange: (change: Change) => void) => Promise<Reply>,
): Promise<Reply> {
  let change: Change = targetOf(call.event);
  const recordChange = (more: Change) => {
    change = { ...change, ...more };
  };
  const identity = newIdentity();
  await log.append(entryOf(call, { outcome: 'started' }, change, identity));
  const recordOutcome = async (outcome: Outcome) => {
    const entry = entryOf(call, outcome, change, identity);
    await log.append(entry).catch((error: unknown) => {
      logger.error('outcome not in the audit log', { error, entry });
      emit('audit_outcomes_lost_total', 1, { scope: 'all' });
    });
  };
  try {
    const reply = await run(recordChange);
    await recordOutcome({ outcome: 'done' });
    return reply;
  } catch (error) {
    const problem = error instanceof Problem ? error : undefined;
    const isRefused = problem !== undefined && isRefusal(problem);
    const reason = problem
      ? { code: problem.code, detail: problem.message }
      : { code: 'internal_error' as const };
    await recordOutcome({ outcome: isRefused ? 'refused' : 'failed', ...reason });
    if (isRefused) recorded.add(problem);
    throw error;
  }
}

/** Returns true if the problem is about who calls, 401 or 403. */
export const isRefusal = ({ status }: Problem): boolean => status === 401 || status === 403;

/** Returns the innermost id of the path: the key of `/tenants/{tenant_id}/keys/{key_id}`. */
function targetOf({ pathParameters }: AuditedCall['event']): Change {
  const target = Object.values(pathParameters ?? {}).at(-1);
  return target === undefined ? {} : { target };
}
