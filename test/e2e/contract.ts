import { DeepLens } from '@deeplens/sdk';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from 'vitest';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { readStack } from './stack.ts';

/** The parts of the document that the tests walk. */
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, unknown> }> }>>;
}
const served = new DeepLens({ baseUrl: readStack().api_url }).service
  .openApi()
  .then((document) => document as unknown as Document); // the linter's test says that it is one

const validator = served.then((document) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'api');
  return ajv;
});

const pointerSegment = (key: string) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Holds a reply against the document that the service itself serves: its status, its type and its body. */
export async function expectAsDocumented(
  operation: Operation,
  status: number,
  contentType: string,
  body: unknown,
): Promise<void> {
  const path = operation.path.replace('/v1', '');
  const responses = (await served).paths[path]?.[operation.method.toLowerCase()]?.responses ?? {};
  expect(Object.keys(responses), `${operation.id} answered ${status}: ${JSON.stringify(body)}`).toContain(
    String(status),
  );
  const types = Object.keys(responses[status]?.content ?? {});
  if (types.length === 0) return;
  expect(types, `${operation.id} ${status}`).toContain(contentType);
  const pointer = [
    'paths',
    path,
    operation.method.toLowerCase(),
    'responses',
    String(status),
    'content',
    types[0] ?? '',
    'schema',
  ];
  const ajv = await validator;
  const validate = ajv.compile({ $ref: `api#/${pointer.map(pointerSegment).join('/')}` });
  expect(
    validate(body),
    `${operation.id} ${status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body).slice(0, 500)}`,
  ).toBe(true);
}
