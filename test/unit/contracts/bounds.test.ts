import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EVENTS } from '#shared/contracts/events/registry.ts';
import { Cursor, ImageIdField, MetadataField } from '#shared/contracts/http/fields.ts';
import { openApiDocument } from '#shared/contracts/http/openapi.ts';

/** The keywords of JSON Schema that the walk reads. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  maxLength?: number;
  maximum?: number;
  maxItems?: number;
  maxProperties?: number;
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  propertyNames?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

type Definitions = Record<string, Schema>;

/** Returns true if a pattern is anchored and repeats nothing without a bound. */
const isBoundedPattern = (pattern: string): boolean => {
  const bare = pattern.replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  return bare.startsWith('^') && bare.endsWith('$') && !/[*+]|\{\d+,\}/.test(bare);
};

const isBoundedString = ({ maxLength, pattern }: Schema): boolean =>
  maxLength !== undefined || (pattern !== undefined && isBoundedPattern(pattern));

/** Returns the paths of the strings, numbers, arrays and maps of a schema that have no maximum. */
function unbounded(schema: Schema, definitions: Definitions, path: string): string[] {
  const walk = (inner: Schema, name: string) => unbounded(inner, definitions, `${path}/${name}`);
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return unbounded(definitions[name] ?? {}, definitions, path);
  }
  if (schema.enum || schema.const !== undefined) return [];
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  if (parts.length > 0) return parts.flatMap((part, at) => walk(part, String(at)));
  if (schema.type === 'boolean' || schema.type === 'null') return [];
  if (schema.type === 'string') return isBoundedString(schema) ? [] : [path];
  if (schema.type === 'number' || schema.type === 'integer')
    return schema.maximum === undefined ? [path] : [];
  if (schema.type === 'array') {
    const entries = schema.prefixItems?.flatMap((item, at) => walk(item, String(at)));
    if (entries) return schema.items ? [path] : entries;
    return [...(schema.maxItems === undefined ? [path] : []), ...walk(schema.items ?? {}, '*')];
  }
  if (schema.type !== 'object') return [path];
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => walk(field, name));
  const { additionalProperties: values, propertyNames = {} } = schema;
  if (typeof values !== 'object' || Object.keys(values).length === 0) return fields;
  const keys = propertyNames.enum || isBoundedString(propertyNames) ? [] : [`${path}/(key)`];
  return [...fields, ...(schema.maxProperties === undefined ? [path] : []), ...keys, ...walk(values, '*')];
}

/** The parts of an OpenAPI document that the walk reads. */
interface Document {
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string;
        parameters?: { name: string; schema: Schema }[];
        requestBody?: { content: Record<string, { schema: Schema }> };
      }
    >
  >;
  components: { schemas: Definitions };
}

const unboundedOf = (schema: z.ZodType) =>
  unbounded(z.toJSONSchema(schema, { io: 'input' }) as Schema, {}, ''); // what JSON Schema is

describe('a request', () => {
  it('has a maximum for every string, number, array and map, in the document', () => {
    const document = openApiDocument('test') as unknown as Document; // OpenAPI, by its own test
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    const found = operations.flatMap(({ operationId, parameters = [], requestBody }) => [
      ...parameters.flatMap(({ name, schema }) =>
        unbounded(schema, document.components.schemas, `${operationId}/${name}`),
      ),
      ...Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema }]) =>
        unbounded(schema, document.components.schemas, `${operationId} ${type}`),
      ),
    ]);
    expect(operations.length).toBeGreaterThan(40);
    expect(found).toEqual([]);
  });

  it.each([
    ['a string', z.string()],
    ['a pattern that repeats', z.string().regex(/^a+$/)],
    ['a pattern without an end', z.string().regex(/^a{1,3}/)],
    ['base64', z.base64()],
    ['a number', z.number()],
    ['an array', z.array(z.boolean())],
    ['a map', z.record(z.string().max(3), z.boolean())],
    ['the keys of a map', z.record(z.string(), z.boolean()).meta({ maxProperties: 3 })],
    ['any value', z.unknown()],
    ['a field of an object', z.object({ a: z.object({ b: z.string().optional() }).default({}) })],
    ['an entry of a union', z.array(z.union([z.string().max(3), z.array(z.boolean())])).max(2)],
    ['the output of a pipe', z.preprocess((value) => value, z.string())],
  ])('is found without a maximum: %s', (_what, schema) => {
    expect(unboundedOf(schema)).toHaveLength(1);
  });

  it.each([
    ['an id', ImageIdField],
    ['a cursor', Cursor],
    ['metadata', MetadataField],
    ['an enum', z.enum(['a', 'b'])],
    ['a tuple', z.tuple([ImageIdField, ImageIdField])],
  ])('is bounded: %s', (_what, schema) => {
    expect(unboundedOf(schema)).toEqual([]);
  });
});

describe('an event', () => {
  it.each(Object.entries(EVENTS))(
    '%s has a maximum for every string, number, array and map',
    (type, schema) => {
      // What failed is kept as it was received; the size of every event is checked where it is published.
      const kept = type === 'images.failed' ? ['/data/original_event'] : [];
      expect(unboundedOf(schema)).toEqual(kept);
    },
  );
});
