import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import { POLICIES } from '#shared/kernel/access.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { PROBLEMS, type ProblemCode } from '#shared/kernel/problems.ts';
import { GroupDecision } from './duplicates.ts';
import { ProblemReply } from './fields.ts';
import { UploadFile } from './images.ts';
import { type Operation, TAGS } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { WEBHOOK_MESSAGES } from './webhook-messages.ts';

type Responses = ZodOpenApiOperationObject['responses'];

const CORRELATION = {
  'x-correlation-id': {
    schema: { type: 'string' as const },
    description: 'The id of this request; include it in a support request.',
  },
};

const LIMITS = {
  RateLimit: {
    schema: { type: 'string' as const },
    description: 'For each counter that the call touched, what is left: `"searches";r=499;t=42`.',
  },
  'RateLimit-Policy': {
    schema: { type: 'string' as const },
    description: 'For each counter that the call touched, its limit: `"searches";q=500;w=60`.',
  },
};
const RETRY = {
  'Retry-After': { schema: { type: 'integer' as const }, description: 'Seconds until a retry can succeed.' },
};

/** Returns the headers of every reply of an operation: those of a tenant have its limits, refusals included. */
const headersOf = ({ policy }: Operation) =>
  policy === 'Open' || policy === 'SystemAdmin' ? CORRELATION : { ...CORRELATION, ...LIMITS };

const SECURITY: Partial<Record<Operation['policy'], Record<string, string[]>[]>> = {
  Open: [],
  SystemAdmin: [{ token: [] }],
};
/** A key, a person's token, or both. */
const TENANT_SECURITY = [{ apiKey: [] }, { apiKey: [], token: [] }, { token: [] }];

const named = new WeakMap<z.ZodType, z.ZodType>();

/** Returns a schema under its own name, or else under one that is made from the operation's id. */
function nameSchema(schema: z.ZodType, { id }: Operation, suffix: string): z.ZodType {
  const known = schema.meta();
  if (known?.id !== undefined) return schema;
  const before = named.get(schema);
  if (before) return before;
  const renamed = schema.meta({ ...known, id: `${id.charAt(0).toUpperCase()}${id.slice(1)}${suffix}` });
  named.set(schema, renamed);
  return renamed;
}

/** Returns the OpenAPI 3.1 document, generated from the schemas that the handlers parse with. */
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
      description: 'Image search: finds copies of an image, similar images, and duplicates in a library.',
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      { url: '/api/v1', description: 'The stage of the API on the origin that served this document.' },
    ],
    tags: [...TAGS, 'Webhooks'].map((name) => ({ name })),
    paths: paths as ZodOpenApiPathsObject, // the keys are built above
    webhooks: Object.fromEntries(
      WEBHOOK_MESSAGES.map(({ type, schema }) => [type, { post: describeMessage(type, schema) }]),
    ),
    components: {
      schemas: { GroupDecision, UploadFile },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'An access token. Alone, its `tenant_id` is the tenant; with a key, it must be the key’s.',
        },
      },
    },
  };
  return { ...createDocument(document) };
}

/** Describes a message that a webhook receives, as the receiver has to answer it. */
function describeMessage(type: string, schema: z.ZodType): ZodOpenApiOperationObject {
  const text = (description: string) => z.string().max(1_024).meta({ description });
  return {
    operationId: `receive${type.replaceAll(/(?:^|[.])(.)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: ['Webhooks'],
    summary: `An event of the type ${type}`,
    security: [],
    requestParams: {
      header: z.object({
        'webhook-id': text('The same at every attempt: handle a message once.'),
        'webhook-timestamp': text('Seconds since 1970, of this attempt.'),
        'webhook-signature': text('One or more signatures, by Standard Webhooks.'),
        'webhook-replayed': text('`true` if you asked for the message once more.').optional(),
      }),
    },
    requestBody: { required: true, content: { 'application/json': { schema } } },
    responses: { '2XX': { description: 'The message is received. Any other reply is followed by a retry.' } },
  };
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { params, query, policy } = operation;
  const headers = operation.idempotent
    ? z.object({
        'idempotency-key': z.string().min(1).max(255).optional().meta({
          description: 'For 24 hours, a call with the same key and input gets the reply of the first.',
        }),
      })
    : undefined;
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    description: `Policy \`${policy}\`${POLICIES[policy].length === 0 ? '' : `: ${POLICIES[policy].join(' or ')}`}.`,
    security: SECURITY[policy] ?? TENANT_SECURITY,
    requestParams: {
      // Every params and query schema is an object; its type does not say so.
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
  const json = { 'application/json': { schema: nameSchema(body, operation, 'Request') } };
  if (!operation.multipart || !(body instanceof z.ZodObject)) return json;
  const file = z.string().meta({
    override: {
      type: 'string',
      contentMediaType: 'application/octet-stream',
      maxLength: IMAGE_LIMITS.inlineBytes,
    },
  });
  const form = nameSchema(body.omit({ image: true }).extend({ file }), operation, 'Form');
  return { ...json, 'multipart/form-data': { schema: form } };
}

function responses(operation: Operation): Responses {
  const { reply } = operation;
  const headers = headersOf(operation);
  const success =
    reply.status === 302
      ? {
          description: reply.description,
          headers: { ...headers, location: { schema: { type: 'string' as const, format: 'uri' } } },
        }
      : {
          description: reply.description,
          headers,
          content: { 'application/json': { schema: nameSchema(reply.schema, operation, 'Reply') } },
        };
  const byStatus: Responses = { [`${reply.status}`]: success };
  if (reply.also)
    byStatus[`${reply.also.status}`] = {
      description: reply.also.description,
      headers,
      content: { 'application/json': { schema: nameSchema(reply.also.schema, operation, 'OtherReply') } },
    };
  byStatus['431'] = { description: 'The request line and the headers are larger than 10 KB; no body.' };
  const codes = new Map<number, ProblemCode[]>();
  for (const code of new Set([...commonProblems(operation), ...operation.problems]))
    codes.set(PROBLEMS[code].status, [...(codes.get(PROBLEMS[code].status) ?? []), code]);
  for (const [status, names] of codes)
    byStatus[`${status}` as '400'] ??= {
      description: names.map((name) => `\`${name}\``).join(', '),
      headers: { ...headers, ...(names.some((name) => PROBLEMS[name].retry) && RETRY) },
      content: { 'application/problem+json': { schema: ProblemReply } },
    };
  return byStatus;
}

function commonProblems({ policy, body, idempotent }: Operation): ProblemCode[] {
  const always: ProblemCode[] = [
    'invalid_request',
    'rate_limited',
    'internal_error',
    'dependency_unavailable',
    ...(body ? (['unsupported_media_type'] as const) : []),
    ...(idempotent ? (['idempotency_key_reused', 'request_in_progress'] as const) : []),
  ];
  if (policy === 'Open') return always;
  return [
    ...always,
    'unauthenticated',
    'token_expired',
    'invalid_api_key',
    'forbidden',
    'missing_scope',
    'tenant_suspended',
    'tenant_mismatch',
    'origin_not_allowed',
  ];
}
