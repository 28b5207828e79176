import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuditLog } from '#shared/audit/audit-log.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import type { Caller, PresumedCaller } from '#shared/kernel/caller.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { recordRefusal } from './audit.ts';
import { NOBODY, toCallerContext, toRefusalContext } from './caller.ts';
import { inSpan } from './spans.ts';
import { logger } from './telemetry.ts';

/** Ids of operations by method and path, for the audit log. */
const ACTIONS: ReadonlyMap<string, string> = new Map(
  OPERATIONS.map(({ id, method, path }) => [`${method} ${path}`, id]),
);

/** Called with the caller that the credential claims to be, as soon as that is known. */
type Presume = (caller: PresumedCaller) => void;

interface AuthorizerPorts {
  byKey: (
    credential: { key: string; authorization?: string | undefined; origin?: string | undefined },
    presume: Presume,
  ) => Promise<Caller>;
  /** Of a call on the data plane without a key. */
  byTenantToken: (authorization: string, presume: Presume) => Promise<Caller>;
  /** Of a call on the admin plane. */
  byToken: (authorization: string, presume: Presume) => Promise<Caller>;
  /** The value of the key in API Gateway that counts calls of no tenant, and of tenants without a key there. */
  sharedUsageIdentifier: string;
  /** Records the refusals that this function makes itself. */
  audit: AuditLog;
}

/**
 * A REQUEST authorizer. The admin plane takes a token; the data plane an API key, a person's token, or both.
 * It refuses unknown callers (401) and keys that are not valid (403). Every other refusal is passed on to the function in
 * the context, because a gateway response has one status and cannot be given a problem code. Every call that it lets pass has
 * a `usageIdentifierKey`, without which API Gateway would refuse it.
 */
export const authorizerFunction = ({
  byKey,
  byTenantToken,
  byToken,
  sharedUsageIdentifier,
  audit,
}: AuthorizerPorts) =>
  middy<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
      const headers = inLowerCase(event.headers);
      let presumed: PresumedCaller = NOBODY;
      const presume: Presume = (claimed) => {
        presumed = claimed;
      };
      const identify = (): Promise<Caller> => {
        const { 'x-api-key': key, authorization, origin } = headers;
        const isAdmin = event.resource.startsWith('/v1/admin/');
        if (isAdmin && authorization) return byToken(authorization, presume);
        if (!isAdmin && key) return byKey({ key, authorization, origin }, presume);
        if (!isAdmin && authorization) return byTenantToken(authorization, presume);
        throw new Problem('unauthenticated', 'The call has no credential. Send an API key or a token.');
      };
      const allow = ({ subject, usageIdentifier }: PresumedCaller, context: Record<string, string>) => ({
        ...policy('Allow', event.methodArn, subject, context),
        usageIdentifierKey: usageIdentifier ?? sharedUsageIdentifier,
      });
      try {
        const caller = await inSpan('authorize', {}, identify);
        return allow(caller, toCallerContext(caller));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        logger.info('refused', { code: error.code, resource: event.resource });
        const isUnknown = error.code === 'unauthenticated' && presumed.kind === 'nobody';
        if (!isUnknown && error.code !== 'invalid_api_key')
          return allow({ ...presumed, subject: 'nobody' }, toRefusalContext(error, presumed));
        const action = ACTIONS.get(`${event.httpMethod} ${event.resource}`) ?? 'unknown';
        await recordRefusal(audit, { action, caller: presumed, event: { ...event, headers } }, error);
        if (isUnknown) throw new Error('Unauthorized', { cause: error });
        return policy('Deny', event.methodArn, 'nobody', {});
      }
    });

type LowerCased = Record<string, string | undefined>;
/** Header names arrive in the case that the caller used. */
const inLowerCase = (headers: APIGatewayRequestAuthorizerEvent['headers']): LowerCased =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

const policy = (
  effect: 'Allow' | 'Deny',
  resource: string,
  principalId: string,
  context: Record<string, string>,
): APIGatewayAuthorizerResult => ({
  principalId,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }],
  },
  context,
});
