import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const CHECKOUT = join(import.meta.dirname, '../../..');
/** The command line from its source; the bundle is `BUNDLE`. */
export const SOURCE = join(CHECKOUT, 'cli/src/main.ts');
export const BUNDLE = join(CHECKOUT, 'cli/dist/deeplens.cjs');
export const BUILD = join(CHECKOUT, 'cli/build.ts');

export interface Started {
  child: ChildProcess;
  ended: Promise<{ code: number | null; stdout: string; stderr: string; peakMb: number }>;
}

interface Given {
  url: string;
  home: string;
  program?: string;
  env?: Record<string, string>;
}

const PEAK = /VmHWM:\s+(\d+) kB/;

/** Starts the command line as a process of its own, for the API at `url`. Its peak of memory is known on Linux alone. */
export function startCli(argv: readonly string[], { url, home, program = SOURCE, env = {} }: Given): Started {
  const child = spawn(process.execPath, [program, ...argv], {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      DEEPLENS_BASE_URL: url,
      DEEPLENS_API_KEY: 'dl_live_k_s',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      texts[name] += chunk.toString();
    });
  let peakMb = 0;
  const look = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakMb = Math.max(peakMb, Number(PEAK.exec(status)?.[1] ?? 0) / 1024);
  }, 50);
  const ended = once(child, 'close').then(([code]: (number | null)[]) => {
    clearInterval(look);
    return { code: code ?? null, ...texts, peakMb };
  });
  return { child, ended };
}
