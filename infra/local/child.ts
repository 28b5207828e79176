import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Home } from './home.ts';
import { PlainError } from './steps.ts';

/** A running child process. */
export interface Child {
  pid: number;
  log: string;
  /** Resolves when it has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Sends SIGTERM; kills its process group after `graceMs`. @returns true if it ended in time */
  stop(graceMs: number): Promise<boolean>;
}

export interface ChildOptions {
  home: Home;
  /** The name of its log and pid file. */
  name: string;
  program: string;
  args: string[];
  cwd?: string;
  env: Record<string, string | undefined>;
}

/**
 * Starts a program in its own process group, so that Ctrl-C reaches only this process, which then stops children in
 * order. Writes a pid file, so that a later run can stop what a killed one left (`endLeftover`).
 */
export async function startChild({ home, name, program, args, cwd, env }: ChildOptions): Promise<Child> {
  await mkdir(home.logs, { recursive: true });
  await mkdir(home.state, { recursive: true });
  const log = join(home.logs, `${name}.log`);
  const output = openSync(log, 'a');
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = new Promise<Awaited<Child['ended']>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: 127, signal: null }));
  });
  const { pid } = child;
  if (pid === undefined) throw new PlainError(`${program} could not be started.`);
  // Synchronously, so that no child is left without a pid file.
  writeFileSync(pidFile(home, name), JSON.stringify({ pid, command: args.join(' ') }));
  let stopped: Promise<boolean> | undefined;
  const end = async (graceMs: number) => {
    const alive = child.exitCode === null && child.signalCode === null;
    if (alive) child.kill('SIGTERM');
    const inTime = await Promise.race([ended.then(() => true), after(graceMs).then(() => false)]);
    killGroup(pid);
    await ended;
    await rm(pidFile(home, name), { force: true });
    return inTime;
  };
  const stop = (graceMs: number) => {
    stopped ??= end(graceMs);
    return stopped;
  };
  return { pid, log, ended, stop };
}

/** Stops a program left by a killed run. @returns `killed` if it did not end in time */
export async function endLeftover(
  home: Home,
  name: string,
  graceMs: number,
): Promise<'none' | 'ended' | 'killed'> {
  const file = pidFile(home, name);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return 'none';
  const { pid, command }: { pid: number; command: string } = JSON.parse(text);
  // The pid may belong to another program by now.
  const isOurs = async () => (await commandOf(pid)).endsWith(command);
  const found = await isOurs();
  if (found) process.kill(pid, 'SIGTERM');
  for (const end = Date.now() + graceMs; found && Date.now() < end && (await isOurs()); ) await after(100);
  const late = found && (await isOurs());
  if (found) killGroup(pid);
  await rm(file, { force: true });
  return late ? 'killed' : found ? 'ended' : 'none';
}

/** Returns true if the process exists. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Returns the last lines of a log. */
export const endOfLog = async (log: string, lines = 25): Promise<string> =>
  (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-lines).join('\n  ');

const pidFile = (home: Home, name: string) => join(home.state, `${name}.pid`);
const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const commandOf = (pid: number): Promise<string> =>
  promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trimEnd(),
    () => '',
  );

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has no processes left.
  }
}
