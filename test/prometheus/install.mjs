// Unpacks promtool and Prometheus from Debian's package into .deeplens/prometheus; nothing is installed or started. Where
// that is not possible, the tests say so; with CI=true it is a failure.
import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run, SetupError, step, withRetries } from '../../infra/local/bootstrap/steps.mjs';

const folder = join(resolve(import.meta.dirname, '../..'), '.deeplens/prometheus');

try {
  await access(join(folder, 'usr/bin/promtool')).catch(() =>
    step('Unpacking promtool into .deeplens/prometheus', async () => {
      await mkdir(folder, { recursive: true });
      await withRetries('prometheus', () => run('apt-get', ['download', 'prometheus'], { cwd: folder }));
      const [file] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
      const unpacked = await run('dpkg', ['-x', file ?? '', '.'], { cwd: folder });
      if (!unpacked.ok) throw new SetupError(`promtool could not be unpacked: ${unpacked.output}`);
      await rm(join(folder, file ?? ''));
    }),
  );
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(
    `✗ ${error.message}\n  promtool is in Debian's package prometheus; without apt-get the rules are not tested.`,
  );
  if (process.env.CI === 'true') process.exitCode = 1;
}
