import { expect, test } from 'vitest';
import { openApiDocument } from '#shared/contracts/http/openapi.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { reply, scripted } from './scripted-fetch.ts';

/** Methods that make other calls, or none. */
const COMPOSED = /^client[.](call|pages|request)$|[.](wait|waitUntilIndexed|files)$/;

/** Returns the methods of a client and of its resources, with their paths. */
function methodsOf(owner: object, path = 'client'): { name: string; call: () => unknown }[] {
  const prototype: object = Object.getPrototypeOf(owner);
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(
      ([name, { value }]) =>
        name !== 'constructor' && typeof value === 'function' && !COMPOSED.test(`${path}.${name}`),
    )
    .map(([name, { value }]) => ({
      name: `${path}.${name}`,
      call: () => value.call(owner, ...Array.from({ length: value.length }, () => 'x')),
    }));
  const resources = Object.entries(owner).filter(
    ([name, value]) => name !== 'client' && typeof value === 'object' && value !== null,
  );
  return [...own, ...resources.flatMap(([name, value]) => methodsOf(value, `${path}.${name}`))];
}

test('every operation of the OpenAPI document has exactly one method, which sends its method and path', async () => {
  const { client, sent } = scripted([
    () => reply({}, { headers: { location: 'https://storage.example.com/t' } }),
  ]);
  for (const { call } of methodsOf(client)) await call();
  const called = sent.map(({ method, path }) => `${method} ${path}`);
  const { paths } = openApiDocument('0') as { paths: Record<string, object> };
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, 'x')}`),
  );
  expect(called.toSorted()).toEqual(documented.toSorted());
  expect(documented).toHaveLength(OPERATIONS.length);
});

test('an operation that takes an Idempotency-Key gets one, others do not', async () => {
  const { client, sent } = scripted([
    () => reply({}, { headers: { location: 'https://storage.example.com/t' } }),
  ]);
  for (const { call } of methodsOf(client)) await call();
  const keyed = new Set(
    sent
      .filter(({ headers }) => headers.has('idempotency-key'))
      .map(({ method, path }) => `${method} ${path}`),
  );
  const wanted = OPERATIONS.filter(({ idempotent }) => idempotent).map(
    ({ method, path }) => `${method} ${path.replace('/v1', '').replaceAll(/\{\w+\}/g, 'x')}`,
  );
  expect([...keyed].toSorted()).toEqual(wanted.toSorted());
});
