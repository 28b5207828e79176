// Installs what test/sdk needs: Node 20 into .deeplens/node-20, and Chromium from the system's packages. What cannot be installed is
// named, and its tests fail.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run, SetupError, step, withRetries } from '../../infra/local/bootstrap/steps.mjs';

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

async function installChromium() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome'])
    if ((await run(name, ['--version'])).ok) return console.log(`✓ ${name}`);
  if (process.getuid?.() !== 0 || !(await run('apt-get', ['--version'])).ok)
    throw new SetupError(
      'Chromium is missing: install it (Debian: apt-get install chromium), or set DEEPLENS_CHROMIUM to its path.',
    );
  await step('Installing Chromium from the system’s packages', async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await withRetries('The list of packages', () => run('apt-get', ['update', '-qq'], { env }));
    const args = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
    await withRetries('Chromium', () => run('apt-get', args, { env }));
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
