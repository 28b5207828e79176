import { join } from 'node:path';
import { cleanups } from '../../infra/local/cleanups.ts';
import type { Home } from '../../infra/local/home.ts';
import { keptPort } from '../../infra/local/ports.ts';
import { startSystem } from '../../infra/local/system.ts';
import { forgetTestHome, newTestHome } from '../../infra/local/test-home.ts';
import { startIssuer, writeIssuer } from '../fixtures/issuer.ts';
import { RECEIVERS, type Receiver } from '../fixtures/receiver.ts';

/** The `aud` of tokens of the tests' own issuer. */
const AUDIENCE = 'https://api.deeplens.test';

/** Returns a port for each file of tests that serves something to the system. */
async function keptPorts(home: Home): Promise<Record<Receiver, number>> {
  const ports: [string, number][] = [];
  for (const name of RECEIVERS) ports.push([name, await keptPort(home, `receiver-${name}`)]);
  return Object.fromEntries(ports) as Record<Receiver, number>; // of every name of the list
}

/** All of DeepLens, deployed to an emulator of its own, for the integration and end-to-end tests. */
export default async function setup(): Promise<() => Promise<void>> {
  const home = await newTestHome('stack');
  const toEnd = cleanups();
  toEnd.add(() => forgetTestHome(home));
  try {
    const { stop, ...issuer } = await startIssuer(AUDIENCE);
    toEnd.add(stop);
    process.env.DEEPLENS_TEST_ISSUER = join(home.folder, 'issuer.json');
    await writeIssuer(process.env.DEEPLENS_TEST_ISSUER, issuer);
    process.env.DEEPLENS_TRUSTED_ISSUERS = JSON.stringify([
      { issuer: issuer.issuer, audience: issuer.audience, tenants: '*' },
    ]);
    const ports = await keptPorts(home);
    process.env.DEEPLENS_TEST_RECEIVERS = JSON.stringify(ports);
    process.env.DEEPLENS_ALLOWED_ADDRESSES = Object.values(ports)
      .map((port) => `127.0.0.1:${port}`)
      .join(',');
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${ports.traces}`; // nobody listens but in its test
    await startSystem(home, 0, toEnd);
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT; // of the system, not of the tests: these have an SDK of their own
  } catch (error) {
    await toEnd.run();
    throw error;
  }
  process.env.DEEPLENS_TEST_STACK = home.localFile;
  return toEnd.run;
}
