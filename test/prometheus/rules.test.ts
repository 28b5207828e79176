import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { METRICS } from '#shared/kernel/metrics.ts';
import { exposition } from '../../infra/local/metrics/exposition.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const PROMTOOL = join(ROOT, '.deeplens/prometheus/usr/bin/promtool');
const OPS = join(ROOT, 'ops/prometheus');
const isInstalled = existsSync(PROMTOOL);
if (!isInstalled && process.env.CI === 'true')
  throw new Error(`${PROMTOOL} is missing: npm run test:prometheus installs it.`);

const promtool = (...args: string[]) => promisify(execFile)(PROMTOOL, args, { cwd: OPS });

describe.skipIf(!isInstalled)('promtool', () => {
  it('accepts the rules', async () => {
    const { stdout } = await promtool('check', 'rules', 'rules.yml');
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
  });

  it('sees each rule fire with its sample, and not with the other', async () => {
    const { stdout } = await promtool('test', 'rules', 'rules.test.yml');
    expect(stdout).toContain('SUCCESS');
  });

  it('would see a rule that does not fire', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deeplens-rules-'));
    const rules = await readFile(join(OPS, 'rules.yml'), 'utf8');
    await writeFile(join(folder, 'rules.yml'), rules.replaceAll('> 0.05', '> 0.5'));
    await writeFile(join(folder, 'rules.test.yml'), await readFile(join(OPS, 'rules.test.yml')));
    await expect(promtool('test', 'rules', join(folder, 'rules.test.yml'))).rejects.toThrow('HighErrorRate');
  });

  it('accepts the example of a configuration', async () => {
    const { stdout } = await promtool('check', 'config', 'prometheus.yml');
    expect(stdout).toContain('SUCCESS');
  });

  it('can read every metric that is exposed', async () => {
    const values = exposition();
    for (const [name, { dimensions }] of Object.entries(METRICS)) {
      const labels = Object.fromEntries(Object.keys(dimensions).map((each) => [each, 'a "quoted" \\ value']));
      values.add({ name, value: 0.3, labels });
    }
    const child = promisify(execFile)(PROMTOOL, ['check', 'metrics']);
    child.child.stdin?.end(values.text());
    const { stderr } = await child.catch((error: { stderr: string }) => error);
    // Names that the service is to have are not all as promtool's lint would like them; errors of the format are none.
    expect(stderr).not.toMatch(/error while linting|text format parsing error/);
  });
});
