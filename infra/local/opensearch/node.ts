import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { chown, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureDistribution } from './distribution.ts';
import { ensureJava } from './java.ts';
import { javaArguments, nodeConfiguration } from './node-configuration.ts';

/** OpenSearch refuses to run as root; under root the node runs as `nobody`. */
const NOBODY = 65_534;
const START_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 30_000;

export interface OpenSearchNode {
  url: string;
  pid: number;
  startedInMs: number;
  /** Ends the process, and removes its folder if that was temporary. */
  stop(): Promise<void>;
}

interface NodeOptions {
  /** Folder of its data, logs and configuration, reused by later runs; a temporary one if absent. */
  folder?: string;
  /** A free one if absent. */
  port?: number;
  /** The Java heap, in MiB. */
  heapMiB?: number;
}

/**
 * Starts a single OpenSearch node with the k-NN plugin on loopback and waits until it answers (about 10 s).
 * @throws PrerequisiteMissing if Java or OpenSearch is missing and cannot be downloaded
 */
export async function startOpenSearch(options: NodeOptions = {}): Promise<OpenSearchNode> {
  const [java, home] = [await ensureJava(), await ensureDistribution()];
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'deeplens-opensearch-')));
  const port = options.port ?? (await freePort());
  await prepareFolder(folder, home, nodeConfiguration({ folder, port, transportPort: await freePort() }));

  const startedAt = Date.now();
  const output = openSync(join(folder, 'output.log'), 'w');
  const child = spawn(java.path, javaArguments({ java, home, folder, heapMiB: options.heapMiB ?? 512 }), {
    cwd: folder,
    stdio: ['ignore', output, output],
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: folder },
    ...(isRoot() && { uid: NOBODY, gid: NOBODY }),
  });
  closeSync(output);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    process.off('exit', kill);
    await end(child);
    if (!options.folder) await rm(folder, { recursive: true, force: true });
  };
  try {
    const pid = await untilItAnswers(child, url, folder);
    return { url, pid, startedInMs: Date.now() - startedAt, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepareFolder(folder: string, home: string, configuration: string): Promise<void> {
  for (const name of ['config', 'data', 'logs', 'tmp']) await mkdir(join(folder, name), { recursive: true });
  await copyFile(join(home, 'config/log4j2.properties'), join(folder, 'config/log4j2.properties'));
  await writeFile(join(folder, 'config/opensearch.yml'), configuration);
  if (!isRoot()) return;
  const inside = await readdir(folder, { recursive: true });
  for (const path of ['', ...inside]) await chown(join(folder, path), NOBODY, NOBODY);
}

/** @returns the process id */
async function untilItAnswers(child: ChildProcess, url: string, folder: string): Promise<number> {
  const deadline = Date.now() + START_LIMIT_MS;
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, signal) => {
    failure = `it ended with ${code ?? signal}`;
  });
  while (!failure && Date.now() < deadline) {
    if (child.pid && (await answers(url))) return child.pid;
    await sleep(100);
  }
  const log = await readFile(join(folder, 'output.log'), 'utf8');
  const reasons = log.split('\n').filter((line) => /ERROR|Caused|Exception/.test(line));
  throw new Error(`OpenSearch did not start (${failure ?? 'time-out'}):\n${reasons.slice(0, 8).join('\n')}`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const health = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`, {
      signal: AbortSignal.timeout(2_000),
    });
    return health.ok;
  } catch {
    return false; // not yet
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(late);
}

const isRoot = (): boolean => process.getuid?.() === 0;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system assigned no port.');
  return address.port;
}
