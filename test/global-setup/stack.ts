import { cleanups } from '../../infra/local/cleanups.ts';
import { startSystem } from '../../infra/local/system.ts';
import { forgetTestHome, newTestHome } from '../../infra/local/test-home.ts';

/** All of DeepLens, deployed to an emulator of its own, for the integration and end-to-end tests. */
export default async function setup(): Promise<() => Promise<void>> {
  const home = await newTestHome('stack');
  const toEnd = cleanups();
  toEnd.add(() => forgetTestHome(home));
  try {
    await startSystem(home, 0, toEnd);
  } catch (error) {
    await toEnd.run();
    throw error;
  }
  process.env.DEEPLENS_TEST_STACK = home.localFile;
  return toEnd.run;
}
