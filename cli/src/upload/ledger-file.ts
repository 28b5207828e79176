import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Connection } from '../config/connection.ts';
import type { Context } from '../context.ts';

/**
 * Returns the path of the ledger: one for each tenant of each service, whatever folder is uploaded, so that no file is uploaded
 * twice. It is in `$XDG_STATE_HOME/deeplens`, or `~/.local/state/deeplens`.
 */
export function ledgerFile(
  { env, home }: Pick<Context, 'env' | 'home'>,
  { baseUrl, isLocal, apiKey = '' }: Connection,
  tenant: string,
): string {
  const whose = [baseUrl, tenant, ...(isLocal ? [apiKey] : [])].join('\n');
  const name = createHash('sha256').update(whose).digest('hex').slice(0, 16);
  return join(
    env.XDG_STATE_HOME || join(home, '.local/state'),
    'deeplens',
    `uploads-${tenant}-${name}.ndjson`,
  );
}
