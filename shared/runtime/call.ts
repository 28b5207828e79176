import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { z } from 'zod';
import type { AuditLog } from '#shared/audit/audit-log.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { Limiter } from '#shared/rate-limit/limiter.ts';
import { type Change, isRefusal, presumedCaller, recorded, recordRefusal } from './audit.ts';
import { authorize, callerOf } from './caller.ts';
import { correlationIdOf } from './correlation.ts';
import { parseInput, takeFile, type UploadedFile } from './input.ts';
import { takeLimits, type UploadGrant } from './limits.ts';
import { meterCall } from './metering.ts';
import { logger } from './telemetry.ts';

/** A call that passed its policy and its limits, with its input parsed by the operation's schemas. */
export interface Call<Op extends Operation> {
  caller: Caller;
  params: z.output<NonNullable<Op['params']>>;
  query: z.output<NonNullable<Op['query']>>;
  body: z.output<NonNullable<Op['body']>>;
  /** The part named `file` of a multipart form. */
  file?: UploadedFile;
  /** How many of its pictures may come in; absent where it brings none, or where they are not counted. */
  uploads?: UploadGrant;
  correlationId: string;
  /** Where the API's own links begin, `https://host/stage`. */
  baseUrl: string;
  /** Says what an audited call changes; it is written down with the call. */
  note: (change: Change) => void;
}
export type TenantCall<Op extends Operation> = Call<Op> & { tenant: TenantId };

/** What stands between a caller and the routes of a function. */
export interface Doorkeepers {
  limiter?: Limiter;
  audit?: AuditLog;
  /** Told of each call that was let in. */
  publisher?: EventPublisher;
}

/** A request to an operation, before it is known who calls. */
interface Attempt<Op extends Operation> {
  operation: Op;
  event: APIGatewayProxyEvent;
  context: Context;
  doors: Doorkeepers;
}

export type Run<Op extends Operation> = (
  call: Call<Op>,
  event: APIGatewayProxyEvent,
  context: Context,
) => Promise<unknown>;

/**
 * Lets a caller in, counts the call, and runs it. A call whose input is refused counts as one.
 * @throws Problem; whoever is refused is in the audit log
 */
export async function answerTo<Op extends Operation>(attempt: Attempt<Op>, run: Run<Op>): Promise<unknown> {
  const { operation, event, doors } = attempt;
  let caller = presumedCaller(event);
  try {
    caller = callerOf(event);
    logger.appendKeys({ operation: operation.id, tenant_id: caller.tenant, caller: caller.subject });
    authorize(caller, operation.policy);
    return await countAndRun(attempt, caller, run);
  } catch (error) {
    if (error instanceof Problem && isRefusal(error))
      await recordRefusal(doors.audit, { action: operation.id, caller, event }, error);
    throw error;
  }
}

async function countAndRun<Op extends Operation>(
  attempt: Attempt<Op>,
  caller: Caller,
  run: Run<Op>,
): Promise<unknown> {
  const { operation, event, context, doors } = attempt;
  const { tenant } = caller;
  const input = read(operation, event);
  const body = 'problem' in input ? undefined : input.body;
  const uploads =
    tenant && doors.limiter && (await takeLimits(doors.limiter, { operation, tenant, caller, body, event }));
  const correlationId = correlationIdOf(event);
  const told =
    tenant &&
    doors.publisher &&
    meterCall(doors.publisher, { operation, tenant, id: context.awsRequestId, correlationId, uploads });
  try {
    if ('problem' in input) throw input.problem;
    const call = {
      caller,
      ...input,
      ...(uploads && { uploads }),
      correlationId,
      baseUrl: baseUrlOf(event),
      note: () => {},
    } as Call<Op>; // read() has parsed each part by the operation's own schema
    return await runAudited(attempt, call, run);
  } finally {
    await told; // beside the run, and before the process is frozen
  }
}

async function runAudited<Op extends Operation>(
  { operation, event, context, doors }: Attempt<Op>,
  call: Call<Op>,
  run: Run<Op>,
): Promise<unknown> {
  if (!operation.audited || !doors.audit) return run(call, event, context);
  return recorded(doors.audit, { action: operation.id, caller: call.caller, event }, (note) =>
    run({ ...call, note }, event, context),
  );
}

/** The parts of a request, or why they cannot be read. */
function read(operation: Operation, event: APIGatewayProxyEvent) {
  try {
    const file = operation.multipart ? takeFile(event) : undefined;
    return { ...parseInput(operation, event), ...(file && { file }) };
  } catch (error) {
    if (error instanceof Problem) return { problem: error };
    throw error;
  }
}

/** A proxy in front says by which name it was called. */
function baseUrlOf(event: APIGatewayProxyEvent): string {
  const host = event.headers['x-forwarded-host'] ?? event.headers.host ?? event.requestContext.domainName;
  const protocol = event.headers['x-forwarded-proto'] ?? 'https';
  const stage = event.requestContext.path?.replace(event.path, '') ?? `/${event.requestContext.stage}`;
  return `${protocol}://${host}${stage}`;
}
