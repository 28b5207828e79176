import type * as z from 'zod';
import type { Policy } from '#shared/kernel/access.ts';
import type { ProblemCode } from '#shared/kernel/problems.ts';

type Fields = z.ZodType<Record<string, unknown>>;

/** Problems of calls that fetch an image from its URL. */
export const URL_PROBLEMS = [
  'unsafe_url',
  'url_unreachable',
  'url_not_an_image',
] as const satisfies ProblemCode[];

/** The sections of the OpenAPI document. */
export const TAGS = ['Ingest', 'Search', 'Duplicates', 'Tenant', 'Operator', 'Service'] as const;

/**
 * One call of the HTTP API, written once: its handler parses by it, the OpenAPI document describes it, and the
 * authorisation tests iterate over all of them. The policy and the flags are literal types: they decide which guards
 * its route needs.
 */
export interface Operation<
  Params extends Fields = Fields,
  Query extends Fields = Fields,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
  Access extends Policy = Policy,
  Audited extends boolean = boolean,
  Idempotent extends boolean = boolean,
> {
  /** Its name in clients and logs, in camelCase. */
  id: string;
  tag: (typeof TAGS)[number];
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The path after the stage: `/v1/…`, with `{parameters}`. */
  path: `/v1/${string}`;
  summary: string;
  policy: Access;
  params?: Params;
  query?: Query;
  body?: Body;
  /** True if the body may also come as `multipart/form-data` with a `file`. */
  multipart?: boolean;
  /** Counters of the tenant's limits that the call takes from, besides one of `requests`. */
  counts?: {
    searches?: 1;
    uploads?: {
      /** Returns the number of images that the call asks to add. */
      asked(body: z.output<Body>): number;
      /** Returns the number of them that the reply accepts: these count. */
      accepted(reply: z.input<Reply>): number;
    };
  };
  /** True if the call changes a tenant's state or access: every call is in the audit log, not refusals alone. */
  audited?: Audited;
  /** True if a repeated call with the same `Idempotency-Key` gets the first call's reply. */
  idempotent?: Idempotent;
  /** Removes the secret that a reply shows: the rest is stored, and returned to a repeated call. */
  withoutSecret?(reply: z.input<Reply>): z.input<Reply>;
  reply: {
    status: 200 | 201 | 202 | 302;
    description: string;
    schema: Reply;
    /** A reply with another status; the schema allows all that a reply of the usual schema has. */
    also?: { status: 200 | 503; description: string; schema: z.ZodType };
  };
  /** The problems of this operation; the document adds those that every call can meet. */
  problems: readonly ProblemCode[];
}

/** Defines an operation and keeps its literal types. */
export const operation = <
  Params extends Fields,
  Query extends Fields,
  Body extends z.ZodType,
  Reply extends z.ZodType,
  Access extends Policy,
  Audited extends boolean = false,
  Idempotent extends boolean = false,
>(
  definition: Operation<Params, Query, Body, Reply, Access, Audited, Idempotent>,
): Operation<Params, Query, Body, Reply, Access, Audited, Idempotent> => definition;

/** An operation that needs no credential. */
export type OpenOperation = Operation & { policy: 'Open'; audited?: false; idempotent?: false };
/** An operation of the operator, on no tenant's behalf. */
export type OperatorOperation = Operation & { policy: 'SystemAdmin' };
/** An operation of the tenant that the credential belongs to. */
export type TenantOperation = Operation & { policy: Exclude<Policy, 'Open' | 'SystemAdmin'> };
