import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../cli/src/exit-codes.ts';
import { type Api, problem, runCli } from './cli-run.ts';

const IMAGE = 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1';
const get = ['images', 'get', IMAGE];
const always =
  (status: number, code: string): Api =>
  () =>
    problem(status, code);
const found =
  (verdict: string): Api =>
  () => ({
    body: {
      query_id: 'qry_1',
      results: [{ image_id: IMAGE, verdict, similarity_score: 0.9, file_path: 'a.jpg', reason: {} }],
      total_results: 1,
    },
  });
const someGone: Api = ({ path }) =>
  path.endsWith('9')
    ? problem(404, 'not_found')
    : { body: { receipt: { image_id: path.slice(8), deleted: {}, completed_at: '' } } };

/** The table of docs/guide/cli.md. */
describe('the exit code', () => {
  it.each<[number, string, string[], Api]>([
    [0, 'of what went well', get, () => ({ body: { image_id: IMAGE } })],
    [0, 'of --version', ['--version'], () => undefined],
    [0, 'of --help', ['images', '--help'], () => undefined],
    [1, 'of a refusal', ['settings', 'set', '{}'], always(400, 'invalid_request')],
    [1, 'of a conflict', ['keys', 'rotate', 'key_1'], always(409, 'conflict')],
    [2, 'of an unknown command', ['imagse'], () => undefined],
    [2, 'of an unknown option', ['images', 'list', '--colour'], () => undefined],
    [2, 'of a missing argument', ['images', 'get'], () => undefined],
    [2, 'of a value that does not fit', ['images', 'list', '--limit', 'many'], () => undefined],
    [2, 'of an unknown format', ['images', 'list', '-o', 'yaml'], () => undefined],
    [2, 'of an upload of nothing', ['upload'], () => undefined],
    [
      2,
      'of failures that overwrite their source',
      ['upload', ...['--from-failures', 'f', '--failures', './f']],
      () => undefined,
    ],
    [2, 'of a destructive call without --yes', ['images', 'delete', IMAGE], () => undefined],
    [3, 'of what was done in part', ['images', 'delete', IMAGE, `${IMAGE}9`, '--yes'], someGone],
    [4, 'of a wrong key', get, always(403, 'invalid_api_key')],
    [4, 'of an expired token', get, always(401, 'token_expired')],
    [5, 'of what does not exist', get, always(404, 'not_found')],
    [5, 'of what was deleted', get, always(410, 'purged')],
    [6, 'of a quota that is used up', get, always(429, 'quota_exceeded')],
    [7, 'of a fault of the service', ['keys', 'revoke', 'key_1', '--yes'], always(500, 'internal_error')],
    [0, 'of a search without --fail-if-found', ['search', IMAGE], found('exact')],
    [8, 'of a search that found', ['search', IMAGE, '--fail-if-found'], found('similar')],
    [8, 'of a search that found a copy', ['search', IMAGE, '--fail-if-found', 'edited_copy'], found('exact')],
    [0, 'of a search that found less', ['search', IMAGE, '--fail-if-found', 'exact'], found('edited_copy')],
  ])('is %i %s', async (code, _what, argv, api) => {
    const ran = await runCli(argv, { api });
    expect(ran.code, ran.stderr).toBe(code);
  });

  it('is 7 if there is no service', async () => {
    const ran = await runCli(['keys', 'revoke', 'key_1', '--yes'], {
      api: () => {
        throw new TypeError('fetch failed');
      },
    });
    expect(ran.code).toBe(7);
  });

  it('is 4 without a credential, and says how to get one', async () => {
    const ran = await runCli(get, { env: { DEEPLENS_API_KEY: '', DEEPLENS_ADMIN_TOKEN: '' } });
    expect(ran.code).toBe(4);
    expect(ran.stderr).toContain('(not_signed_in)\n  Sign in with: deeplens login');
  });

  it('is 130 after an interruption', async () => {
    const interrupt = new AbortController();
    const ran = await runCli(get, {
      signal: interrupt.signal,
      api: () => {
        interrupt.abort();
        throw new DOMException('aborted', 'AbortError');
      },
    });
    expect(ran.code).toBe(130);
  });
});

describe('an error', () => {
  it('says on stderr what happened, its code, and the correlation id', async () => {
    const ran = await runCli(get, { api: always(404, 'not_found') });
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain('✗ It is not_found. (not_found)');
    expect(ran.stderr).toContain('corr-1');
  });

  it('is an object with --output json', async () => {
    const ran = await runCli([...get, '-o', 'json'], { api: always(404, 'not_found') });
    expect(JSON.parse(ran.stderr)).toMatchObject({
      error: { code: 'not_found', exit_code: 5, correlation_id: 'corr-1' },
    });
  });

  it('holds nothing that a terminal obeys', async () => {
    const ran = await runCli(get, { api: () => problem(404, 'not_found', 'gone\u001b[2J') });
    expect(ran.stderr).toContain('gone\\u001b[2J');
  });
});

it('the guide has a row for each code', async () => {
  const guide = await readFile(new URL('../../../docs/guide/cli.md', import.meta.url), 'utf8');
  const rows = Array.from(guide.matchAll(/^\| (\d+) \|/gm), ([, code]) => Number(code));
  expect(rows).toEqual(Object.values(EXIT));
});
