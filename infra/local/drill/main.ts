// `npm run drill`: backs up a system on this machine, destroys it, restores it, cuts its power, and proves each time that it
// answers as before.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DeepLens } from '@deeplens/sdk';
import { cleanups } from '../cleanups.ts';
import { deployedOutputs } from '../deploy.ts';
import { CHECKOUT, DEEPLENS_HOME, homeAt } from '../home.ts';
import { ingestSamples } from '../ingest.ts';
import { program } from '../program.ts';
import { sampleImages } from '../samples.ts';
import { newestSnapshot, SNAPSHOT_SECONDS } from '../snapshots.ts';
import { PlainError, step, until } from '../steps.ts';
import { startSystem } from '../system.ts';
import { demoTenant } from '../tenant.ts';
import { type Answers, ask, queries } from './answers.ts';
import { type BackupCounts, exportAll, restoreAll } from './backup.ts';

const { values: options } = parseArgs({ options: { report: { type: 'boolean', default: false } } });
const home = homeAt(join(DEEPLENS_HOME.folder, 'drill'));
const backup = join(home.folder, 'backup');
const REPORT = join(CHECKOUT, 'docs/operate/drill.md');
const REBUILD_LIMIT_MS = 600_000;

const times: [what: string, seconds: number][] = [];
/** A step whose duration is in the report. */
async function timed<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
  const begun = Date.now();
  const result = await step(title, work);
  times.push([title, (Date.now() - begun) / 1000]);
  return result;
}

/** Starts a system in the drill's own home. @returns what to call it with, and what ends it */
async function start() {
  const toEnd = cleanups();
  const { local } = await startSystem(home, 0, toEnd);
  const outputs = await deployedOutputs(home);
  return {
    local,
    bucket: outputs('ImagesBucket'),
    operator: new DeepLens({ baseUrl: local.api_url, token: local.admin_token }),
    end: () => toEnd.run(),
  };
}

async function rebuildAll({ admin }: DeepLens): Promise<void> {
  for (const { name } of (await admin.models.list()).models) {
    const { job_id } = await admin.models.rebuild(name);
    const { status, errors } = await admin.jobs.wait(job_id, { timeoutMs: REBUILD_LIMIT_MS });
    if (status !== 'completed') throw new PlainError(`The rebuild ${status}: ${JSON.stringify(errors)}`);
  }
}

/** Waits until the emulator has of itself written a snapshot that was begun after a time. */
async function snapshotAfter(time: Date): Promise<void> {
  await until('The emulator writes a snapshot', 3 * SNAPSHOT_SECONDS * 1000, async () => {
    const newest = await newestSnapshot(home);
    return newest && newest.at > time ? newest : undefined;
  });
}

/** Returns what differs. */
function differences(before: Answers, after: Answers): string[] {
  const wrong: string[] = [];
  const same = (what: string, one: unknown, other: unknown) => {
    if (JSON.stringify(one) !== JSON.stringify(other))
      wrong.push(`${what}: ${JSON.stringify(one)} before, ${JSON.stringify(other)} after`);
  };
  const sorted = (counts: Record<string, number>) => Object.entries(counts).sort();
  same('images by status', sorted(before.images), sorted(after.images));
  same('groups', before.groups, after.groups);
  for (const [at, answer] of before.searches.entries()) same(`search ${at + 1}`, answer, after.searches[at]);
  return wrong;
}

function report(counts: BackupCounts, answers: Answers): string {
  const rows = (some: Record<string, number>) =>
    Object.entries(some).map(([name, count]) => `| \`${name}\` | ${count} |`);
  return [
    '# The disaster drill',
    '',
    'Written by `npm run drill -- --report`, which fills a system on one machine, exports its tables and its bucket, destroys',
    'everything, deploys it again, restores the export, rebuilds the index from the restored vectors, and compares what a tenant sees.',
    'On AWS the same steps are [restore](restore.md). Then it kills the emulator and the worker, starts them from the snapshot of the last',
    'minute, and compares once more.',
    '',
    `Last run: ${new Date().toISOString().slice(0, 10)}. Equal before, after the restore and after the kill: images by status, ${answers.groups.length} duplicate groups,`,
    `and the results of ${answers.searches.length} searches (ids, verdicts, order, scores to a millionth).`,
    '',
    '| exported and restored | items |',
    '|---|---|',
    ...rows(counts.tables),
    ...rows(Object.fromEntries(Object.entries(counts.objects).map(([name, n]) => [`${name}/`, n]))),
    '',
    '| step | s |',
    '|---|---|',
    ...times.map(([what, seconds]) => `| ${what} | ${seconds.toFixed(1)} |`),
    '',
    'Measured on two busy cores. Of the seconds, those of the restore grow with the number of items and objects, those of the rebuild with',
    'the images ([performance](../performance.md) has documents a second).',
    '',
  ].join('\n');
}

await program(async (toEnd) => {
  await rm(home.folder, { recursive: true, force: true });
  toEnd.add(() => rm(home.folder, { recursive: true, force: true }));
  const images = await queries();

  const first = await timed('Starting a system', start);
  toEnd.add(first.end);
  const demo = await demoTenant(home, first.local);
  const clientAt = (baseUrl: string) => new DeepLens({ baseUrl, apiKey: demo.api_key });
  const tenant = clientAt(first.local.api_url);
  await timed('Bringing images in', async () => ingestSamples(tenant, await sampleImages()));
  const before = await timed('Asking before', () => ask(tenant, images, 0));
  const counts = await timed('Exporting the tables and the bucket', () =>
    exportAll(first.local.emulator_url, first.bucket, backup),
  );
  await timed('Destroying everything', async () => {
    await first.end();
    await rm(home.state, { recursive: true, force: true });
  });

  const second = await timed('Deploying again', start);
  toEnd.add(second.end);
  await timed('Restoring the tables and the bucket', () =>
    restoreAll(second.local.emulator_url, second.bucket, backup, counts),
  );
  await timed('Rebuilding the index', () => rebuildAll(second.operator));
  const after = await timed('Asking after', () => ask(clientAt(second.local.api_url), images, 1));

  await timed('Waiting for the snapshot of the minute', () => snapshotAfter(new Date()));
  await timed('Cutting the power', async () => {
    for (const name of ['emulator', 'gpu-worker']) process.kill(second.local.pids[name] ?? 0, 'SIGKILL');
    await second.end();
  });
  const third = await timed('Starting from the snapshot', start);
  toEnd.add(third.end);
  const powered = await timed('Asking again', () => ask(clientAt(third.local.api_url), images, 2));

  const wrong = [...differences(before, after), ...differences(before, powered)];
  for (const each of wrong) console.error(`✗ ${each}`);
  if (wrong.length > 0) return 1;
  console.log(
    `✓ The same images, groups and answers to ${before.searches.length} searches, after everything was lost, and after the power was.`,
  );
  if (options.report) await writeFile(REPORT, report(counts, before));
  return 0;
});
