import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Home } from '../../../infra/local/home.ts';

/** Calls the emulator's Lambda, which takes no signature. */
export async function callLambda(emulatorUrl: string, path: string, body: object): Promise<unknown> {
  const reply = await fetch(`${emulatorUrl}/2015-03-31/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return reply.json();
}

/** Creates a function of one CommonJS file, with a time-out of two seconds. */
export async function createFunction(
  emulatorUrl: string,
  { folder: cwd }: Home,
  name: string,
  code: string,
): Promise<void> {
  await writeFile(join(cwd, 'index.js'), code);
  await promisify(execFile)('python3', ['-m', 'zipfile', '-c', 'code.zip', 'index.js'], { cwd });
  await callLambda(emulatorUrl, 'functions', {
    ...{ FunctionName: name, Runtime: 'nodejs24.x', Handler: 'index.handler', Timeout: 2 },
    Role: 'arn:aws:iam::000000000000:role/any',
    Code: { ZipFile: await readFile(join(cwd, 'code.zip'), 'base64') },
  });
}
