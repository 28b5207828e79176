import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringWidth } from '../../../cli/src/output/string-width.ts';
import { type StubApi, startStubApi } from '../../fixtures/stub-api.ts';
import { SOURCE, startCli } from './cli-process.ts';
import { type Api, newHome, problem } from './cli-run.ts';
import { writePictures } from './pictures.ts';
import { serveApi } from './serve-api.ts';

const TERMINAL = join(import.meta.dirname, '../../fixtures/terminal.py');

let home: string;
const stops: (() => unknown)[] = [];
beforeEach(async () => {
  home = await newHome();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await rm(home, { recursive: true, force: true });
});

/** What moves the cursor to another place than the next one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's control sequences
const MOVES = /\r?\n|\r|\u001b\[\d*(?:;\d+)?[A-H]/;

interface Shown {
  code: number;
  /** As the terminal got it. */
  raw: string;
  /** Without control sequences. */
  lines: string[];
}

/** Runs the command line in a terminal; `steps` are what to wait for, and what to type then. */
function inTerminal(
  argv: readonly string[],
  url: string,
  {
    columns = 80,
    steps = [],
    env = {},
  }: { columns?: number; steps?: [string, string][]; env?: Record<string, string> } = {},
): Promise<Shown> {
  const args = [TERMINAL, String(columns), JSON.stringify(steps), process.execPath, SOURCE, ...argv];
  const given = {
    PATH: process.env.PATH,
    HOME: home,
    TERM: 'xterm-256color',
    DEEPLENS_BASE_URL: url,
    DEEPLENS_API_KEY: 'k',
    ...env,
  };
  return new Promise((resolve) => {
    execFile('python3', args, { env: given, encoding: 'utf8' }, (error, raw) => {
      const lines = raw.split(MOVES).map(stripVTControlCharacters);
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, raw, lines });
    });
  });
}

async function serve(api: Api) {
  const served = await serveApi(api);
  stops.push(served.stop);
  return served;
}

const image = (i: number) => ({
  image_id: `img_${String(i).padStart(26, '0')}`,
  status: 'indexed',
  file_path: `albums/2026/a folder with a long name/a picture with a long name ${i} \u001b[31m日本.jpg`,
  file_size: 1_234_567,
  width: 4000,
  height: 3000,
  metadata: {},
});
const images: Api = () => ({ body: { images: [0, 1, 2].map(image) } });

describe('in a terminal', () => {
  it('a list is a table within 80 columns, with a bold head', async () => {
    const { url } = await serve(images);
    const { code, raw, lines } = await inTerminal(['images', 'list'], url);
    expect(code, raw).toBe(0);
    expect(raw).toContain('\u001b[1mIMAGE ID');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(lines[1]).toContain(image(0).image_id);
    expect(lines[1]).toMatch(/…\S* ?\\u001b\[31m日本\.jpg|…/);
  });

  it('NO_COLOR has no control sequence, and what a name holds is shown', async () => {
    const { url } = await serve(images);
    const { raw } = await inTerminal(['images', 'list'], url, { columns: 200, env: { NO_COLOR: '1' } });
    expect(raw).not.toContain('\u001b');
    expect(raw).toContain('\\u001b[31m日本.jpg');
  });

  it('the same is NDJSON when piped', async () => {
    const { url } = await serve(images);
    const { stdout } = await startCli(['images', 'list'], { url, home }).ended;
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([0, 1, 2].map(image));
  });

  it('an upload shows two bars, which go to 100 % and no further', async () => {
    const api: StubApi = await startStubApi();
    stops.push(api.stop);
    await writePictures(join(home, 'photos'), 60);
    const { code, raw, lines } = await inTerminal(['upload', join(home, 'photos'), '--wait'], api.url);
    expect(code, raw).toBe(0);
    const bars = lines.filter((line) => /^(sent|indexed) .*%/.test(line));
    for (const bar of bars) expect(stringWidth(bar)).toBeLessThanOrEqual(80);
    for (const name of ['sent', 'indexed']) {
      const shares = bars.flatMap((bar) => (bar.startsWith(name) ? [Number(/(\d+)%/.exec(bar)?.[1])] : []));
      expect(Math.max(...shares)).toBe(100);
      expect(shares.at(-1)).toBe(100);
    }
    expect(bars.at(-1)).toContain('60/60');
    expect(lines.join('\n')).toMatch(/indexed +60\n/);
  });

  it('what cannot be undone is asked for', async () => {
    const { url, calls } = await serve(({ method, path }) =>
      method === 'DELETE'
        ? { body: { receipt: { image_id: path.slice(8), deleted: {}, completed_at: '' } } }
        : undefined,
    );
    const { code, raw } = await inTerminal(['images', 'delete', 'img_1'], url, {
      steps: [['to go on: ', 'yes\r']],
    });
    expect(code, raw).toBe(0);
    expect(calls).toHaveLength(1);
    const no = await inTerminal(['images', 'delete', 'img_1'], url, { steps: [['to go on: ', '\u0003']] });
    expect([no.code, calls.length]).toEqual([130, 1]);
  });

  it('login asks for the key, and does not show it', async () => {
    const { url } = await serve(() => ({ body: { tenant_id: 'acme', plan: 'pro', subject: { id: 'k' } } }));
    const { code, raw } = await inTerminal(['login', '--base-url', url], url, {
      steps: [['API key (dl_live_…): ', 'dl_live_hidden_secret\r']],
      env: { DEEPLENS_API_KEY: '' },
    });
    expect(code, raw).toBe(0);
    expect(raw).not.toContain('hidden');
    expect(raw).toContain('Profile default: k of acme');
  });
});

describe('duplicates review', () => {
  const group = (n: number) => ({
    group_id: `grp_${n}`,
    verdict: 'edited_copy',
    confidence: 0.97,
    suggested_keeper: `img_${n}1`,
    keeper_reason: 'most pixels',
    decided: false,
    images: [1, 2, 3].map((i) => ({
      ...image(i),
      image_id: `img_${n}${i}`,
      verdict: 'edited_copy',
      confidence: 0.97,
    })),
  });
  const api: Api = ({ method, path, body }) => {
    if (path === '/search/duplicates') return { body: { groups: [1, 2, 3].map(group), total_groups: 3 } };
    if (method === 'DELETE' && path.endsWith('/decision')) return { body: { decided: false } };
    if (method === 'DELETE')
      return { body: { receipt: { image_id: path.slice(8), deleted: {}, completed_at: '' } } };
    const n = path.charAt('/duplicates/grp_'.length);
    const { action } = body as { action: string };
    return { body: { action, deletable_image_ids: action === 'keep_one' ? [`img_${n}2`, `img_${n}3`] : [] } };
  };

  it('decides a group a key, takes one back, and deletes only when told how many', async () => {
    const { url, calls } = await serve(api);
    const { code, raw, lines } = await inTerminal(['duplicates', 'review'], url, {
      steps: [
        ['Group 1', ''],
        ['? q', '3'],
        ['? q', '\r'],
        ['Group 2', ''],
        ['? q', 'a'],
        ['Group 3', ''],
        ['? q', 'u'],
        ['Group 2', ''],
        ['? q', 'n'],
        ['Group 3', ''],
        ['? q', 'q'],
        ['Enter to keep them: ', '2\r'],
      ],
    });
    expect(code, raw).toBe(0);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    const changes = calls.filter(({ path }) => path !== '/search/duplicates');
    expect(changes.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/duplicates/grp_1/decision', { action: 'keep_one', keeper: 'img_13' }],
      ['POST', '/duplicates/grp_2/decision', { action: 'keep_all' }],
      ['DELETE', '/duplicates/grp_2/decision', undefined],
      ['POST', '/duplicates/grp_2/decision', { action: 'not_duplicates' }],
      ['DELETE', '/images/img_12', undefined],
      ['DELETE', '/images/img_13', undefined],
    ]);
  });

  it('keeps all if nobody tells how many, and prints what may go', async () => {
    const { url, calls } = await serve(api);
    const { code, raw } = await inTerminal(['duplicates', 'review'], url, {
      steps: [
        ['? q', '\r'],
        ['Group 2', ''],
        ['? q', 'q'],
        ['Enter to keep them: ', '\r'],
      ],
    });
    expect(code, raw).toBe(0);
    expect(calls.filter(({ method }) => method === 'DELETE')).toEqual([]);
    expect(raw).toMatch(/img_12\r?\nimg_13/);
  });

  it('decides a group once more, whose last decision alone counts', async () => {
    const { url, calls } = await serve(api);
    const { code, raw } = await inTerminal(['duplicates', 'review'], url, {
      steps: [
        ['? q', 'k'],
        ['Group 2', ''],
        ['? q', '\u001b[D'],
        ['Decided: keep one', ''],
        ['? q', 'a'],
        ['Group 2', ''],
        ['? q', 'q'],
      ],
    });
    expect(code, raw).toBe(0);
    expect(calls.flatMap(({ path, body }) => (path.endsWith('/decision') ? [body] : []))).toEqual([
      { action: 'keep_one', keeper: 'img_11' },
      { action: 'keep_all' },
    ]);
    expect(raw).toContain('1 groups decided');
    expect(raw).not.toContain('may be deleted now');
  });

  it('shows what the service refuses, and stays at the group', async () => {
    let tries = 0;
    const { url } = await serve((call) => {
      if (!call.path.endsWith('/decision')) return api(call);
      tries += 1;
      return tries === 1 ? problem(409, 'conflict') : api(call);
    });
    const { code, raw } = await inTerminal(['duplicates', 'review'], url, {
      steps: [
        ['? q', 'a'],
        ['It is conflict.', 'a'],
        ['Group 2', 'q'],
      ],
    });
    expect(code, raw).toBe(0);
    expect(raw).toContain('1 groups decided');
  });

  it('needs a terminal', async () => {
    const { url } = await serve(api);
    expect((await startCli(['duplicates', 'review'], { url, home }).ended).code).toBe(2);
  });
});

describe('completion', () => {
  it('offers commands, verbs, options and their values in bash', async () => {
    const bin = join(home, 'deeplens');
    await writeFile(bin, `#!/bin/sh\nexec '${process.execPath}' '${SOURCE}' "$@"\n`, { mode: 0o755 });
    const ask = (words: string[]) =>
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; COMPREPLY=(); _deeplens; echo "\${COMPREPLY[*]}"`;
    const script = [
      'set -euo pipefail',
      'source <(deeplens completion bash)',
      'complete -p deeplens >/dev/null',
      ask(['deeplens', 'dup']),
      ask(['deeplens', 'scan', '']),
      ask(['deeplens', 'images', 'list', '--status', 'pro']),
    ].join('\n');
    const stdout = await new Promise<string>((resolve, reject) => {
      const env = { PATH: `${home}:${process.env.PATH}`, HOME: home };
      execFile('bash', ['-c', script], { env }, (error, out, err) =>
        error ? reject(new Error(err)) : resolve(out),
      );
    });
    expect(stdout).toBe('duplicates\nstart status cancel confirm\nprocessed\n');
  });
});
