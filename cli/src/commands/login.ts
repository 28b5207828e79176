import { ApiError } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import type { Act, Cli } from '../cli.ts';
import { connectionOf, profileName } from '../config/connection.ts';
import { configFiles, type Profile, type Secrets } from '../config/files.ts';
import { UsageError } from '../errors.ts';
import { clientOf } from '../make-cli.ts';
import { ask, canAsk, readSecret } from '../prompt.ts';

interface Options {
  baseUrl?: string;
  key?: string;
  token?: string;
  tokenCommand?: string;
}

export function register(program: Command, act: Act): void {
  program
    .command('login')
    .description(
      'Stores a key in a profile, after trying it. The key is asked for, or read from stdin; it is never an argument, where others on this machine could read it.',
    )
    .addOption(
      new Option('--base-url <url>', 'the address of the API: https://…/api/v1').env('DEEPLENS_BASE_URL'),
    )
    .option('--key <source>', '-: read the key from stdin, as in --key - < key.txt')
    .option('--token <source>', '-: read an access token from stdin instead, an operator’s or a person’s')
    .option('--token-command <command>', 'a command that prints an access token, run whenever one is needed')
    .action(act(login));
}

async function login(cli: Cli, options: Options): Promise<undefined> {
  const { context, print } = cli;
  for (const name of ['key', 'token'] as const)
    if (options[name] !== undefined && options[name] !== '-')
      throw new UsageError(
        `--${name} takes - alone, and reads it from stdin.`,
        `deeplens login --${name} - < file`,
      );
  const baseUrl = checkUrl(options.baseUrl ?? context.env.DEEPLENS_BASE_URL ?? (await askUrl(cli)));
  const { profile, secrets } = await credentialOf(cli, options, baseUrl);
  const who = await tryCredential(cli, profile, secrets);
  const name = profileName(context, cli.options);
  await configFiles(context).save(name, profile, secrets);
  print.note(
    `✓ Profile ${name}: ${who}. Its secrets are in ${configFiles(context).folder}, readable by you alone.`,
  );
  return undefined;
}

const askUrl = ({ context }: Cli): Promise<string> => {
  if (!canAsk(context)) throw new UsageError('There is no address.', 'Add --base-url https://…/api/v1');
  return ask(context, 'Address of the API (https://…/api/v1): ');
};

function checkUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw new UsageError(`${text} is no address of an API.`, 'It is like https://api.example.com/api/v1');
  if (url.protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname))
    throw new UsageError(`${text} would send the key in the clear.`, 'Use https.');
  return url.href.replace(/\/+$/, '');
}

async function credentialOf(
  { context }: Cli,
  { token, tokenCommand }: Options,
  base_url: string,
): Promise<{ profile: Profile; secrets: Secrets }> {
  if (tokenCommand !== undefined) return { profile: { base_url, token_command: tokenCommand }, secrets: {} };
  const profile = { base_url };
  if (token !== undefined)
    return { profile, secrets: { token: await readSecret(context, 'Access token: ') } };
  const api_key = await readSecret(context, 'API key (dl_live_…): ');
  if (!/^dl_(live|pub)_/.test(api_key)) throw new UsageError('This is no API key: they begin with dl_live_.');
  return { profile, secrets: { api_key } };
}

/** Calls the service by a new credential, so that what is stored works. @returns who it is */
async function tryCredential(
  { version, call, context }: Cli,
  profile: Profile,
  secrets: Secrets,
): Promise<string> {
  const connection = connectionOf('login', profile, secrets);
  if (!connection) throw new UsageError('There is no address.');
  const client = clientOf(connection, version, { fetch: context.fetch });
  try {
    const { tenant_id, plan, subject } = await client.me(call);
    return `${subject.name ?? subject.id} of ${tenant_id}, plan ${plan}`;
  } catch (error) {
    // An operator's token is of no tenant.
    if (!(error instanceof ApiError && error.status === 403 && secrets.api_key === undefined)) throw error;
    await client.admin.health(call);
    return 'operator';
  }
}
