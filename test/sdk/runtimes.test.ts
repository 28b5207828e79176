import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium } from '../fixtures/chromium.ts';
import { type StubApi, startStubApi } from '../fixtures/stub-api.ts';
import { startFaultServer } from './fault-server.ts';
import { bundledSuite } from './suite/bundle.ts';
import type { Result, Where } from './suite/suite.ts';

const run = promisify(execFile);
const NODE_20 = join(import.meta.dirname, '../../.deeplens/node-20/node_modules/node/bin/node');

let server: Awaited<ReturnType<typeof startFaultServer>>;
let stub: StubApi;
let script: string;
let where: Omit<Where, 'isPage'>;
beforeAll(async () => {
  [server, stub, script] = await Promise.all([startFaultServer(), startStubApi(), bundledSuite()]);
  where = { faults: server.url, stub: stub.url };
});
afterAll(() => Promise.all([server?.stop(), stub?.stop()]));

/** What an edge worker has of the platform: no module and no global of Node. */
const EDGE = {
  AbortController,
  AbortSignal,
  Blob,
  DOMException,
  FormData,
  Headers,
  ReadableStream,
  Response,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  atob,
  btoa,
  clearTimeout,
  crypto,
  fetch,
  setTimeout,
};

/** Runs the suite in a program of Node. */
async function inNode(node: string): Promise<Result[]> {
  const program = `${script}\nrunSuite(${JSON.stringify({ ...where, isPage: false })}).then((results) => console.log(JSON.stringify(results)))`;
  const child = run(node, ['-'], { maxBuffer: 1e7 });
  child.child.stdin?.end(program);
  return JSON.parse((await child).stdout);
}

const RUNTIMES: Record<string, () => Promise<Result[]>> = {
  'Node 24': () => inNode(process.execPath),
  'Node 20': () => inNode(NODE_20),
  'an edge worker': async () => {
    const context = createContext({ ...EDGE, suite: undefined });
    runInContext(script, context);
    return runInContext(`runSuite(${JSON.stringify({ ...where, isPage: false })})`, context);
  },
  Chromium: async () => {
    const browser = await startChromium();
    try {
      const page = await browser.newPage();
      await page.goto(server.url);
      await page.addScriptTag({ content: script });
      return await page.evaluate(`runSuite(${JSON.stringify({ ...where, isPage: true })})`);
    } finally {
      await browser.close();
    }
  },
};

test.each(Object.entries(RUNTIMES))('the suite passes in %s', async (_, runSuite) => {
  const results = await runSuite();
  expect(results.length).toBeGreaterThan(40);
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
});
