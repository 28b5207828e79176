import { expect, it } from 'vitest';
import { type Api, runCli } from './cli-run.ts';

const api: Api = ({ method }) =>
  method === 'DELETE' ? { status: 202, body: { job_id: 'job_1', status: 'queued' } } : { body: {} };
const remove = ['tenants', 'delete', 'acme'];

it('a destructive command asks for the name in a terminal', async () => {
  const yes = await runCli(remove, { api, tty: true, type: (stdin) => stdin.write('acme\r') });
  expect([yes.code, yes.calls.length], yes.stderr).toEqual([0, 1]);
  expect(yes.stderr).toContain('cannot be undone');
  const no = await runCli(remove, { api, tty: true, type: (stdin) => stdin.write('yes\r') });
  expect([no.code, no.calls]).toEqual([1, []]);
});

it('elsewhere it needs --yes', async () => {
  const without = await runCli(remove, { api });
  expect([without.code, without.calls]).toEqual([2, []]);
  expect(without.stderr).toContain('--yes');
  expect((await runCli([...remove, '--yes'], { api })).code).toBe(0);
});

it.each([
  ['images', 'delete', 'img_1'],
  ['keys', 'revoke', 'key_1'],
  ['webhooks', 'delete', 'wh_1'],
  ['storage', 'remove', 'st_1'],
  ['users', 'remove', 'usr_1'],
  ['jobs', 'confirm', 'job_1'],
  ['keys', 'rotate', 'key_1', '--overlap', '0'],
  ['webhooks', 'rotate-secret', 'wh_1', '--overlap', '0'],
])('%s %s asks too', async (...argv) => {
  const ran = await runCli(argv, { api: () => ({ body: { progress: { missing: 3 } } }) });
  expect(ran.code).toBe(2);
  expect(ran.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
});
