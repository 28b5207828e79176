import { describe, expect, it } from 'vitest';
import { openApiDocument } from '#shared/contracts/http/openapi.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { PROBLEMS } from '#shared/kernel/problems.ts';

interface Content {
  content?: Record<string, { schema: { $ref?: string } }>;
  headers?: Record<string, unknown>;
}
interface Described {
  security: object[];
  requestBody?: Content;
  responses: Record<string, Content & { description: string }>;
}
const document = openApiDocument('test') as {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, unknown> };
};
const describedOf = ({ path, method }: (typeof OPERATIONS)[number]): Described => {
  const described = document.paths[path.replace('/v1', '')]?.[method.toLowerCase()];
  if (!described) throw new Error(`${method} ${path} is not described`);
  return described;
};
const schemasIn = ({ content }: Content) => Object.values(content ?? {}).map(({ schema }) => schema);
const isTenants = ({ policy }: (typeof OPERATIONS)[number]) => policy !== 'Open' && policy !== 'SystemAdmin';

it.each(OPERATIONS)('$id names the schemas of its body and its replies', (operation) => {
  const { requestBody, responses } = describedOf(operation);
  const schemas = [
    ...(requestBody ? schemasIn(requestBody) : []),
    ...Object.values(responses).flatMap(schemasIn),
  ];
  expect(schemas.filter(({ $ref }) => $ref === undefined)).toEqual([]);
  if (operation.body) expect(requestBody && schemasIn(requestBody).length).toBeGreaterThan(0);
});

it('has as many names as schemas, each describing itself once', () => {
  const names = Object.keys(document.components.schemas);
  expect(names).toEqual(
    expect.arrayContaining(['ListImagesReply', 'SearchSimilarityRequest', 'Image', 'Problem']),
  );
  expect(names.filter((name) => /(Output|Input)$/.test(name))).toEqual([]);
});

describe('the headers of replies', () => {
  it.each(OPERATIONS.filter(isTenants))('of $id have the limits, refusals included', (operation) => {
    for (const [status, { headers }] of Object.entries(describedOf(operation).responses))
      if (status !== '431')
        expect(Object.keys(headers ?? {})).toEqual(expect.arrayContaining(['RateLimit', 'RateLimit-Policy']));
  });

  it.each(OPERATIONS)('of $id have Retry-After where a retry can succeed', (operation) => {
    const retried = Object.values(PROBLEMS)
      .filter(({ retry }) => retry)
      .map(({ status }) => String(status));
    for (const [status, { headers, description }] of Object.entries(describedOf(operation).responses)) {
      const codes = [...description.matchAll(/`(\w+)`/g)].map(
        ([, code]) => PROBLEMS[code as keyof typeof PROBLEMS],
      );
      const isRetried = retried.includes(status) && codes.some((problem) => problem?.retry);
      expect('Retry-After' in (headers ?? {}), `${status}: ${description}`).toBe(isRetried);
    }
  });
});

it('lets a key and a person’s token call, alone or together, and the operator with a token', () => {
  const expected = { Open: [], SystemAdmin: [{ token: [] }] };
  for (const operation of OPERATIONS) {
    const { security } = describedOf(operation);
    const ofTenant = [{ apiKey: [] }, { apiKey: [], token: [] }, { token: [] }];
    expect(security).toEqual(
      Object.entries(expected).find(([policy]) => policy === operation.policy)?.[1] ?? ofTenant,
    );
  }
});
