import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** A problem that the user can solve. Its message is printed without a stack. */
export class SetupError extends Error {
  name = 'SetupError';
}

/**
 * Prints the title, runs the step, prints its duration.
 * @param {string} title
 * @param {() => Promise<void>} work
 */
export async function step(title, work) {
  const started = Date.now();
  console.log(`… ${title}`);
  await work();
  console.log(`✓ ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

/**
 * Runs a program and waits for it.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} [options] `show` also prints its output
 * @returns {Promise<{ ok: boolean, output: string }>} `ok` is false also if the program does not exist
 */
export function run(program, args, { cwd, env = process.env, show = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        if (show) process.stderr.write(chunk);
      });
    child.on('error', (error) => resolve({ ok: false, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

const PAUSES_S = [3, 15];

/**
 * Runs a program that downloads; retries, since registries may fail for a while.
 * @param {string} what shown in messages
 * @param {() => Promise<{ ok: boolean, output: string }>} attempt
 */
export async function withRetries(what, attempt) {
  for (const pause of [...PAUSES_S, undefined]) {
    const { ok, output } = await attempt();
    if (ok) return;
    const said = excerpt(output);
    if (/ENOSPC|No space left on device/.test(output))
      throw new SetupError(`The disk is full: ${what} could not be written. Make room and try again.`);
    if (pause === undefined)
      throw new SetupError(
        `${what} could not be installed. Check that the package registry can be reached. Output:\n  ${said}`,
      );
    console.log(`  ${what}: failed, retrying in ${pause} s\n  ${said}`);
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
  }
}

/** Returns the first lines (npm reports errors there) and the last (pip). @param {string} output */
function excerpt(output) {
  const lines = output.trim().split('\n');
  return (lines.length <= 16 ? lines : [...lines.slice(0, 8), '…', ...lines.slice(-8)]).join('\n  ');
}

/**
 * @param {string} folder
 * @param {number} gigabytes the space that the step needs, rounded up
 */
export async function needDiskSpace(folder, gigabytes) {
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / 1e9;
  if (free < gigabytes)
    throw new SetupError(
      `The disk of ${folder} has ${free.toFixed(1)} GB left; ${gigabytes} GB are needed. Make room and try again.`,
    );
}

/**
 * Makes an empty build folder, and removes those of interrupted runs. The name is new each time, since programs of an
 * interrupted run may still be writing.
 * @param {string} parent
 * @param {string} name
 */
export async function freshFolder(parent, name) {
  for (const entry of await readdir(parent))
    if (entry.startsWith(`${name}-`))
      await rm(join(parent, entry), { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  return mkdtemp(join(parent, `${name}-`));
}
