import { cleanups } from '../../infra/local/cleanups.ts';
import { startEmulator } from '../../infra/local/emulator.ts';
import { forgetTestHome, newTestHome } from '../../infra/local/test-home.ts';

/** An emulator for the contract tests of adapters: nothing is deployed to it. */
export default async function setup(): Promise<() => Promise<void>> {
  const home = await newTestHome('emulator');
  const toEnd = cleanups();
  toEnd.add(() => forgetTestHome(home));
  try {
    process.env.DEEPLENS_TEST_EMULATOR = (await startEmulator(home, toEnd)).url;
  } catch (error) {
    await toEnd.run();
    throw error;
  }
  return toEnd.run;
}
