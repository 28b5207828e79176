import { startEmulator } from '../../infra/local/emulator.ts';
import { forgetTestHome, newTestHome } from '../../infra/local/test-home.ts';

/** An emulator for the contract tests of adapters: nothing is deployed to it. */
export default async function setup(): Promise<() => Promise<void>> {
  const home = await newTestHome('emulator');
  const { url, stop } = await startEmulator(home);
  process.env.DEEPLENS_TEST_EMULATOR = url;
  return async () => {
    await stop();
    await forgetTestHome(home);
  };
}
