import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { type Child, endOfLog, startChild } from './child.ts';
import type { Cleanups } from './cleanups.ts';
import { awsClient, awsEnvironment } from './emulator.ts';
import { CHECKOUT, type Home, TOOL_PATH } from './home.ts';
import { keptPort } from './ports.ts';
import { answers, PlainError, until } from './steps.ts';

const READY_LIMIT_MS = 60_000;
/** It finishes its batch. */
const STOP_LIMIT_MS = 20_000;
const BACKOFF_MS = { first: 500, most: 15_000 };

export interface Worker {
  pid(): number;
}

interface WorkerOptions {
  home: Home;
  emulatorUrl: string;
  taskDefinition: string;
  /** Called when it has been restarted, with another process id. */
  onRestart: () => void;
}

/**
 * Runs the gpu-worker as a child process with the environment of its deployed task definition, since the emulator does
 * not run ECS tasks. Restarts it when it exits, as ECS would; `cleanups` stops it.
 */
export async function startWorker(
  { home, emulatorUrl, taskDefinition, onRestart }: WorkerOptions,
  cleanups: Cleanups,
): Promise<Worker> {
  const port = await keptPort(home, 'gpu-worker');
  const env = {
    PATH: TOOL_PATH,
    HOME: process.env.HOME,
    ...(await taskEnvironment(emulatorUrl, taskDefinition)),
    ...awsEnvironment(emulatorUrl),
    HEALTH_PORT: String(port), // two checkouts share this machine's ports, unlike two tasks
  };
  const launch = () =>
    startChild({
      home,
      name: 'gpu-worker',
      program: process.execPath,
      args: ['gpu-worker/main.ts'],
      cwd: CHECKOUT,
      env,
    });

  let stopping = false;
  let child: Child = await launch();
  cleanups.add(async () => {
    stopping = true;
    await child.stop(STOP_LIMIT_MS);
  });
  const keepRunning = async () => {
    for (let pause = BACKOFF_MS.first; ; pause = Math.min(pause * 2, BACKOFF_MS.most)) {
      const started = Date.now();
      await child.ended;
      if (stopping) return;
      if (Date.now() - started > BACKOFF_MS.most) pause = BACKOFF_MS.first;
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (stopping) return;
      child = await launch();
      if (stopping) return void (await child.stop(STOP_LIMIT_MS));
      onRestart();
    }
  };
  void keepRunning();
  await until(
    `The gpu-worker is ready (${child.log})`,
    READY_LIMIT_MS,
    async () => (await answers(`http://127.0.0.1:${port}/ready`)) || undefined,
  ).catch(async (error: unknown) => {
    throw new PlainError(`${String(error)}\n  ${await endOfLog(child.log)}`);
  });
  return { pid: () => child.pid };
}

async function taskEnvironment(emulatorUrl: string, taskDefinition: string): Promise<Record<string, string>> {
  const ecs = new ECSClient(awsClient(emulatorUrl));
  const found = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  const variables = found.taskDefinition?.containerDefinitions?.[0]?.environment ?? [];
  return Object.fromEntries(variables.map(({ name = '', value = '' }) => [name, value]));
}
