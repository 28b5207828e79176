import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, LogDrivers, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Env } from '../../gpu-worker/env.ts';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from './acknowledge.ts';
import type { Variables } from './app-function.ts';
import { tracesTo } from './traces-to.ts';

type Chosen = 'EXECUTION_PROVIDER' | 'MODELS_DIR' | 'DEEPLENS_MODELS';
type Required<Type> = { [Name in keyof Type as undefined extends Type[Name] ? never : Name]: Type[Name] };
/** The worker's variables, without those that follow from the environment's row. */
export type WorkerVariables = Omit<Required<Variables<typeof Env>>, Chosen>;

const HEALTH_PORT = 8080;

export interface WorkerContainerProps {
  environment: Environment;
  variables: WorkerVariables;
  logGroup: ILogGroup;
  /** MiB. */
  memory: number;
}

/** Adds the gpu-worker's container to a task definition. */
export function addWorkerContainer(
  task: TaskDefinition,
  { environment, variables, logGroup, memory }: WorkerContainerProps,
): void {
  const { worker } = environment;
  const inGpu = worker.kind === 'gpu';
  task.addContainer('worker', {
    image: worker.kind === 'process' ? ContainerImage.fromRegistry('deeplens/gpu-worker') : workerImage(),
    memoryLimitMiB: memory,
    ...(inGpu && { gpuCount: 1 }),
    environment: {
      ...variables,
      DEEPLENS_ENV: environment.name,
      ...tracesTo(environment),
      DEEPLENS_MODELS: environment.models,
      MODELS_DIR: worker.kind === 'process' ? worker.modelsDir : '/app/models',
      EXECUTION_PROVIDER: inGpu ? 'cuda' : 'cpu',
      HEALTH_PORT: String(HEALTH_PORT),
      LOG_LEVEL: environment.functions.logLevel,
      POWERTOOLS_METRICS_NAMESPACE: 'DeepLens',
      POWERTOOLS_SERVICE_NAME: 'images/gpu-worker',
    },
    // Spot gives two minutes: the worker finishes its batch and releases the rest.
    stopTimeout: Duration.seconds(115),
    readonlyRootFilesystem: true,
    healthCheck: {
      command: [
        'CMD',
        'node',
        '-e',
        `fetch('http://127.0.0.1:${HEALTH_PORT}/live').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))`,
      ],
      interval: Duration.seconds(15),
      retries: 3,
      startPeriod: Duration.seconds(120),
    },
    logging: LogDrivers.awsLogs({ logGroup, streamPrefix: 'worker' }),
  });
  acknowledge(task, {
    ECS2: 'The variables are names and addresses, not secrets.',
    'IAM5[Resource::*]': 'Written by the CDK library: a registry token is not specific to a repository.',
  });
}

/** Built at deployment; `.dockerignore` selects the files. */
const workerImage = () =>
  ContainerImage.fromAsset(fileURLToPath(new URL('../..', import.meta.url)), {
    file: 'gpu-worker/Dockerfile',
    platform: Platform.LINUX_AMD64,
  });
