import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import { POLICIES } from '#shared/kernel/access.ts';
import { PROBLEMS, type ProblemCode } from '#shared/kernel/problems.ts';
import { ProblemReply } from './fields.ts';
import { UploadFile } from './images.ts';
import { type Operation, TAGS } from './operation.ts';
import { OPERATIONS } from './operations.ts';

type Responses = ZodOpenApiOperationObject['responses'];

const CORRELATION = {
  'x-correlation-id': {
    schema: { type: 'string' as const },
    description: 'Tell us this id when something is wrong.',
  },
};

/** The OpenAPI 3.1 document of the API, made from the schemas that the handlers parse with. */
export function openApiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of OPERATIONS) {
    const path = operation.path.replace('/v1', '');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  const document: ZodOpenApiObject = {
    openapi: '3.1.1',
    info: {
      title: 'DeepLens',
      version,
      description:
        'Finds pictures: where is this image, or one like it, and which of my images are the same.',
      license: { name: 'Proprietary', identifier: 'LicenseRef-DeepLens' },
    },
    servers: [{ url: '/api/v1', description: 'The API’s stage, on the origin that served this document.' }],
    tags: TAGS.map((name) => ({ name })),
    paths: paths as ZodOpenApiPathsObject, // the keys are built above
    components: {
      schemas: { UploadFile },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  };
  return { ...createDocument(document) };
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { params, query, policy } = operation;
  const headers = operation.idempotent
    ? z.object({ 'idempotency-key': z.string().min(1).max(255).optional() })
    : undefined;
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    description: `Policy \`${policy}\`${policy === 'Open' ? '' : `: ${POLICIES[policy].join(' or ')}`}.`,
    security: policy === 'Open' ? [] : policy === 'SystemAdmin' ? [{ token: [] }] : [{ apiKey: [] }],
    requestParams: {
      // An operation's input is an object schema; its type says only what it parses to.
      ...(params && { path: params as z.ZodObject }),
      ...(query && { query: query as z.ZodObject }),
      ...(headers && { header: headers }),
    },
    ...(operation.body && {
      requestBody: { required: true, content: bodyContent(operation, operation.body) },
    }),
    responses: responses(operation),
  };
}

function bodyContent(operation: Operation, body: z.ZodType) {
  const json = { 'application/json': { schema: body } };
  if (!operation.multipart || !(body instanceof z.ZodObject)) return json;
  const file = z
    .string()
    .meta({ override: { type: 'string', contentMediaType: 'application/octet-stream' } });
  return { ...json, 'multipart/form-data': { schema: body.omit({ image: true }).extend({ file }) } };
}

function responses(operation: Operation): Responses {
  const { reply } = operation;
  const found =
    reply.status === 302
      ? {
          description: reply.description,
          headers: { ...CORRELATION, location: { schema: { type: 'string' as const, format: 'uri' } } },
        }
      : {
          description: reply.description,
          headers: CORRELATION,
          content: { 'application/json': { schema: reply.schema } },
        };
  const byStatus: Responses = { [`${reply.status}`]: found };
  if (reply.alsoStatus) byStatus[`${reply.alsoStatus}`] = found;
  const codes = new Map<number, ProblemCode[]>();
  for (const code of new Set([...commonProblems(operation), ...operation.problems]))
    codes.set(PROBLEMS[code].status, [...(codes.get(PROBLEMS[code].status) ?? []), code]);
  for (const [status, names] of codes)
    byStatus[`${status}` as '400'] ??= {
      description: names.map((name) => `\`${name}\``).join(', '),
      headers: CORRELATION,
      content: { 'application/problem+json': { schema: ProblemReply } },
    };
  return byStatus;
}

function commonProblems({ policy }: Operation): ProblemCode[] {
  const always: ProblemCode[] = [
    'invalid_request',
    'rate_limited',
    'internal_error',
    'dependency_unavailable',
  ];
  if (policy === 'Open') return always;
  return [...always, 'unauthenticated', 'invalid_api_key', 'forbidden', 'missing_scope', 'tenant_suspended'];
}
