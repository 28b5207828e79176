import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { APIGatewayClient, UpdateStageCommand } from '@aws-sdk/client-api-gateway';
import * as z from 'zod';
import type { Cleanups } from './cleanups.ts';
import type { ConsoleOptions } from './console/serve.ts';
import { allowSignIn } from './console/sign-in.ts';
import { demoPeople } from './demo-people.ts';
import { deploy } from './deploy.ts';
import { awsClient, startEmulator } from './emulator.ts';
import { startFront } from './front.ts';
import { CHECKOUT, type Home } from './home.ts';
import { type LocalFile, writeLocalFile } from './local-file.ts';
import { startExporter } from './metrics/exporter.ts';
import { startOpenSearch } from './opensearch/node.ts';
import { operatorToken } from './operator.ts';
import { keptPort } from './ports.ts';
import { reconcile } from './reconcile.ts';
import { takeSnapshot } from './snapshots.ts';
import { PlainError, step } from './steps.ts';
import { startWorker } from './worker.ts';

const TOKEN_RENEWAL_MS = 20 * 60_000;

export interface System {
  local: LocalFile;
  /** Writes the demo tenant to local.json, and sees to its people. */
  setDemo(demo: NonNullable<LocalFile['demo']>): Promise<void>;
  /** Resolves with a message when a part other than the worker has ended unexpectedly. */
  broken: Promise<string>;
}

/** Starts DeepLens on this machine: emulator, stacks, gpu-worker, front. `cleanups` stops it. */
export async function startSystem(home: Home, frontPort: number, cleanups: Cleanups): Promise<System> {
  const emulator = await step('Starting the AWS emulator', () => startEmulator(home, cleanups));
  const variables = {
    ...(await vectorIndex(home, cleanups)),
    ...passedOn('DEEPLENS_TRUSTED_ISSUERS', 'DEEPLENS_ALLOWED_ADDRESSES', 'OTEL_EXPORTER_OTLP_ENDPOINT'),
  };
  const outputs = await deploy({ home, emulatorUrl: emulator.url, variables }, cleanups);
  await takeSnapshot(home, emulator.child.pid); // one that knows the stacks

  let update = async () => {};
  const worker = await step('Starting the gpu-worker', () =>
    startWorker(
      {
        home,
        emulatorUrl: emulator.url,
        taskDefinition: outputs('TaskDefinitionArn'),
        onRestart: () => void update(),
      },
      cleanups,
    ),
  );
  let apiUrl = '';
  const scrape = await startExporter({
    emulatorUrl: emulator.url,
    workerLog: join(home.logs, 'gpu-worker.log'),
    apiUrl: () => apiUrl,
  });
  const consoleConfig: ConsoleOptions['config'] = { api: '/api/v1', version: await version() };
  const front = await startFront({
    port: frontPort,
    emulatorUrl: emulator.url,
    apiId: outputs('ApiId'),
    metrics: scrape,
    console: { storage: new URL(emulator.url).origin, config: consoleConfig },
  });
  apiUrl = `${front.origin}/api/v1`;
  cleanups.add(front.stop);
  consoleConfig.oidc = await allowSignIn(emulator.url, outputs, front.origin);
  await setBaseUrl(emulator.url, outputs('ApiId'), `${front.origin}/api`);

  const local: LocalFile = {
    api_url: apiUrl,
    console_url: `${front.origin}/`,
    emulator_url: emulator.url,
    admin_token: await operatorToken(emulator.url, outputs),
    admin_token_command: [process.execPath, join(CHECKOUT, 'infra/local/token.ts'), home.folder]
      .map((part) => JSON.stringify(part))
      .join(' '),
    pids: { system: process.pid, emulator: emulator.child.pid, 'gpu-worker': worker.pid() },
  };
  update = () => {
    local.pids['gpu-worker'] = worker.pid();
    return writeLocalFile(home, local);
  };
  await update();
  if (emulator.restored)
    await step('Reconciling images and the index with the restored records', () =>
      reconcileRestored(local, outputs('ImagesBucket')),
    );
  cleanups.add(() => rm(home.localFile, { force: true }));
  const renew = async () => {
    local.admin_token = await operatorToken(emulator.url, outputs);
    await update();
  };
  // A failed renewal is harmless: a token outlasts three of them.
  const renewal = setInterval(() => void renew().catch(() => {}), TOKEN_RENEWAL_MS);
  cleanups.add(async () => clearInterval(renewal));

  return {
    local,
    setDemo: async (demo) => {
      local.demo = demo;
      await update();
      consoleConfig.hint = await demoPeople(local, outputs('UserPoolId'));
    },
    broken: emulator.child.ended.then(
      ({ code, signal }) => `The emulator ended (${code ?? signal}); its log is ${emulator.child.log}`,
    ),
  };
}

/** Makes objects and the index agree with a restored snapshot, and says what was done. */
async function reconcileRestored(local: LocalFile, bucket: string): Promise<void> {
  const { deleted, objects, documents } = await reconcile({
    apiUrl: local.api_url,
    adminToken: local.admin_token,
    emulatorUrl: local.emulator_url,
    bucket,
  });
  console.log(
    `  ${objects} objects of unknown images removed, ${deleted} images deleted whose objects are gone,` +
      ` ${documents} documents of the index repaired.`,
  );
}

const version = async (): Promise<string> =>
  z.object({ version: z.string() }).parse(JSON.parse(await readFile(join(CHECKOUT, 'package.json'), 'utf8')))
    .version;

/** Makes links in replies lead to the front: the deployment cannot know its port. */
async function setBaseUrl(emulatorUrl: string, restApiId: string, baseUrl: string): Promise<void> {
  const patch = { op: 'replace', path: '/variables/base_url', value: baseUrl } as const;
  const stage = { restApiId, stageName: 'api', patchOperations: [patch] };
  await new APIGatewayClient(awsClient(emulatorUrl)).send(new UpdateStageCommand(stage));
}

/** Returns the variables of this program that configure env `local`: docs/security.md. */
const passedOn = (...names: string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** Selects LanceDB, or starts an OpenSearch node with `DEEPLENS_VECTOR_INDEX=opensearch`. */
async function vectorIndex(home: Home, cleanups: Cleanups): Promise<Record<string, string>> {
  const chosen = process.env.DEEPLENS_VECTOR_INDEX ?? 'lancedb';
  if (chosen === 'lancedb') return {};
  if (chosen !== 'opensearch')
    throw new PlainError(`DEEPLENS_VECTOR_INDEX is ${chosen}; it can be lancedb or opensearch.`);
  const given = process.env.DEEPLENS_OPENSEARCH_URL;
  if (given) return { DEEPLENS_VECTOR_INDEX: chosen, DEEPLENS_OPENSEARCH_URL: given };
  const port = await keptPort(home, 'opensearch');
  const node = await step('Starting an OpenSearch node', () =>
    startOpenSearch({ folder: join(home.state, 'opensearch'), port }),
  );
  cleanups.add(node.stop);
  return { DEEPLENS_VECTOR_INDEX: chosen, DEEPLENS_OPENSEARCH_URL: node.url };
}
