import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'smol-toml';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';

/** Bytes of a configuration file that are read at most. */
const LIMIT = 1_000_000;

/** What is not secret of a profile: `config.toml`. */
export interface Profile {
  base_url?: string;
  /** A command that prints an access token: for tokens that expire. */
  token_command?: string;
}

/** The secrets of a profile: `credentials`, readable by its owner alone. */
export interface Secrets {
  api_key?: string;
  token?: string;
}

/** Returns the folder of the configuration: `$XDG_CONFIG_HOME/deeplens`, or `~/.config/deeplens`. */
export const configFolder = ({ env, home }: Pick<Context, 'env' | 'home'>): string =>
  join(env.XDG_CONFIG_HOME || join(home, '.config'), 'deeplens');

const CONFIG = 'config.toml';
const CREDENTIALS = 'credentials';

type Names = readonly string[];
const PROFILE_FIELDS: Names = ['base_url', 'token_command'] satisfies (keyof Profile)[];
const SECRET_FIELDS: Names = ['api_key', 'token'] satisfies (keyof Secrets)[];

/** Returns the profiles of a file: by name, the fields that are known and are text. */
function profilesOf(text: string, file: string, fields: Names): Record<string, Record<string, string>> {
  let parsed: Record<string, unknown>;
  try {
    parsed = parse(text);
  } catch (error) {
    throw new CliError(
      `${file} is not TOML: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    );
  }
  const profiles = parsed.profile;
  if (typeof profiles !== 'object' || profiles === null) return {};
  return Object.fromEntries(
    Object.entries(profiles).map(([name, profile]: [string, unknown]) => [
      name,
      Object.fromEntries(
        Object.entries(typeof profile === 'object' && profile !== null ? profile : {}).filter(
          (entry): entry is [string, string] => fields.includes(entry[0]) && typeof entry[1] === 'string',
        ),
      ),
    ]),
  );
}

async function read(path: string, fields: Names): Promise<Record<string, Record<string, string>>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new CliError(`${path} cannot be read: ${error.message}`);
  });
  if (text.length > LIMIT) throw new CliError(`${path} is larger than ${LIMIT} bytes.`);
  return profilesOf(text, path, fields);
}

/** Replaces a file by way of a new one, so that an interruption leaves the old. */
async function replace(folder: string, name: string, content: object, mode: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  const unfinished = `${path}.${process.pid}.new`;
  await writeFile(unfinished, `${stringify(content)}\n`, { mode });
  await chmod(unfinished, mode);
  await rename(unfinished, path);
}

/** The configuration files of a person. */
export function configFiles(context: Pick<Context, 'env' | 'home'>) {
  const folder = configFolder(context);
  return {
    folder,
    profiles: (): Promise<Record<string, Profile>> => read(join(folder, CONFIG), PROFILE_FIELDS),
    secrets: (): Promise<Record<string, Secrets>> => read(join(folder, CREDENTIALS), SECRET_FIELDS),
    /** Returns true if others than its owner may read the credentials. */
    async exposed(): Promise<boolean> {
      const found = await stat(join(folder, CREDENTIALS)).catch(() => undefined);
      return found !== undefined && process.platform !== 'win32' && (found.mode & 0o077) !== 0;
    },
    /** Writes a profile; without `secrets` it has none any more. */
    async save(name: string, profile: Profile, secrets: Secrets): Promise<void> {
      const known = await this.profiles();
      await replace(folder, CONFIG, { profile: { ...known, [name]: profile } }, 0o600);
      await replace(folder, CREDENTIALS, { profile: { ...(await this.secrets()), [name]: secrets } }, 0o600);
    },
    /** @returns false if there was no such profile */
    async remove(name: string): Promise<boolean> {
      const { [name]: profile, ...profiles } = await this.profiles();
      const { [name]: secret, ...secrets } = await this.secrets();
      if (!profile && !secret) return false;
      await replace(folder, CREDENTIALS, { profile: secrets }, 0o600);
      await replace(folder, CONFIG, { profile: profiles }, 0o600);
      return true;
    },
  };
}
