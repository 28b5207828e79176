import * as z from 'zod';
import { operation } from './operation.ts';

export const liveness = operation({
  id: 'liveness',
  tag: 'Service',
  method: 'GET',
  path: '/v1/health/live',
  summary: 'Check that the API responds',
  policy: 'Open',
  reply: {
    status: 200,
    description: 'The API responds.',
    schema: z.object({ status: z.literal('ok'), version: z.string() }),
  },
  problems: [],
});

const Check = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  latency_ms: z.number(),
  detail: z.string(),
});

/** The dependencies that readiness checks, each with a real call. */
export const READINESS_CHECKS = [
  'database',
  'object_storage',
  'queues',
  'vector_index',
  'embedding',
] as const;

const Readiness = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  checks: z.object(Object.fromEntries(READINESS_CHECKS.map((name) => [name, Check]))),
});

export const readiness = operation({
  id: 'readiness',
  tag: 'Service',
  method: 'GET',
  path: '/v1/health/ready',
  summary: 'Check that every dependency responds',
  policy: 'Open',
  reply: {
    status: 200,
    description:
      'The service can serve. At most 10 seconds old; the operator gets details from `GET /v1/admin/health`.',
    schema: Readiness,
    also: { status: 503, description: 'A dependency is down.', schema: Readiness },
  },
  problems: [],
});

export const getHealth = operation({
  id: 'getHealth',
  tag: 'Operator',
  method: 'GET',
  path: '/v1/admin/health',
  summary: 'Get the health of every dependency, with details',
  policy: 'SystemAdmin',
  reply: { status: 200, description: 'The checks of `readiness`, with details.', schema: Readiness },
  problems: [],
});

export const openApi = operation({
  id: 'openApi',
  tag: 'Service',
  method: 'GET',
  path: '/v1/openapi.json',
  summary: 'Get the OpenAPI document',
  policy: 'Open',
  reply: {
    status: 200,
    description: 'The OpenAPI 3.1 document of the API.',
    schema: z.record(z.string(), z.unknown()),
  },
  problems: [],
});
