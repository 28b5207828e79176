import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { addImage, requestUploads } from '#shared/contracts/http/images.ts';
import type {
  OpenOperation,
  Operation,
  OperatorOperation,
  TenantOperation,
} from '#shared/contracts/http/operation.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { putLimits } from '#shared/contracts/http/tenants.ts';
import { POLICIES, SCOPES } from '#shared/kernel/access.ts';
import { httpHandler } from '#shared/runtime/http.ts';
import { openRoute, operatorRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { BROKEN_BODIES, type BrokenBody, LARGE_BROKEN_BODIES } from '../../fixtures/broken-bodies.ts';
import { memoryGuards } from '../../memory/guards.ts';

/** Other tests may run beside this one. */
const SLACK = 3;
const ADMITTED = {
  kind: 'operator',
  tenant: 'acme',
  plan: 'enterprise',
  scopes: SCOPES.join(' '),
  role: 'SystemAdmin',
  subject: 's',
};
const POWERLESS = { ...ADMITTED, kind: 'key', scopes: '', role: 'Viewer' };

/** The status that an operation with a body refuses it with: a form is another media type where only JSON is read. */
const refusalOf = ({ multipart }: Operation, { contentType, status = 400 }: BrokenBody): 400 | 415 =>
  contentType?.startsWith('multipart/') && !multipart ? 415 : status;

const isOpen = (operation: Operation): operation is OpenOperation => operation.policy === 'Open';
const isOperators = (operation: Operation): operation is OperatorOperation =>
  operation.policy === 'SystemAdmin';

function routeOf(operation: Operation) {
  const run = async () => ({ location: 'https://storage.example/', uploads: [] });
  if (isOpen(operation)) return openRoute(operation, run);
  if (isOperators(operation)) return operatorRoute(operation, run);
  return tenantRoute(operation as TenantOperation, run); // the policy is neither of the others
}

const params = {
  image_id: 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  group_id: 'grp_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  key_id: 'key_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  job_id: 'job_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  user_id: 'usr_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  storage_id: 'st_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  webhook_id: 'wh_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  delivery_id: 'dlv_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  tenant_id: 'acme',
  name: 'model',
};

function client(operation: Operation) {
  const handler = httpHandler([routeOf(operation)], memoryGuards());
  return async (sent: BrokenBody, authorizer?: object, isBase64Encoded = true) => {
    const { statusCode } = await handler(
      {
        httpMethod: operation.method,
        path: operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => params[name as keyof typeof params]),
        pathParameters: params,
        headers: {
          ...(sent.contentType !== undefined && { 'Content-Type': sent.contentType }),
          ...(sent.contentEncoding !== undefined && { 'Content-Encoding': sent.contentEncoding }),
        },
        body: sent.body.toString(isBase64Encoded ? 'base64' : 'utf8'),
        isBase64Encoded,
        requestContext: { requestId: 'r', stage: 'api', ...(authorizer && { authorizer }) },
      } as unknown as APIGatewayProxyEvent, // the fields that a function reads
      { functionName: 'f', awsRequestId: 'x', getRemainingTimeInMillis: () => 1000 } as Context,
    );
    return statusCode;
  };
}

describe.each(OPERATIONS)('$method $path', (operation) => {
  it('answers the unauthorised before it reads a body', async () => {
    const { policy, reply } = operation;
    const expected = [
      policy === 'Open' ? reply.status : 401,
      POLICIES[policy].length === 0 ? reply.status : 403,
    ];
    for (const sent of BROKEN_BODIES) {
      const send = client(operation); // a client for each: many refusals would be limited
      expect([await send(sent), await send(sent, POWERLESS)], sent.name).toEqual(expected);
    }
  });

  it('answers the authorised with 400 or 415, or as without a body where it takes none', async () => {
    const send = client(operation);
    for (const sent of BROKEN_BODIES) {
      const served = !operation.body || sent.harmless ? [operation.reply.status] : [];
      const allowed = [...(operation.body ? [refusalOf(operation, sent)] : []), ...served];
      expect(allowed, sent.name).toContain(await send(sent, ADMITTED));
      expect(allowed, sent.name).toContain(await send(sent, ADMITTED, false));
    }
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('a body of megabytes', () => {
  it.each(LARGE_BROKEN_BODIES.map((sent) => [sent.name, sent] as const))(
    'is answered within a second: %s',
    async (_name, sent) => {
      for (const operation of [addImage, searchSimilarity, putLimits, requestUploads]) {
        const send = client(operation);
        const started = performance.now();
        const allowed = [refusalOf(operation, sent), ...(sent.harmless ? [operation.reply.status] : [])];
        expect(allowed, operation.id).toContain(await send(sent, ADMITTED));
        expect(performance.now() - started).toBeLessThan(1_000 * SLACK);
      }
    },
  );
});
