import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { DistributionMissing } from './prerequisite-missing.ts';

const run = promisify(execFile);

/** A file of a Maven repository. */
interface Archive {
  group: string;
  artifact: string;
  version: string;
  sha256: string;
}

/**
 * The distribution without a JDK, and the k-NN plugin. Maven Central publishes no checksum of the distribution, so its
 * sha256 is pinned. The plugin contains no native library there, so the node has the lucene engine only.
 */
export const SERVER: Archive = {
  group: 'org.opensearch.distribution.integ-test-zip',
  artifact: 'opensearch',
  version: '3.5.0',
  sha256: 'b676ad392c95a94d8d2bd8785b8b922c7811536daf6a9ec0c7277a34bd8a17a9',
};
export const KNN_PLUGIN: Archive = {
  group: 'org.opensearch.plugin',
  artifact: 'opensearch-knn',
  version: '3.5.0.0',
  sha256: '99fdf3ac9ef95974e276298b83a58532bf21ba13bd5fd96a4b59465b7e613309',
};

/** Returns the folder of downloads and unpacked servers, shared by all checkouts. */
export const cacheFolder = (): string =>
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'deeplens');

/**
 * Returns the path of an archive: from the cache, or downloaded from the Maven repository at MAVEN_REPO_URL, or by `mvn` with
 * this machine's configuration. Cached by digest, 200 MB in all.
 * @throws DistributionMissing if it cannot be downloaded, or its digest is not the pinned one
 */
export async function obtain(archive: Archive): Promise<string> {
  const folder = join(cacheFolder(), 'downloads', archive.sha256);
  const cached = join(folder, fileName(archive));
  if (existsSync(cached)) return cached;

  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'fetching-'));
  try {
    const fetched = join(temporary, fileName(archive));
    await fetchArchive(archive, fetched, temporary);
    const digest = await sha256(fetched);
    if (digest !== archive.sha256) {
      throw new DistributionMissing(
        `${fileName(archive)} as fetched has the sha256 ${digest}, not the pinned one.`,
      );
    }
    await rename(fetched, cached); // atomic: another process may download it at the same time
    return cached;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function fetchArchive(archive: Archive, file: string, folder: string): Promise<void> {
  const repository = process.env.MAVEN_REPO_URL;
  try {
    if (repository) await download(repository, archive, file);
    else await fetchByMaven(archive, folder);
  } catch (cause) {
    throw new DistributionMissing(
      `${fileName(archive)} could not be fetched ${repository ? 'from MAVEN_REPO_URL' : 'by mvn'}. Install Maven, or set MAVEN_REPO_URL to a Maven repository.`,
      { cause },
    );
  }
}

async function download(repository: string, archive: Archive, file: string): Promise<void> {
  const { group, artifact, version } = archive;
  const path = [...group.split('.'), artifact, version, fileName(archive)].join('/');
  const response = await fetch(`${repository.replace(/\/$/, '')}/${path}`);
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status} for ${path}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
}

async function fetchByMaven(archive: Archive, folder: string): Promise<void> {
  const pom = join(import.meta.dirname, 'pom.xml');
  const what = [`-Dfetch.group=${archive.group}`, `-Dfetch.artifact=${archive.artifact}`];
  const where = [`-Dfetch.version=${archive.version}`, `-Dfetch.dir=${folder}`];
  await run('mvn', ['-B', '-q', '-f', pom, ...what, ...where, 'process-resources']);
}

const fileName = ({ artifact, version }: Archive): string => `${artifact}-${version}.zip`;

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
