import { existsSync } from 'node:fs';
import { afterAll, it } from 'vitest';
import { stopServers } from './servers.ts';

/** Runs the tests of a server if it is installed; otherwise says that they are not run, which in CI is a failure. */
export function withServer(
  name: string,
  program: string | undefined,
  describeIt: (path: string) => void,
): void {
  if (program !== undefined && existsSync(program)) {
    afterAll(() => stopServers());
    describeIt(program);
  } else
    it(`${name} is not installed: its tests are not run`, () => {
      if (process.env.CI === 'true')
        throw new Error(`${name} is not installed: node test/storage/install.mjs`);
    });
}
