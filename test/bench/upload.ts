// `npm run bench:upload`: uploads 20 000 small pictures through the bundled command line to a stub of the API, killed ten times on
// the way. Fails if a picture is lost or sent twice, or the process takes 200 MB.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { arrived, startStubApi } from '../fixtures/stub-api.ts';
import { BUILD, BUNDLE, startCli } from '../unit/cli/cli-process.ts';
import { writePictures } from '../unit/cli/pictures.ts';

const FILES = Number(process.argv[2] ?? 20_000);
const KILLS = Number(process.argv[3] ?? 10);
const MOST_MB = 200;
const STARTS = 20;

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Returns the median of the milliseconds that a program takes to start and end. */
function startMs(...args: string[]): number {
  const times = Array.from({ length: STARTS }, () => {
    const begun = performance.now();
    execFileSync(process.execPath, args);
    return performance.now() - begun;
  });
  return median(times);
}

execFileSync(process.execPath, [BUILD]);
const folder = await mkdtemp(join(tmpdir(), 'deeplens-bench-'));
const api = await startStubApi();
try {
  console.log(
    `deeplens --version: ${startMs(BUNDLE, '--version').toFixed(0)} ms, of which Node ${startMs('-e', '0').toFixed(0)} ms`,
  );
  const photos = join(folder, 'photos');
  await writePictures(photos, FILES);
  const begun = performance.now();
  const peaks: number[] = [];
  const run = () =>
    startCli(['upload', photos, '--wait', '--output', 'json'], {
      url: api.url,
      home: folder,
      program: BUNDLE,
    });
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const { child, ended } = run();
    while (arrived(api).length < (FILES / (KILLS + 1)) * kill && child.exitCode === null) await sleep(100);
    child.kill('SIGKILL');
    peaks.push((await ended).peakMb);
    console.log(`killed at ${arrived(api).length} of ${FILES}, peak ${peaks.at(-1)?.toFixed(0)} MB`);
  }
  const last = await run().ended;
  peaks.push(last.peakMb);
  const seconds = (performance.now() - begun) / 1000;
  const again = await run().ended;
  peaks.push(again.peakMb);
  const images = arrived(api);
  const most = Math.max(...peaks);
  console.log(`exit codes ${last.code}, ${again.code}; ${last.stdout.trim()}`);
  console.log(
    `${images.length} images of ${FILES} files, ${api.images.size - images.length} unused forms, at most ${api.most()} posts at once`,
  );
  console.log(`${seconds.toFixed(0)} s, ${(FILES / seconds).toFixed(0)} files/s, peak ${most.toFixed(0)} MB`);
  const distinct = new Set(images.map(({ file }) => file.sha256)).size;
  const twice = images.filter(({ posts }) => posts > 1).length;
  const fine =
    images.length === FILES &&
    distinct === FILES &&
    twice === 0 &&
    most < MOST_MB &&
    last.code === 0 &&
    again.code === 0;
  console.log(
    fine ? '✓ None lost, none twice.' : `✗ ${distinct} distinct, ${twice} twice, ${most.toFixed(0)} MB`,
  );
  process.exitCode = fine ? 0 : 1;
} finally {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
}
