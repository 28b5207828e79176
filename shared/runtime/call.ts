import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { Operation } from '#shared/contracts/http/operation.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { Change } from './audit.ts';
import { correlationIdOf } from './correlation.ts';
import type { Input } from './input.ts';
import type { UploadGrant } from './limits.ts';

/** A request as Lambda delivers it, with header names in lower case. */
export interface HttpRequest {
  event: APIGatewayProxyEvent;
  context: Context;
}

/** An admitted call, its input parsed by the operation's schemas. */
export interface Call<Op extends Operation> extends Input<Op> {
  caller: Caller;
  correlationId: string;
  /** The prefix of the API's own links, `https://host/stage`, as configured. */
  baseUrl: string;
  /** Adds to the audit entry of an `audited` operation; without effect on others. */
  recordChange: (change: Change) => void;
  /** The same for each repetition by an `Idempotency-Key`; absent without one. For steps that can be interrupted before the reply is stored. */
  repeatKey?: string;
}
export interface TenantCall<Op extends Operation> extends Call<Op> {
  tenant: TenantId;
  /** How many of the call's images the limits admit; absent where the call adds none, or could not be counted. */
  uploads?: UploadGrant;
}

export const callOf = <Op extends Operation>(
  { event }: HttpRequest,
  caller: Caller,
  input: Input<Op>,
): Call<Op> => ({
  ...input,
  caller,
  correlationId: correlationIdOf(event),
  baseUrl: baseUrlOf(event),
  recordChange: () => {},
});

/**
 * Returns the stage's variable `base_url`, which the deployment sets. Never a header's value: callers choose those. Without
 * it, the endpoint that API Gateway matched the call to.
 */
function baseUrlOf({ stageVariables, requestContext }: APIGatewayProxyEvent): string {
  return stageVariables?.base_url ?? `https://${requestContext.domainName}/${requestContext.stage}`;
}
