import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import type { Home } from './home.ts';
import { PlainError } from './steps.ts';

/** Below the ephemeral range (from 32768 on Linux). */
const FIRST = 20_000;
const COUNT = 12_000;

const Ports = z.record(z.string(), z.number());

/**
 * Returns a home's port, the same in every run, since deployed addresses contain it. Derived from the home's path, so
 * that two checkouts differ.
 * @throws PlainError if another program uses it
 */
export async function keptPort(home: Home, name: string): Promise<number> {
  const file = join(home.state, 'ports.json');
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const ports = Ports.parse(JSON.parse(text));
  const previous = ports[name];
  if (previous !== undefined) {
    if (await isFree(previous)) return previous;
    throw new PlainError(
      `Port ${previous} (${name}) is used by another program. Stop it, or run \`npm run reset\` to get another port.`,
    );
  }
  const digest = createHash('sha256').update(`${home.folder} ${name}`).digest();
  for (let offset = digest.readUInt32BE() % COUNT; ; offset = (offset + 1) % COUNT) {
    const port = FIRST + offset;
    if (!(await isFree(port))) continue;
    await mkdir(home.state, { recursive: true });
    await writeFile(file, JSON.stringify({ ...ports, [name]: port }));
    return port;
  }
}

/** @throws PlainError if another program uses the front's port */
export async function needPort(port: number): Promise<void> {
  if (!(await isFree(port)))
    throw new PlainError(
      `Port ${port} is used by another program. Stop it, or choose another port: DEEPLENS_PORT=${port + 1} npm start`,
    );
}

/** Returns true if a port is free on loopback. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  const free = await listening;
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}
