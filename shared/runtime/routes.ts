import type * as z from 'zod';
import type { AuditLog } from '#shared/audit/audit-log.ts';
import type {
  OpenOperation,
  Operation,
  OperatorOperation,
  TenantOperation,
} from '#shared/contracts/http/operation.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { Limiter } from '#shared/rate-limit/limiter.ts';
import { isRefusal, recordRefusal, withAudit } from './audit.ts';
import { type Call, callOf, type HttpRequest, type TenantCall } from './call.ts';
import { authorize, callerOf, NOBODY, presumedCaller, tenantOf } from './caller.ts';
import type {
  IdempotentGuards,
  IdempotentOperatorGuards,
  OpenGuards,
  OperatorGuards,
  OperatorGuardsOf,
  TenantGuards,
  TenantGuardsOf,
} from './guards.ts';
import { once } from './idempotency.ts';
import { parseInput } from './input.ts';
import { countRefused, enforceLimits, UNUSED, type Used, usedBy } from './limits.ts';
import { meterCall } from './metering.ts';
import { annotateSpan } from './spans.ts';
import { logger } from './telemetry.ts';
import { WithStatus } from './with-status.ts';

type Reply<Op extends Operation> = z.input<Op['reply']['schema']>;

/** An operation and the function that serves it, once it is given its guards. */
export interface Route<Guards> {
  operation: Operation;
  serve: (request: HttpRequest, guards: Guards) => Promise<unknown>;
}

/** Serves an operation that needs no credential. */
export const openRoute = <Op extends OpenOperation>(
  operation: Op,
  run: (call: Call<Op>) => Promise<Reply<Op> | WithStatus<Reply<Op>>>,
): Route<OpenGuards> => ({
  operation,
  serve: async (request) => {
    logger.appendKeys({ operation: operation.id });
    return run(callOf(request, NOBODY, parseInput(operation, request.event)));
  },
});

/** Serves an operation of the operator. */
export const operatorRoute = <Op extends OperatorOperation>(
  operation: Op,
  run: (call: Call<Op>) => Promise<Reply<Op>>,
): Route<OperatorGuardsOf<Op>> => ({
  operation,
  serve: (request, guards) => {
    const { audit, refusals, idempotency }: OperatorGuards & Partial<IdempotentOperatorGuards> = guards;
    return withAuthorizedCaller(operation, request, { audit, refusals }, async (caller) => {
      const call = callOf(request, caller, parseInput(operation, request.event));
      return audited(operation, request, audit, call, (audited) =>
        once(idempotency, operation, request, audited, run),
      );
    });
  },
});

/**
 * Serves an operation of a tenant: the credential's, never one that the request names. An admitted call is counted and
 * metered: as a request only if it fails, repeats another, or has invalid input.
 */
export const tenantRoute = <Op extends TenantOperation>(
  operation: Op,
  run: (call: TenantCall<Op>) => Promise<Reply<Op> | WithStatus<Reply<Op>>>,
): Route<TenantGuardsOf<Op>> => ({
  operation,
  serve: (request, guards) => {
    const { audit, refusals, limiter, publisher, idempotency }: TenantGuards & Partial<IdempotentGuards> =
      guards;
    return withAuthorizedCaller(operation, request, { audit, refusals, limiter }, async (caller) => {
      const { event } = request;
      const tenant = tenantOf(caller);
      const input = resultOrProblem(() => parseInput(operation, event));
      const { uploads, keep } = await enforceLimits(limiter, { operation, tenant, caller, input, event });
      const meter = (used: Used) => meterCall(publisher, { operation, tenant, request, used });
      // Concurrently with the run, if its outcome does not matter.
      const metered = operation.counts ? undefined : meter(UNUSED);
      let used = UNUSED;
      try {
        if (input instanceof Problem) throw input;
        const call = { ...callOf(request, caller, input), tenant, ...(uploads && { uploads }) };
        let usedByRun = UNUSED; // stays for a repeated call, which does not run
        const reply = await audited(operation, request, audit, call, (audited) =>
          once(idempotency, operation, request, audited, async (call) => {
            const reply = await run(call);
            if (!(reply instanceof WithStatus)) usedByRun = usedBy(operation, reply);
            return reply;
          }),
        );
        used = usedByRun;
        return reply;
      } finally {
        keep(used);
        await (metered ?? meter(used)); // before Lambda freezes the process
      }
    });
  },
});

/**
 * Runs with the caller that the authorizer identified, if the policy allows the call. Refusals, of `run` too, are in the
 * audit log; those before `run` are counted first. `run` counts its own call.
 * @throws Problem
 */
async function withAuthorizedCaller<Result>(
  operation: OperatorOperation | TenantOperation,
  { event }: HttpRequest,
  { audit, ...counters }: OperatorGuards & { limiter?: Limiter },
  run: (caller: Caller) => Promise<Result>,
): Promise<Result> {
  let caller = presumedCaller(event);
  let isCounted = false;
  try {
    const identified = callerOf(event);
    caller = identified;
    annotateSpan({ tenant_id: identified.tenant ?? '' });
    logger.appendKeys({ operation: operation.id, tenant_id: identified.tenant, caller: identified.subject });
    authorize(identified, operation.policy);
    isCounted = true;
    return await run(identified);
  } catch (error) {
    if (error instanceof Problem && isRefusal(error)) {
      if (!isCounted) await countRefused(counters, caller, event);
      await recordRefusal(audit, { action: operation.id, caller, event }, error);
    }
    throw error;
  }
}

async function audited<SomeCall extends Call<Operation>, Result>(
  operation: Operation,
  { event }: HttpRequest,
  audit: AuditLog,
  call: SomeCall,
  run: (call: SomeCall) => Promise<Result>,
): Promise<Result> {
  if (!operation.audited) return run(call);
  return withAudit(audit, { action: operation.id, caller: call.caller, event }, (recordChange) =>
    run({ ...call, recordChange }),
  );
}

/** Returns the result, or the problem that was thrown instead. */
function resultOrProblem<Result>(run: () => Result): Result | Problem {
  try {
    return run();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
