import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeepLens } from '@deeplens/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { type Client, call, newTenant } from '../e2e/client.ts';
import { readStack } from '../e2e/stack.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const PYTHON = join(CHECKOUT, '.deeplens/schemathesis/bin/python');
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];
/** Requests an operation; with the seed, the same in every run. */
const EXAMPLES = 30;
const OPTIONS = [
  ...['--checks', CHECKS.join(',')],
  ...['--phases', 'fuzzing', '--mode', 'all', '--max-examples', String(EXAMPLES)],
  ...['--seed', '17', '--generation-deterministic', '--no-shrink'],
  // One thread a process: two make Python 3.11 fail at times (github.com/python/cpython/issues/106905).
  ...['--workers', '1', '--request-timeout', '30', '--max-redirects', '0', '--continue-on-failure'],
  ...['--suppress-health-check', 'all', '--warnings', 'off', '--no-color', '--output-truncate', 'true'],
];

/**
 * Sends generated requests to some operations of the served document.
 * @returns the report of failures, or the number of operations that were tested without one
 */
async function fuzz(operations: string[], header: string): Promise<string | number> {
  const { api_url } = readStack();
  const document = `${api_url}/openapi.json`;
  const args = ['-m', 'schemathesis.cli', 'run', document, '--url', api_url, '--header', header];
  try {
    const { stdout } = await promisify(execFile)(PYTHON, [...args, ...operations, ...OPTIONS], {
      cwd: join(CHECKOUT, '.deeplens'),
      maxBuffer: 64 * 1024 * 1024,
    });
    return Number(/^ *Tested: (\d+)$/m.exec(stdout)?.[1]);
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout).slice(-20_000);
    throw error;
  }
}

/** Parameters of paths, none of which exists. */
const PARAMS: Record<string, string> = {
  image_id: 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  group_id: 'grp_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  key_id: 'key_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  job_id: 'job_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  user_id: 'usr_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  storage_id: 'st_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  webhook_id: 'wh_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  delivery_id: 'dlv_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
  tenant_id: 'nobody',
  name: 'nothing',
};

/** Returns the number of operations in the served document with one of these tags, without that of the document itself. */
async function documented(tags: readonly string[]): Promise<number> {
  const { service } = new DeepLens({ baseUrl: readStack().api_url });
  const { paths } = (await service.openApi()) as {
    paths: Record<string, Record<string, { tags?: string[] }>>;
  }; // linted
  const operations = Object.entries(paths).flatMap(([path, operations]) =>
    path === '/openapi.json' ? [] : Object.values(operations),
  );
  return operations.filter((operation) => operation.tags?.some((tag) => tags.includes(tag))).length;
}

/** Tags whose operations are tested at a time, by a process each. */
const OF_A_TENANT = [['Tenant'], ['Duplicates', 'Ingest', 'Search', 'Service']];
/** Without the document itself: what schemathesis reads first. */
const include = (tags: readonly string[]) => [
  ...tags.flatMap((tag) => ['--include-tag', tag]),
  ...['--exclude-path', '/openapi.json'],
];

let client: Client;
beforeAll(async () => {
  client = await newTenant('fuzz');
});

describe('a generated request', () => {
  it('of a tenant gets what the document allows', async () => {
    const tested = OF_A_TENANT.map((tags) => fuzz(include(tags), `x-api-key: ${client.key}`));
    expect(await Promise.all(tested)).toEqual(await Promise.all(OF_A_TENANT.map(documented)));
  });

  it('of the operator gets what the document allows', async () => {
    const header = `authorization: Bearer ${readStack().admin_token}`;
    expect(await fuzz(include(['Operator']), header)).toBe(await documented(['Operator']));
  });

  it('is sent to the operations of each tag', () => {
    const tags = new Set(OPERATIONS.map(({ tag }) => tag));
    expect([...tags].sort()).toEqual([...OF_A_TENANT.flat(), 'Operator'].sort());
  });
});

describe.each(OPERATIONS.map((operation) => [operation.id, operation] as const))('%s', (_id, operation) => {
  const credential = (): Record<string, string> =>
    operation.policy === 'SystemAdmin'
      ? { authorization: `Bearer ${readStack().admin_token}` }
      : { 'x-api-key': client.key };

  it('gets what the document allows without a body, with an empty key and with a long query', async () => {
    const cursor = 'a'.repeat(5_000);
    const params = PARAMS as never; // all that any operation names
    for (const request of [
      { headers: credential() },
      { headers: { 'x-api-key': '' } },
      { headers: credential(), query: { cursor, x: cursor } },
    ])
      expect((await call(operation, { params, ...request })).status).not.toBe(500);
  });
});
