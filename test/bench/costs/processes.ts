import { readdir, readFile, readlink } from 'node:fs/promises';

/** The CPU time and the memory of the processes of one function, or of the worker. */
export interface Used {
  cpuMs: number;
  /** The largest resident memory that any of its processes has ever had. */
  peakMb: number;
  processes: number;
}

/** Of `/proc/…/stat`: times are in hundredths of a second. */
const TICK_MS = 10;
const FUNCTION = /ministack-lambda-deeplens-local-([a-z-]+)-[a-z0-9_]{8}\//;

interface Process {
  pid: number;
  parent: number;
  command: string;
  cpuMs: number;
}

/** Returns what each function of a system and its worker have used, by name. Processes that they started count as theirs. */
export async function usedBy(state: string, worker: number): Promise<Map<string, Used>> {
  const processes = await allProcesses();
  const byPid = new Map(processes.map((each) => [each.pid, each]));
  const nameOf = ({ pid, parent, command }: Process): string | undefined => {
    if (pid === worker) return 'gpu-worker';
    const name = command.includes(state) ? FUNCTION.exec(command)?.[1] : undefined;
    if (name) return name;
    const started = byPid.get(parent);
    return started && started.pid > 1 ? nameOf(started) : undefined;
  };
  const used = new Map<string, Used>();
  for (const each of processes) {
    const name = nameOf(each);
    if (!name) continue;
    const { cpuMs, peakMb, processes: count } = used.get(name) ?? { cpuMs: 0, peakMb: 0, processes: 0 };
    used.set(name, {
      cpuMs: cpuMs + each.cpuMs,
      peakMb: Math.max(peakMb, await peakMbOf(each.pid)),
      processes: count + 1,
    });
  }
  return used;
}

/** Returns a running process of a function: its folder and its environment. */
export async function processOf(
  state: string,
  name: string,
): Promise<{ folder: string; env: Record<string, string> } | undefined> {
  const found = (await allProcesses()).find(
    ({ command }) => command.includes(state) && FUNCTION.exec(command)?.[1] === name,
  );
  if (!found) return undefined;
  const variables = (await readFile(`/proc/${found.pid}/environ`, 'utf8')).split('\0').filter(Boolean);
  const env = Object.fromEntries(
    variables.map((text) => {
      const at = text.indexOf('=');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
  return { folder: await readlink(`/proc/${found.pid}/cwd`), env };
}

async function allProcesses(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const read = await Promise.all(pids.map((pid) => readProcess(pid).catch(() => undefined))); // it may have ended
  return read.filter((each) => each !== undefined);
}

async function readProcess(pid: number): Promise<Process> {
  const [stat, command] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'latin1'),
    readFile(`/proc/${pid}/cmdline`, 'latin1'),
  ]);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold spaces
  const field = (number: number) => Number(fields[number - 3]); // as proc(5) numbers them
  const [parent, user, system, childrensUser, childrensSystem] = [4, 14, 15, 16, 17].map(field);
  const ticks = [user, system, childrensUser, childrensSystem].reduce<number>(
    (sum, each = 0) => sum + each,
    0,
  );
  return { pid, parent: parent ?? 0, command: command.replaceAll('\0', ' '), cpuMs: ticks * TICK_MS };
}

async function peakMbOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

/** Returns the CPU time between two readings, by name. */
export const cpuBetween = (
  before: ReadonlyMap<string, Used>,
  after: ReadonlyMap<string, Used>,
): Map<string, number> =>
  new Map([...after].map(([name, { cpuMs }]) => [name, cpuMs - (before.get(name)?.cpuMs ?? 0)]));
