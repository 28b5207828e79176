import { DeepLens } from '@deeplens/sdk';
import type { Cleanups } from './cleanups.ts';
import { buildConsole } from './console/build.ts';
import { frontPort } from './front-port.ts';
import { DEEPLENS_HOME as home } from './home.ts';
import { ingestSamples } from './ingest.ts';
import type { LocalFile } from './local-file.ts';
import { needPort } from './ports.ts';
import { OWN, sampleImages } from './samples.ts';
import { scanBucket } from './scan-bucket.ts';
import { showSearches } from './show.ts';
import { step } from './steps.ts';
import { type System, startSystem } from './system.ts';
import { demoTenant } from './tenant.ts';

/** Starts the system of `npm start`, including its tenant `demo`. */
export async function startWithDemo(cleanups: Cleanups): Promise<System> {
  const port = frontPort();
  await needPort(port);
  await buildConsole();
  const system = await startSystem(home, port, cleanups);
  await system.setDemo(await step('Looking for the tenant demo', () => demoTenant(home, system.local)));
  return system;
}

/** Brings the sample pictures in, searches, lists duplicates; then scans a bucket. @returns unexpected results */
export async function demonstrate({ api_url, emulator_url, demo }: LocalFile): Promise<string[]> {
  const api = new DeepLens({ baseUrl: api_url, apiKey: demo?.api_key ?? '' });
  const samples = await sampleImages();
  await step('Bringing the sample pictures in', () => ingestSamples(api, samples));
  const wrong = await showSearches(api, samples);
  // The photographs that nothing is searched for: their copies in the bucket change no result above.
  const pictures = samples.filter(({ name }) => OWN.includes(name));
  return [...wrong, ...(await step('Scanning a bucket', () => scanBucket(api, emulator_url, pictures)))];
}
