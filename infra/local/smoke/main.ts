// `npm run smoke`: tries a deployment as a tenant, or the system that `npm start` runs.
import { parseArgs } from 'node:util';
import { DeepLens } from '@deeplens/sdk';
import { DEEPLENS_HOME } from '../home.ts';
import { readLocalFile } from '../local-file.ts';
import { SmokeFailure, smoke } from './smoke.ts';

const USAGE = `usage: npm run smoke -- --url https://api.example.com/api/v1 --key KEY

Without --key: DEEPLENS_API_KEY. Without --url: the system that npm start runs here, and its demo tenant.`;

async function connect(): Promise<DeepLens> {
  const { values } = parseArgs({ options: { url: { type: 'string' }, key: { type: 'string' } } });
  if (values.url) {
    const apiKey = values.key ?? process.env.DEEPLENS_API_KEY;
    if (!apiKey) throw new Error(`The URL needs a key.\n\n${USAGE}`);
    return new DeepLens({ baseUrl: values.url, apiKey });
  }
  const local = await readLocalFile(DEEPLENS_HOME);
  if (!local?.demo) throw new Error(`DeepLens is not running here: npm start.\n\n${USAGE}`);
  return new DeepLens({ baseUrl: local.api_url, apiKey: local.demo.api_key });
}

try {
  const deeplens = await connect();
  await smoke(deeplens, (step, detail, ms) =>
    console.log(`✓ ${step.padEnd(8)} ${detail} (${(ms / 1000).toFixed(2)} s)`),
  );
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(error instanceof SmokeFailure ? `✗ ${error.message}` : error.message);
  process.exitCode = 1;
}
