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
  /** The prefix of the API's own links, `https://host/stage`. */
  baseUrl: string;
  /** Adds to the audit entry of an `audited` operation; without effect on others. */
  recordChange: (change: Change) => void;
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

/** A proxy in front sends the host and protocol that the caller used. */
function baseUrlOf(event: APIGatewayProxyEvent): string {
  const host = event.headers['x-forwarded-host'] ?? event.headers.host ?? event.requestContext.domainName;
  const protocol = event.headers['x-forwarded-proto'] ?? 'https';
  const stage = event.requestContext.path?.replace(event.path, '') ?? `/${event.requestContext.stage}`;
  return `${protocol}://${host}${stage}`;
}
