import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freshFolder, needDiskSpace, run, SetupError, step, withRetries } from './steps.mjs';

const INSTALLED_GB = 0.5;

/**
 * Installs the emulator into its own Python environment, `.deeplens/venv`: builds it elsewhere, then moves it into place.
 * Does nothing if its stamp is the digest of requirements.txt and its Python runs.
 * @param {string} checkout
 * @param {string} python
 */
export async function installVenv(checkout, python) {
  const requirements = join(checkout, 'infra/local/requirements.txt');
  const venv = join(checkout, '.deeplens/venv');
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  const stamp = await readFile(join(venv, '.complete'), 'utf8').catch(() => '');
  if (stamp === digest && (await run(join(venv, 'bin/python'), ['--version'])).ok)
    return console.log('✓ Emulator: matches infra/local/requirements.txt');
  await step('Installing the AWS emulator into .deeplens/venv', async () => {
    await needDiskSpace(checkout, INSTALLED_GB);
    // A moved venv works if its programs are run by `bin/python -m`.
    const fresh = await freshFolder(join(checkout, '.deeplens'), 'venv');
    const made = await run(python, ['-m', 'venv', fresh]);
    if (!made.ok) throw new SetupError(`${python} could not make a venv:\n  ${made.output.trim()}`);
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '5'];
    await withRetries('The emulator', () => run(join(fresh, 'bin/python'), [...args, '-r', requirements]));
    await writeFile(join(fresh, '.complete'), digest);
    await rm(venv, { recursive: true, force: true });
    await rename(fresh, venv);
  });
}
