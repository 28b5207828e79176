import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freshFolder, needDiskSpace, run, SetupError, step, withRetries } from './steps.mjs';

const INSTALLED_GB = 3;

/**
 * Runs `npm ci` in a separate folder and moves the result to node_modules, so that an interruption leaves no partial
 * install. Does nothing if the installed packages match package-lock.json.
 * @param {string} checkout
 */
export async function installNodeModules(checkout) {
  if (await upToDate(checkout)) return console.log('✓ npm packages: match package-lock.json');
  await step('Installing the npm packages (a few minutes the first time)', async () => {
    await needDiskSpace(checkout, INSTALLED_GB);
    let fresh = '';
    const workspaces = await workspacesOf(checkout);
    await withRetries('The npm packages', async () => {
      fresh = await freshFolder(join(checkout, '.deeplens'), 'install');
      const ofWorkspaces = workspaces.map((workspace) => join(workspace, 'package.json'));
      for (const file of ['package.json', 'package-lock.json', '.npmrc', ...ofWorkspaces]) {
        await mkdir(dirname(join(fresh, file)), { recursive: true });
        await copyFile(join(checkout, file), join(fresh, file));
      }
      const args = [
        'ci',
        '--include=dev',
        '--include=optional',
        '--ignore-scripts=false',
        '--no-audit',
        '--no-fund',
      ];
      return run('npm', [...args, '--loglevel=error', '--fetch-retries=5'], {
        cwd: fresh,
        env: npmEnvironment(),
      });
    });
    const node = await run(join(fresh, 'node_modules/.bin/node'), ['--version']);
    if (!node.ok)
      throw new SetupError(`The installed Node does not run on this machine:\n  ${node.output.trim()}`);
    // The root's come last: they tell that the installation is complete.
    for (const [i, folder] of [...workspaces, ''].entries()) {
      const [from, to] = [fresh, checkout].map((root) => join(root, folder, 'node_modules'));
      await rename(to, join(fresh, `replaced_${i}`)).catch(ignoreMissing);
      await rename(from, to).catch(folder === '' ? undefined : ignoreMissing);
    }
    await rm(fresh, { recursive: true, force: true });
  });
}

/**
 * Returns the folders of the workspaces, whose packages npm may install within them.
 * @param {string} checkout
 */
async function workspacesOf(checkout) {
  const { packages } = await readJson(join(checkout, 'package-lock.json'));
  return Object.keys(packages).filter((path) => path !== '' && !path.includes('node_modules/'));
}

/** @param {string} checkout */
async function upToDate(checkout) {
  const wanted = await readJson(join(checkout, 'package-lock.json'));
  // npm writes this file last.
  const present = await readJson(join(checkout, 'node_modules/.package-lock.json')).catch(() => undefined);
  if (!present) return false;
  for (const [path, { version, optional }] of Object.entries(wanted.packages))
    if (path !== '' && version !== present.packages[path]?.version && !(optional && !present.packages[path]))
      return false;
  return (await run(join(checkout, 'node_modules/.bin/node'), ['--version'])).ok;
}

function npmEnvironment() {
  // onnxruntime-node downloads CUDA if it finds a CUDA toolkit; only the GPU image needs it.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  // The outer npm sets this for its hooks; the inner npm would install into the checkout because of it.
  delete env.npm_config_local_prefix;
  delete env.INIT_CWD;
  return env;
}

/** @param {string} file */
const readJson = async (file) => JSON.parse(await readFile(file, 'utf8'));

/** @param {NodeJS.ErrnoException} error */
const ignoreMissing = (error) => {
  if (error.code !== 'ENOENT') throw error;
};
