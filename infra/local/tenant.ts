import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeepLens } from '@deeplens/sdk';
import * as z from 'zod';
import type { Home } from './home.ts';
import type { LocalFile } from './local-file.ts';
import { PlainError } from './steps.ts';

const Demo = z.object({ tenant_id: z.string(), api_key: z.string() });

/** Returns the tenant `demo`, created by the operator's API the first time. Its key is shown only once, so it is stored with the state. */
export async function demoTenant(home: Home, local: LocalFile): Promise<z.infer<typeof Demo>> {
  const file = join(home.state, 'demo.json');
  const stored = await readFile(file, 'utf8').catch(() => undefined);
  if (stored !== undefined) return Demo.parse(JSON.parse(stored));
  const operator = new DeepLens({ baseUrl: local.api_url, token: local.admin_token });
  const { tenant_id, api_key } = await operator.admin.tenants.create({
    tenant_id: 'demo',
    name: 'Demonstration',
    plan: 'pro',
  });
  if (api_key === undefined)
    throw new PlainError('The key of the tenant demo was shown before. Run npm run reset.');
  await writeFile(file, JSON.stringify({ tenant_id, api_key }), { mode: 0o600 });
  return { tenant_id, api_key };
}
