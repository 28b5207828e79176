import { exec } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Context, GlobalOptions } from '../context.ts';
import { CliError, NotSignedInError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { configFiles, type Profile, type Secrets } from './files.ts';

/** Where the service is, and who calls it. */
export interface Connection {
  /** Where it was found: `profile default`, `the environment`, or a file. */
  source: string;
  baseUrl: string;
  /** True of the system that `npm start` runs: after a reset it is another one at the same address. */
  isLocal?: true;
  apiKey?: string;
  token?: string | (() => Promise<string>);
}

/** Whose calls: a tenant's, or the operator's, which take a token alone. */
export type Plane = 'tenant' | 'operator';

export const DEFAULT_PROFILE = 'default';
const LOCAL_FILE = join('.deeplens', 'local.json');
const TOKEN_COMMAND_MS = 30_000;

export const profileName = ({ env }: Pick<Context, 'env'>, { profile }: GlobalOptions): string =>
  profile ?? (env.DEEPLENS_PROFILE || DEFAULT_PROFILE);

/** Finds where to call: `--local`, `--profile`, the environment, or the profile in use, in this order. */
export async function findConnection(
  context: Context,
  options: GlobalOptions,
  plane: Plane,
): Promise<Connection> {
  if (options.local) return localConnection(context.cwd, plane);
  const { DEEPLENS_API_KEY: apiKey, DEEPLENS_BASE_URL: baseUrl } = context.env;
  // With a key a token is a person's of its tenant: the operator's is another one, never sent beside a key.
  const { DEEPLENS_TOKEN: personal, DEEPLENS_ADMIN_TOKEN: admin } = context.env;
  const token = plane === 'operator' ? admin || personal : personal;
  if (options.profile === undefined && (apiKey || token)) {
    const url = baseUrl || (await fromProfile(context, options))?.baseUrl;
    if (!url)
      throw new NotSignedInError(
        'DEEPLENS_BASE_URL is not set.',
        'Set it to the address of the API, https://…/api/v1.',
      );
    return needCredential(
      { source: 'the environment', baseUrl: url, ...(apiKey && { apiKey }), ...(token && { token }) },
      plane,
    );
  }
  const found = await fromProfile(context, options);
  if (!found)
    throw new NotSignedInError(
      `There is no profile ${profileName(context, options)}.`,
      'Sign in with: deeplens login, or call the system that npm start runs: --local',
    );
  return needCredential(baseUrl && options.profile === undefined ? { ...found, baseUrl } : found, plane);
}

async function fromProfile(context: Context, options: GlobalOptions): Promise<Connection | undefined> {
  const name = profileName(context, options);
  const files = configFiles(context);
  const profile = (await files.profiles())[name];
  if (!profile?.base_url) return undefined;
  if (await files.exposed())
    throw new CliError(
      `${join(files.folder, 'credentials')} can be read by other people.`,
      undefined,
      `Take their access away: chmod 600 '${join(files.folder, 'credentials')}'`,
    );
  return connectionOf(`profile ${name}`, profile, (await files.secrets())[name] ?? {});
}

/** Returns the connection of a profile, unless it has no address. */
export const connectionOf = (
  source: string,
  { base_url, token_command }: Profile,
  { api_key, token }: Secrets,
): Connection | undefined =>
  base_url
    ? {
        source,
        baseUrl: base_url,
        ...(api_key && { apiKey: api_key }),
        ...(token_command ? { token: () => tokenOf(token_command) } : token && { token }),
      }
    : undefined;

async function tokenOf(command: string): Promise<string> {
  try {
    const { stdout } = await promisify(exec)(command, { timeout: TOKEN_COMMAND_MS });
    return stdout.trim();
  } catch (error) {
    throw new NotSignedInError(
      `The token_command of the profile failed: ${error instanceof Error ? error.message : error}`,
      'Run it by hand to see why.',
    );
  }
}

/** The operator's calls take a token alone: a key beside it would be a tenant's. */
function needCredential(connection: Connection, plane: Plane): Connection {
  const { apiKey, ...withoutKey } = connection;
  if (plane === 'operator') {
    if (connection.token === undefined)
      throw new NotSignedInError(
        `This is the operator’s call, and ${connection.source} has no token.`,
        'Set DEEPLENS_ADMIN_TOKEN, or sign in with: deeplens login --token -',
      );
    return withoutKey;
  }
  if (apiKey === undefined && connection.token === undefined)
    throw new NotSignedInError(`There is no key in ${connection.source}.`);
  return connection;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Finds the system that `npm start` runs from this folder, or one above it. */
async function localConnection(cwd: string, plane: Plane): Promise<Connection> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, LOCAL_FILE);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return readLocal(text, file, plane);
    if (folder === dirname(folder))
      throw new CliError(
        `There is no ${LOCAL_FILE} here or above: DeepLens is not running.`,
        EXIT.unavailable,
        'Start it with: npm start',
      );
  }
}

function readLocal(text: string, file: string, plane: Plane): Connection {
  const local: unknown = JSON.parse(text);
  if (isRecord(local) && typeof local.api_url === 'string') {
    const at = { source: file, baseUrl: local.api_url, isLocal: true as const };
    if (plane === 'operator' && typeof local.admin_token === 'string')
      return { ...at, token: local.admin_token };
    if (plane === 'tenant' && isRecord(local.demo) && typeof local.demo.api_key === 'string')
      return { ...at, apiKey: local.demo.api_key };
  }
  throw new CliError(
    `${file} has no credential for this call.`,
    EXIT.unavailable,
    'Wait until npm start says that all is up.',
  );
}
