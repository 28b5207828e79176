import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arrived, problem, type StubApi, startStubApi } from '../../fixtures/stub-api.ts';
import { startCli } from './cli-process.ts';
import { newHome } from './cli-run.ts';
import { writePictures } from './pictures.ts';

const FILES = 500;
const KILLS = 3;
/** `npm run bench:upload` holds 20 000 files to it, killed ten times. */
const MOST_MB = 200;

let api: StubApi;
let home: string;
let photos: string;
beforeEach(async () => {
  home = await newHome();
  photos = join(home, 'photos');
});
afterEach(async () => {
  await api.stop();
  await rm(home, { recursive: true, force: true });
});

const upload = (...argv: string[]) => startCli(['upload', photos, ...argv], { url: api.url, home });
const rows = (stdout: string): { path: string; status: string; image_id?: string; code?: string }[] =>
  stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const posts = () => arrived(api).map((image) => image.posts);

describe('deeplens upload', () => {
  it(`does the rest after it was killed ${KILLS} times, and sends no picture twice`, async () => {
    let enough = 0;
    const untilKilled = async (): Promise<undefined> => {
      while (arrived(api).length >= enough) await sleep(2);
    };
    api = await startStubApi({ onPost: untilKilled });
    await writePictures(photos, FILES);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      enough = (FILES / (KILLS + 1)) * kill;
      const { child, ended } = upload();
      while (arrived(api).length < enough && child.exitCode === null) await sleep(2);
      child.kill('SIGKILL');
      await ended;
      expect(arrived(api).length).toBeLessThan(FILES);
    }
    enough = Number.POSITIVE_INFINITY;
    const last = await upload('--wait').ended;
    expect(last.code, last.stderr).toBe(0);
    expect(last.peakMb).toBeLessThan(MOST_MB);
    expect(arrived(api)).toHaveLength(FILES);
    expect(new Set(arrived(api).map(({ file }) => file.sha256)).size).toBe(FILES);
    // The post that a kill broke off may have arrived, and is not repeated; each form is used once.
    expect(Math.max(...posts())).toBe(1);
    expect(rows(last.stdout)).toHaveLength(FILES);
    expect(last.stderr).toContain(`${FILES} indexed`);
    const again = await upload().ended;
    expect(new Set(rows(again.stdout).map(({ status }) => status))).toEqual(new Set(['resumed']));
    // Forms of a reply that a kill kept from being noted are lost: nobody uses them, and they end by themselves.
    expect(api.images.size - FILES).toBeLessThanOrEqual(KILLS * Math.max(...api.presigns));
  });

  it('ends in order at Ctrl-C, with 130, and does the rest later', async () => {
    api = await startStubApi();
    await writePictures(photos, 100);
    const first = upload();
    while (arrived(api).length < 10) await sleep(2);
    first.child.kill('SIGINT');
    const ended = await first.ended;
    expect(ended.code, ended.stderr).toBe(130);
    expect(ended.stderr).toContain('The same command again does only the rest.');
    expect((await upload().ended).code).toBe(0);
    expect(posts()).toEqual(Array.from({ length: 100 }, () => 1));
  });

  it('tells what failed, goes on, and repeats just that', async () => {
    let isFixed = false;
    api = await startStubApi({
      onFile: ({ filename }) =>
        filename.endsWith('7.bmp') && !isFixed ? problem(415, 'unsupported_media_type') : undefined,
    });
    await writePictures(photos, 20);
    const failures = join(home, 'failures.ndjson');
    const first = await upload('--failures', failures, '--external-id', 'path').ended;
    expect(first.code).toBe(3);
    expect(first.stderr).toContain('unsupported_media_type');
    const failed = rows(await readFile(failures, 'utf8')).sort((a, b) => a.path.localeCompare(b.path));
    expect(failed).toEqual([
      expect.objectContaining({
        path: join(photos, '0/IMG_00007.bmp'),
        name: '0/IMG_00007.bmp',
        code: 'unsupported_media_type',
      }),
      expect.objectContaining({ path: join(photos, '0/IMG_00017.bmp') }),
    ]);
    isFixed = true;
    const { ended } = startCli(['upload', '--from-failures', failures, '--external-id', 'path'], {
      url: api.url,
      home,
    });
    expect((await ended).code).toBe(0);
    expect(
      arrived(api)
        .map(({ file }) => file.external_id)
        .sort(),
    ).toEqual(Array.from({ length: 20 }, (_, i) => `0/IMG_000${String(i).padStart(2, '0')}.bmp`));
  });

  it('sends what failed after its upload through the pipeline again, and no file twice', async () => {
    api = await startStubApi({
      onStored: ({ file }) => (file.filename.endsWith('3.bmp') ? 'failed' : 'indexed'),
    });
    await writePictures(photos, 10);
    const failures = join(home, 'failures.ndjson');
    const first = await upload('--wait', '--failures', failures).ended;
    expect(first.code, first.stderr).toBe(3);
    expect(first.stderr).toContain('It has no pixels. (decode_failed)');
    const [failed, ...others] = rows(await readFile(failures, 'utf8'));
    expect(others).toEqual([]);
    expect(failed).toMatchObject({ path: join(photos, '0/IMG_00003.bmp'), code: 'decode_failed' });
    const again = startCli(['upload', '--from-failures', failures, '--wait'], { url: api.url, home });
    const ended = await again.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(rows(ended.stdout)).toEqual([
      { path: failed?.path, name: '0/IMG_00003.bmp', status: 'retried', image_id: failed?.image_id },
    ]);
    expect(arrived(api).flatMap(({ retries, image_id }) => (retries > 0 ? [image_id] : []))).toEqual([
      failed?.image_id,
    ]);
    expect(posts()).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it.each([
    ['path', () => '0/IMG_00000.bmp'],
    ['name', () => 'IMG_00000.bmp'],
    ['sha256', ({ sha256 }: { sha256?: string }) => sha256],
  ] as const)('--external-id %s names images so, and --metadata is on all', async (source, idOf) => {
    api = await startStubApi();
    await writePictures(photos, 2);
    const metadata = ['--metadata', 'album=sea', '-m', 'by=Ada'];
    expect((await upload('--external-id', source, ...metadata).ended).code).toBe(0);
    const files = arrived(api).map(({ file }) => file);
    expect(files.map((file) => file.metadata)).toEqual([
      { album: 'sea', by: 'Ada' },
      { album: 'sea', by: 'Ada' },
    ]);
    const first = files.find(({ filename }) => filename === '0/IMG_00000.bmp');
    expect(first?.external_id).toBe(idOf(first ?? {}));
    // Another machine, without the ledger, finds that they are there.
    const other = startCli(['upload', photos, '--external-id', source], {
      url: api.url,
      home,
      env: { XDG_STATE_HOME: join(home, 'other') },
    });
    const { code, stdout } = await other.ended;
    expect([code, rows(stdout).map(({ status }) => status)]).toEqual([0, ['duplicate', 'duplicate']]);
  });

  it('uploads a picture that has changed, and with --again all of them', async () => {
    api = await startStubApi();
    await writePictures(photos, 3);
    await upload().ended;
    const [one, two] = [join(photos, '0/IMG_00000.bmp'), join(photos, '0/IMG_00001.bmp')];
    await utimes(one, new Date(), new Date(Date.now() + 5_000));
    await rename(two, `${two}.moved.bmp`);
    expect(
      rows((await upload().ended).stdout)
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['resumed', 'uploaded', 'uploaded']);
    expect(rows((await upload('--again').ended).stdout).map(({ status }) => status)).toEqual([
      'uploaded',
      'uploaded',
      'uploaded',
    ]);
  });

  it('stops when the quota is used up, with 6', async () => {
    api = await startStubApi({ onFile: () => problem(429, 'quota_exceeded') });
    await writePictures(photos, 60);
    const { code, stdout } = await upload().ended;
    expect(code).toBe(6);
    expect(rows(stdout).length).toBeLessThan(60);
  });

  it('says that nothing can be uploaded with a wrong key, with 4', async () => {
    api = await startStubApi({ onPresign: () => problem(403, 'missing_scope') });
    await writePictures(photos, 5);
    const { code, stderr } = await upload().ended;
    expect(code, stderr).toBe(4);
  });

  it('--dry-run sends nothing', async () => {
    api = await startStubApi();
    await writePictures(photos, 5);
    const { code, stdout, stderr } = await upload('--dry-run', '--exclude', '*3.bmp').ended;
    expect([code, rows(stdout).length, api.images.size]).toEqual([0, 4, 0]);
    expect(stderr).toContain('4 files');
  });

  it('names with odd characters arrive as they are', async () => {
    api = await startStubApi();
    await mkdir(photos);
    const names = ['a b.jpg', 'ü"quoted".png', "it's.gif", 'new\nline.jpg', '日本.webp'];
    for (const name of names) await writeFile(join(photos, name), name);
    expect((await upload().ended).code).toBe(0);
    expect(
      arrived(api)
        .map(({ file }) => file.filename)
        .sort(),
    ).toEqual([...names].sort());
  });
});

describe('deeplens watch', () => {
  it('brings in what is there and what appears, once, and ends with 0', async () => {
    api = await startStubApi();
    await writePictures(photos, 3);
    const { child, ended } = startCli(['watch', photos], { url: api.url, home });
    while (arrived(api).length < 3) await sleep(20);
    await writeFile(join(photos, 'new.jpg'), 'new');
    await writeFile(join(photos, '.part.jpg'), 'hidden');
    while (arrived(api).length < 4) await sleep(20);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(code, stderr).toBe(0);
    expect(rows(stdout).map(({ status }) => status)).toEqual([
      'uploaded',
      'uploaded',
      'uploaded',
      'uploaded',
    ]);
    expect(posts()).toEqual([1, 1, 1, 1]);
    // It shares its ledger with upload.
    expect(new Set(rows((await upload().ended).stdout).map(({ status }) => status))).toEqual(
      new Set(['resumed']),
    );
  });
});
