import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { newHome, problem, runCli } from './cli-run.ts';

const ME = {
  tenant_id: 'acme',
  plan: 'pro',
  subject: { kind: 'key', id: 'key_1', name: 'ci' },
  scopes: [],
  limits: {},
  features: [],
};
const KEY = 'dl_live_abc_secret';
const NO_ENV = { DEEPLENS_API_KEY: '', DEEPLENS_ADMIN_TOKEN: '', DEEPLENS_BASE_URL: '' };
const api = () => ({ body: ME });
let home = '';
beforeEach(async () => {
  home = await newHome();
});

const login = (...argv: string[]) =>
  runCli(['login', '--base-url', 'https://api.test/api/v1/', '--key', '-', ...argv], {
    home,
    env: NO_ENV,
    stdin: `${KEY}\n`,
    api,
  });
const configOf = (name: string) => join(home, '.config/deeplens', name);

it('login tries the key of stdin, and stores it for its owner alone', async () => {
  const ran = await login();
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toContain('ci of acme, plan pro');
  expect(ran.calls.map(({ path, headers }) => [path, headers.get('x-api-key')])).toEqual([['/me', KEY]]);
  expect(await readFile(configOf('config.toml'), 'utf8')).not.toContain('secret');
  expect(await readFile(configOf('credentials'), 'utf8')).toContain(KEY);
  expect((await stat(configOf('credentials'))).mode & 0o777).toBe(0o600);
  expect((await stat(configOf('.'))).mode & 0o777).toBe(0o700);
});

it('a later command uses the profile, and logout forgets it', async () => {
  await login();
  await login('--profile', 'other');
  const ran = await runCli(['whoami', '-o', 'json'], { home, env: NO_ENV, api });
  expect(JSON.parse(ran.stdout)).toEqual(ME);
  expect(ran.calls[0]?.headers.get('x-api-key')).toBe(KEY);
  expect((await runCli(['logout'], { home, env: NO_ENV })).code).toBe(0);
  expect((await runCli(['whoami'], { home, env: NO_ENV, api })).code).toBe(4);
  expect((await runCli(['whoami'], { home, env: { ...NO_ENV, DEEPLENS_PROFILE: 'other' }, api })).code).toBe(
    0,
  );
});

it('the environment is before the profile, and --profile before the environment', async () => {
  await login();
  const env = { ...NO_ENV, DEEPLENS_API_KEY: 'dl_live_env' };
  const keyOf = async (...argv: string[]) =>
    (await runCli(['whoami', ...argv], { home, env, api })).calls[0]?.headers.get('x-api-key');
  expect(await keyOf()).toBe('dl_live_env');
  expect(await keyOf('--profile', 'default')).toBe(KEY);
});

it('a key that does not work is not stored', async () => {
  const ran = await runCli(['login', '--base-url', 'https://api.test/api/v1', '--key', '-'], {
    home,
    env: NO_ENV,
    stdin: KEY,
    api: () => problem(403, 'invalid_api_key'),
  });
  expect(ran.code).toBe(4);
  await expect(stat(configOf('credentials'))).rejects.toThrow('ENOENT');
});

it('a key in the arguments is refused, and said to be public now', async () => {
  const ran = await runCli(['login', '--key', KEY], { home, env: NO_ENV, api });
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('can be read by others');
});

it('a key is not sent in the clear', async () => {
  const ran = await runCli(['login', '--base-url', 'http://api.test/api/v1', '--key', '-'], {
    home,
    env: NO_ENV,
    stdin: KEY,
    api,
  });
  expect(ran.code).toBe(2);
  expect(ran.calls).toEqual([]);
});

it('credentials that others can read are not used', async () => {
  await login();
  await writeFile(configOf('credentials'), await readFile(configOf('credentials')), { mode: 0o644 });
  await import('node:fs/promises').then(({ chmod }) => chmod(configOf('credentials'), 0o644));
  const ran = await runCli(['whoami'], { home, env: NO_ENV, api });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('chmod 600');
});

it('an operator signs in with a token, whose calls have no key', async () => {
  const ran = await runCli(['login', '--base-url', 'https://api.test/api/v1', '--token', '-'], {
    home,
    env: NO_ENV,
    stdin: 'operators-token',
    api: ({ path }) => (path === '/me' ? problem(403, 'forbidden') : { body: { status: 'ok', checks: {} } }),
  });
  expect(ran.stderr).toContain('operator');
  const listed = await runCli(['tenants', 'list'], {
    home,
    env: NO_ENV,
    api: () => ({ body: { tenants: [] } }),
  });
  expect(listed.calls[0]?.headers.get('authorization')).toBe('Bearer operators-token');
  expect(listed.calls[0]?.headers.has('x-api-key')).toBe(false);
});

it('a profile can have a command that prints tokens', async () => {
  await runCli(['login', '--base-url', 'https://api.test/api/v1', '--token-command', 'echo fresh'], {
    home,
    env: NO_ENV,
    api,
  });
  const ran = await runCli(['whoami'], { home, env: NO_ENV, api });
  expect(ran.calls[0]?.headers.get('authorization')).toBe('Bearer fresh');
});

it('--local finds the running system from a folder below it', async () => {
  await mkdir(join(home, '.deeplens'), { recursive: true });
  await mkdir(join(home, 'photos/2026'), { recursive: true });
  const local = {
    api_url: 'https://api.test/api/v1',
    admin_token: 'admin',
    demo: { tenant_id: 'demo', api_key: 'dl_live_demo' },
  };
  await writeFile(join(home, '.deeplens/local.json'), JSON.stringify(local));
  const cwd = join(home, 'photos/2026');
  const tenant = await runCli(['whoami', '--local'], { home, cwd, env: NO_ENV, api });
  expect(tenant.calls[0]?.headers.get('x-api-key')).toBe('dl_live_demo');
  const operator = await runCli(['models', 'list', '--local'], {
    cwd,
    env: NO_ENV,
    api: () => ({ body: { models: [] } }),
  });
  expect(operator.calls[0]?.headers.get('authorization')).toBe('Bearer admin');
  const nowhere = await runCli(['whoami', '--local'], { home, cwd: '/', env: NO_ENV, api });
  expect([nowhere.code, nowhere.stderr]).toEqual([7, expect.stringContaining('npm start')]);
});

it('the operator’s token is never sent beside a key, a person’s is', async () => {
  const env = { DEEPLENS_API_KEY: 'dl_live_key', DEEPLENS_TOKEN: 'person', DEEPLENS_ADMIN_TOKEN: 'operator' };
  const sent = async (...argv: string[]) => {
    const { calls } = await runCli(argv, { home, env, api: () => ({ body: { models: [] } }) });
    return [calls[0]?.headers.get('x-api-key'), calls[0]?.headers.get('authorization')];
  };
  expect(await sent('whoami')).toEqual(['dl_live_key', 'Bearer person']);
  expect(await sent('models', 'list')).toEqual([null, 'Bearer operator']);
});
