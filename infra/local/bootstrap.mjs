// Makes a fresh clone ready to run: the npm packages (Node 24 among them) and the emulator's Python environment.
// It runs before anything is installed and on Node 20, hence plain JavaScript and built-in modules only.
// npm's pre-hooks call it; each step is skipped when it is done, and can be repeated after an interruption.
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
