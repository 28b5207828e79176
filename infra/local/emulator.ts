import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, endLeftover, endOfLog, startChild } from './child.ts';
import type { Cleanups } from './cleanups.ts';
import { CHECKOUT, type Home, TOOL_PATH } from './home.ts';
import { keptPort } from './ports.ts';
import {
  aliveFile,
  forgetSnapshots,
  type Restored,
  restoreSnapshot,
  SNAPSHOT_SECONDS,
  snapshotsFolder,
} from './snapshots.ts';
import { answers, PlainError, until } from './steps.ts';

/** The services of the stacks; the emulator loads only these. */
const SERVICES =
  'apigateway,cloudformation,cloudwatch,cognito-idp,dynamodb,dynamodbstreams,ec2,ecr,ecs,events,iam,kms,lambda,logs,opensearch,s3,secretsmanager,sns,sqs,ssm,sts,wafv2';
/** Concurrent functions: a dozen calls from the front, two batches per queue, and some room. Each is a Node process. */
const CONCURRENCY = 32;
const START_LIMIT_MS = 30_000;
/** It writes its state when it ends. */
const STOP_LIMIT_MS = 30_000;
const REGION = 'us-east-1';

export interface Emulator {
  url: string;
  child: Child;
  /** Its state is a snapshot, since its last run ended without writing it. */
  restored: Restored | undefined;
}

/** Returns the environment that directs the AWS SDK to the emulator only. */
export const awsEnvironment = (url: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  ...OFFLINE,
});

const OFFLINE = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  NO_PROXY: '127.0.0.1,localhost',
  no_proxy: '127.0.0.1,localhost',
};

/** Returns the same as client options: `new EcsClient(awsClient(url))`. */
export const awsClient = (url: string) => ({
  endpoint: url,
  region: REGION,
  credentials: { accessKeyId: OFFLINE.AWS_ACCESS_KEY_ID, secretAccessKey: OFFLINE.AWS_SECRET_ACCESS_KEY },
});

/**
 * Starts the AWS emulator on loopback with its last state. `cleanups` stops it.
 * @param options.enforcesAccess heeds the policies of IAM. Default: every call is allowed
 */
export async function startEmulator(
  home: Home,
  cleanups: Cleanups,
  {
    enforcesAccess = false,
    snapshotSeconds = SNAPSHOT_SECONDS,
  }: { enforcesAccess?: boolean; snapshotSeconds?: number } = {},
): Promise<Emulator> {
  const restored = await settleLastRun(home);
  const port = await keptPort(home, 'emulator');
  const at = (name: string) => join(home.state, name);
  for (const folder of ['emulator', 's3', 'tmp']) await mkdir(at(folder), { recursive: true });
  // The emulator writes CommonJS scripts there; the checkout's package.json would make them ES modules.
  await writeFile(join(at('tmp'), 'package.json'), '{"type":"commonjs"}');
  const child = await startChild({
    home,
    name: 'emulator',
    program: join(CHECKOUT, '.deeplens/venv/bin/python'),
    args: [join(CHECKOUT, 'infra/local/emulator.py')],
    cwd: home.state,
    // Functions inherit it, hence a clean environment with Node 24 first.
    env: {
      PATH: TOOL_PATH,
      HOME: at('tmp'),
      LANG: 'C.UTF-8',
      TMPDIR: at('tmp'),
      ...OFFLINE,
      AUTH: String(enforcesAccess),
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      SERVICES,
      IOT_MTLS_ENABLED: '0', // or it takes port 8883
      SFTP_ENABLED: '0',
      LAMBDA_ACCOUNT_CONCURRENCY: String(CONCURRENCY),
      PERSIST_STATE: '1',
      STATE_DIR: at('emulator'),
      S3_PERSIST: '1',
      S3_DATA_DIR: at('s3'),
      DEEPLENS_SNAPSHOTS: snapshotsFolder(home),
      DEEPLENS_ALIVE: aliveFile(home),
      DEEPLENS_SNAPSHOT_SECONDS: String(snapshotSeconds),
    },
  });
  cleanups.add(async () => {
    await child.stop(STOP_LIMIT_MS);
    if ((await child.ended).code !== 0) return;
    await rm(at('emulator.running'), { force: true });
    await forgetSnapshots(home);
  });
  const url = `http://127.0.0.1:${port}`;
  let ended = false;
  void child.ended.then(() => {
    ended = true;
  });
  await until('The emulator answers', START_LIMIT_MS, async () => {
    if (ended) throw new PlainError(`The emulator ended (${child.log}):\n  ${await endOfLog(child.log)}`);
    return (await answers(`${url}/_ministack/health`)) || undefined;
  });
  await writeFile(at('emulator.running'), ''); // until it stops, its state is newer than the written one
  return { url, child, restored };
}

/**
 * Stops an emulator left by a killed run, so that it writes its state. After a crash, its newest snapshot is restored; without
 * one, images and vectors may be missing from its tables: that state is deleted.
 */
async function settleLastRun(home: Home): Promise<Restored | undefined> {
  await endLeftover(home, 'gpu-worker', 5_000);
  const leftover = await endLeftover(home, 'emulator', STOP_LIMIT_MS);
  const marker = join(home.state, 'emulator.running');
  const wasRunning = await stat(marker).then(
    () => true,
    () => false,
  );
  if (!wasRunning || leftover === 'ended') return undefined;
  const restored = await restoreSnapshot(home);
  if (restored) {
    console.log(
      `  The emulator ended last time without writing its state. The snapshot of ${restored.at.toISOString()} is restored;` +
        ` what was done after it, in up to ${restored.lostSeconds} s, is lost.`,
    );
    return restored;
  }
  console.log(
    '  The emulator ended last time without writing its state, and before its first snapshot: its state is deleted.',
  );
  await rm(home.state, { recursive: true, force: true });
  return undefined;
}
