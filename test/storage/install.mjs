// Installs the storage servers of test/storage into .deeplens/storage-servers and .deeplens/azurite. One that cannot be
// installed is left out, and its tests say so; with CI=true it is a failure.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run, SetupError, step, withRetries } from '../../infra/local/bootstrap/steps.mjs';
import { checkTools } from '../../infra/local/bootstrap/tools.mjs';
import { installVenv } from '../../infra/local/bootstrap/venv.mjs';

const AZURITE = 'azurite@3.37.0';
const checkout = resolve(import.meta.dirname, '../..');

async function installAzurite() {
  const folder = join(checkout, '.deeplens/azurite');
  const stamp = join(folder, '.complete');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === AZURITE) return console.log(`✓ ${AZURITE}`);
  await step(`Installing ${AZURITE} into .deeplens/azurite`, async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    const args = ['install', AZURITE, '--ignore-scripts', '--no-audit', '--no-fund'];
    await withRetries(AZURITE, () => run('npm', args, { cwd: folder }));
    await writeFile(stamp, AZURITE);
  });
}

const programs = { what: 'storage servers', name: 'storage-servers', file: 'test/storage/requirements.txt' };
for (const install of [async () => installVenv(checkout, await checkTools(), programs), installAzurite])
  try {
    await install();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`✗ ${error.message}`);
    if (process.env.CI === 'true') process.exitCode = 1;
  }
