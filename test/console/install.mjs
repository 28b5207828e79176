// Installs what test/console needs: Chromium from the system's packages. Where it cannot be installed, says so, and its tests fail.
import { SetupError } from '../../infra/local/bootstrap/steps.mjs';
import { installChromium } from '../fixtures/install-chromium.mjs';

try {
  await installChromium();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
