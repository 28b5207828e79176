// Prepares a fresh clone: installs the npm packages (Node 24 is one) and the emulator's Python environment.
// Runs on Node 20 before anything is installed: plain JavaScript, built-in modules only.
// npm's pre-hooks call it. Skips finished steps; an interrupted step can be repeated.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './bootstrap/lock.mjs';
import { installNodeModules } from './bootstrap/node-modules.mjs';
import { SetupError } from './bootstrap/steps.mjs';
import { checkTools } from './bootstrap/tools.mjs';
import { installVenv } from './bootstrap/venv.mjs';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

try {
  const python = await checkTools();
  await withLock(checkout, async () => {
    await installNodeModules(checkout);
    await installVenv(checkout, python);
  });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`\n✗ ${error.message}\n`);
  process.exitCode = 1;
}
