import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuditLog } from '#shared/catalog/audit.ts';
import { Problem } from '#shared/domain/problems.ts';
import type { Caller } from '#shared/domain/tenant.ts';
import { recordRefusal } from './audit.ts';
import { toCallerContext, toRefusalContext } from './caller.ts';
import { logger, tracer } from './telemetry.ts';

interface Identities {
  audit?: AuditLog;
  byKey: (key: string) => Promise<Caller>;
  byToken: (authorization: string) => Promise<Caller>;
}

/**
 * A REQUEST authorizer. The admin plane carries a token, the data plane an API key. The gateway itself refuses who
 * gives no credential (401) or an unknown key (403). Any finer refusal goes on to the function as what the authorizer
 * found, because a gateway response has one status and cannot be told which code to show.
 */
export const authorizerFunction = ({ byKey, byToken, audit }: Identities) =>
  middy<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .handler(async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
      const headers = new Headers(
        Object.entries(event.headers ?? {}).map(([name, value]) => [name, value ?? '']),
      );
      const isAdmin = event.resource.startsWith('/v1/admin/');
      const credential = headers.get(isAdmin ? 'authorization' : 'x-api-key');
      try {
        if (!credential) throw new Problem('unauthenticated', 'The call carries no credential.');
        const caller = await (isAdmin ? byToken : byKey)(credential);
        return policy('Allow', event.methodArn, caller.subject, toCallerContext(caller));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        logger.info('refused', { code: error.code, resource: event.resource });
        if (error.code === 'unauthenticated' || error.code === 'invalid_api_key')
          await recordRefusal(audit, attemptOf(event, headers), error);
        if (error.code === 'unauthenticated') throw new Error('Unauthorized', { cause: error });
        if (error.code === 'invalid_api_key') return policy('Deny', event.methodArn, 'nobody', {});
        if (error.status >= 500) throw error;
        return policy('Allow', event.methodArn, 'nobody', toRefusalContext(error));
      }
    });

/** Who is refused here reaches no function that could write it down. */
const attemptOf = (event: APIGatewayRequestAuthorizerEvent, headers: Headers) => ({
  action: `${event.httpMethod} ${event.resource}`,
  caller: { kind: 'nobody' as const, scopes: [], subject: keyIdIn(headers.get('x-api-key')) ?? 'nobody' },
  event: { ...event, headers: Object.fromEntries(headers) },
});

/** What a key says of itself: whose it may have been. It proves nothing, and is no secret. */
const keyIdIn = (key: string | null): string | undefined => {
  const id = /^dl_live_([0-9A-Z]{26})_/.exec(key ?? '')?.[1];
  return id && `key_${id}`;
};

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
