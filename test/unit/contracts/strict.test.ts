import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { addImage, getImage, listImages, UploadFile } from '#shared/contracts/http/images.ts';
import { openApiDocument } from '#shared/contracts/http/openapi.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { createTenant } from '#shared/contracts/http/tenants.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { parseField, parseInput } from '#shared/runtime/input.ts';

const IMAGE = 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1';

/** Returns the problem that a request is refused with. */
function refusal(
  operation: Operation,
  body: object | undefined,
  query?: Record<string, string>,
  values?: Record<string, string[]>,
) {
  const event = {
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    pathParameters: {},
    queryStringParameters: query,
    multiValueQueryStringParameters: values,
  } as unknown as APIGatewayProxyEvent; // the fields that parsing reads
  try {
    parseInput({ ...operation, params: undefined } as unknown as Operation, event); // paths are the router's
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
const errorAt = (problem: Problem | undefined, pointer: string) =>
  problem?.errors?.find((error) => error.pointer === pointer)?.message;

/** Of bodies whose names depend on another field, that field. */
const CHOSEN: Record<string, object> = { addStorage: { type: 'gcs' } };

it.each(OPERATIONS.filter(({ body }) => body))('$id refuses an unknown name in its body', (operation) => {
  const body = { ...CHOSEN[operation.id], zzzzzzzz: 1 };
  expect(errorAt(refusal(operation, body), '/zzzzzzzz')).toBe('is not known');
});

it.each(OPERATIONS)('$id refuses an unknown name in its query', (operation) => {
  expect(errorAt(refusal(operation, undefined, { zzzzzzzz: '1' }), '/query/zzzzzzzz')).toBe('is not known');
});

describe('an unknown name', () => {
  it('is refused with the nearest known name', () => {
    expect(errorAt(refusal(searchSimilarity, { image_id: IMAGE, max_result: 1 }), '/max_result')).toBe(
      'is not known; did you mean max_results?',
    );
    expect(errorAt(refusal(listImages, undefined, { limits: '1' }), '/query/limits')).toBe(
      'is not known; did you mean limit?',
    );
  });

  it('is refused within objects, JSON text of forms and files of a list', () => {
    const tenant = { tenant_id: 'acme', name: 'Acme', plan: 'free', settings: { keeper_rules: 'x' } };
    expect(errorAt(refusal(createTenant, tenant), '/settings/keeper_rules')).toContain('keeper_rule?');
    const search = { image_id: IMAGE, filters: '{"formats":"jpeg"}' };
    expect(errorAt(refusal(searchSimilarity, search), '/filters/formats')).toContain('format?');
    const file = { filename: 'a.jpg', content_type: 'image/jpeg', size: 1, sha265: 'x' };
    expect(() => parseField(UploadFile, file, '/files/0')).toThrow('/files/0/sha265: is not known');
  });

  it('is listed for each of several, beside other errors', () => {
    const problem = refusal(addImage, { image: '?', file_name: 'a', zzzzzzzz: 1 });
    expect(problem?.errors?.map(({ pointer }) => pointer)).toEqual(['/image', '/file_name', '/zzzzzzzz']);
  });

  it('may be known and still be given once only', () => {
    const twice = { status: ['failed', 'indexed'], limit: ['1'] };
    const problem = refusal(listImages, undefined, { status: 'indexed', limit: '1' }, twice);
    expect(problem?.errors).toEqual([{ pointer: '/query/status', message: 'is given more than once' }]);
  });

  it('is not known to an operation without parameters', () => {
    expect(refusal(getImage, undefined, { expand: 'x' })?.code).toBe('invalid_request');
  });
});

/** The parts of a JSON Schema in which objects can be. */
interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

/** Returns the paths of objects that allow names beside those that they list. */
function lenient(reference: Schema, path: string, definitions: Record<string, Schema>): string[] {
  const name = reference.$ref?.split('/').at(-1);
  const schema = name === undefined ? reference : definitions[name];
  if (!schema) throw new Error(`${path} refers to nothing`);
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const fields = Object.entries(schema.properties ?? {});
  return [
    ...(schema.type === 'object' && schema.additionalProperties === undefined && parts.length === 0
      ? [path]
      : []),
    ...fields.flatMap(([name, field]) => lenient(field, `${path}/${name}`, definitions)),
    ...(schema.items ? lenient(schema.items, `${path}/*`, definitions) : []),
    ...parts.flatMap((part) => lenient(part, path, definitions)),
  ];
}

it('is shown by the document: its bodies have `additionalProperties`', () => {
  const document = openApiDocument('test') as {
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
    components: { schemas: Record<string, Schema> };
  };
  const bodies = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).flatMap(({ requestBody }) =>
      Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => ({
        path: `${path} ${type}`,
        schema,
      })),
    ),
  );
  expect(bodies.length).toBeGreaterThan(15);
  expect(bodies.flatMap(({ path, schema }) => lenient(schema, path, document.components.schemas))).toEqual(
    [],
  );
  expect(lenient({ $ref: '#/UploadFile' }, 'UploadFile', document.components.schemas)).toEqual([]);
  const loose = { type: 'object', properties: {} };
  expect(lenient({ $ref: '#/Loose' }, 'Loose', { Loose: loose })).toEqual(['Loose']);
});
