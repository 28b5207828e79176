import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freshFolder, needDiskSpace, run, SetupError, step, withRetries } from './steps.mjs';

const INSTALLED_GB = 0.5;

const EMULATOR = { what: 'the AWS emulator', name: 'venv', file: 'infra/local/requirements.txt' };

/**
 * Installs programs into a Python environment of their own, `.deeplens/{name}`, built elsewhere, then moved into
 * place. Does nothing if its stamp is the digest of the requirements and its Python runs.
 * @param {string} checkout
 * @param {string} python
 * @param {{ what: string, name: string, file: string }} [programs] by default the AWS emulator
 */
export async function installVenv(checkout, python, { what, name, file } = EMULATOR) {
  const requirements = join(checkout, file);
  const venv = join(checkout, '.deeplens', name);
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  const stamp = await readFile(join(venv, '.complete'), 'utf8').catch(() => '');
  if (stamp === digest && (await run(join(venv, 'bin/python'), ['--version'])).ok)
    return console.log(`✓ ${what}: matches ${file}`);
  await step(`Installing ${what} into .deeplens/${name}`, async () => {
    await needDiskSpace(checkout, INSTALLED_GB);
    // A moved venv works if its programs are run by `bin/python -m`.
    const fresh = await freshFolder(join(checkout, '.deeplens'), name);
    const made = await run(python, ['-m', 'venv', fresh]);
    if (!made.ok) throw new SetupError(`${python} could not make a venv:\n  ${made.output.trim()}`);
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '5'];
    await withRetries(what, () => run(join(fresh, 'bin/python'), [...args, '-r', requirements]));
    await writeFile(join(fresh, '.complete'), digest);
    await rm(venv, { recursive: true, force: true });
    await rename(fresh, venv);
  });
}
