import type { z } from 'zod';
import type { Policy } from '#shared/kernel/access.ts';
import type { ProblemCode } from '#shared/kernel/problems.ts';

type Fields = z.ZodType<Record<string, unknown>>;

/** The chapters of the document. */
export const TAGS = ['Ingest', 'Search', 'Duplicates', 'Tenant', 'Operator', 'Service'] as const;

/**
 * One call of the HTTP API: what its handler parses, what the OpenAPI document says, and what the authorisation
 * tests walk through, written once.
 */
export interface Operation<
  Params extends Fields = Fields,
  Query extends Fields = Fields,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> {
  /** Its name in clients and logs, in camelCase. */
  id: string;
  tag: (typeof TAGS)[number];
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the stage on, `/v1/…`, with `{parameters}`. */
  path: `/v1/${string}`;
  summary: string;
  policy: Policy;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Whether the body may also come as `multipart/form-data` with a `file`. */
  multipart?: boolean;
  /** What the call takes of a tenant's counters, beside one of `requests`. */
  counts?: {
    searches?: 1;
    /** How many pictures the call brings. */
    uploads?(body: z.output<Body>): number;
  };
  /** Whether it changes what a tenant is or who may do what: then it is in the audit log. */
  audited?: boolean;
  /** Whether a repeated call with the same `Idempotency-Key` gives the first call's reply. */
  idempotent?: boolean;
  reply: {
    status: 200 | 201 | 202 | 302;
    description: string;
    schema: Reply;
    /** Statuses that carry the same schema, as readiness does with 503. */
    alsoStatus?: 503;
  };
  /** The refusals of its own; those that any call can meet are added by the document. */
  problems: readonly ProblemCode[];
}

/** Keeps the literal types of an operation. */
export const operation = <
  Params extends Fields,
  Query extends Fields,
  Body extends z.ZodType,
  Reply extends z.ZodType,
>(
  definition: Operation<Params, Query, Body, Reply>,
): Operation<Params, Query, Body, Reply> => definition;
