// Installs what test/sdk needs: Node 20 into .deeplens/node-20, and Chromium from the system's packages. What cannot be installed is
// named, and its tests fail.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run, SetupError, step, withRetries } from '../../infra/local/bootstrap/steps.mjs';
import { installChromium } from '../fixtures/install-chromium.mjs';

const NODE = 'node@20.20.2';
const checkout = resolve(import.meta.dirname, '../..');

async function installNode20() {
  const folder = join(checkout, '.deeplens/node-20');
  const stamp = join(folder, '.complete');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === NODE) return console.log(`✓ ${NODE}`);
  await step(`Installing ${NODE} into .deeplens/node-20`, async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    const args = ['install', NODE, '--ignore-scripts=false', '--no-audit', '--no-fund'];
    await withRetries(NODE, () => run('npm', args, { cwd: folder }));
    await writeFile(stamp, NODE);
  });
}

for (const install of [installNode20, installChromium])
  try {
    await install();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`✗ ${error.message}`);
    process.exitCode = 1;
  }
