import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the package that the tests of this folder use. */
export default function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../sdk/scripts/build.ts')], {
    stdio: 'inherit',
  });
}
