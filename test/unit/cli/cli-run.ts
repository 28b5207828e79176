import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Context } from '../../../cli/src/context.ts';
import { run } from '../../../cli/src/run.ts';

/** A call that the stub of the API got. */
export interface ApiCall {
  method: string;
  /** With its query. */
  path: string;
  headers: Headers;
  body: unknown;
}

export type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };
/** Answers a call; undefined is a 404. */
export type Api = (call: ApiCall) => Answer | undefined;

export const BASE_URL = 'https://api.test/api/v1';
const PROBLEM = 'application/problem+json';

/** Returns the reply of a refusal. */
export const problem = (status: number, code: string, detail = `It is ${code}.`): Answer => ({
  status,
  body: { type: 'about:blank', title: code, status, code, detail, instance: 'corr-1' },
  headers: { 'content-type': PROBLEM, 'x-correlation-id': 'corr-1' },
});

interface Given {
  api?: Api;
  /** Answers in place of `api`: also calls elsewhere, whose path is their URL, and bodies as text. */
  rawApi?: (call: { method: string; path: string; headers: Headers; text: string }) => Answer;
  env?: Record<string, string>;
  home?: string;
  cwd?: string;
  stdin?: string;
  /** True if stdout and stderr are a terminal of 80 columns. */
  tty?: boolean;
  signal?: AbortSignal;
  /** Called with the terminal's input, to type into it. */
  type?: (stdin: PassThrough) => void;
}

/** What a command printed, what it exited with, and the calls that it made. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  calls: ApiCall[];
}

export const newHome = (): Promise<string> => mkdtemp(join(tmpdir(), 'deeplens-cli-'));

/** Returns a world for a command, with a stub of the API in place of `fetch`. */
export function newContext(given: Given = {}) {
  const { api = () => undefined, rawApi, tty = false } = given;
  const calls: ApiCall[] = [];
  const stream = () => Object.assign(new PassThrough(), tty && { isTTY: true, columns: 80 });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  const read = (from: PassThrough) => {
    let text = '';
    from.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    return () => text;
  };
  const [out, err] = [read(stdout), read(stderr)];
  if (given.stdin !== undefined) stdin.end(given.stdin);
  given.type?.(stdin);
  const answer = (method: string, path: string, headers: Headers, sent: unknown): Answer => {
    if (rawApi) return rawApi({ method, path, headers, text: String(sent) });
    const call = { method, path, headers, body: typeof sent === 'string' ? JSON.parse(sent) : sent };
    calls.push(call);
    return api(call) ?? problem(404, 'not_found');
  };
  const context: Context = {
    env: {
      DEEPLENS_BASE_URL: BASE_URL,
      DEEPLENS_API_KEY: 'dl_live_test',
      DEEPLENS_ADMIN_TOKEN: 'token',
      ...given.env,
    },
    cwd: given.cwd ?? '/',
    home: given.home ?? '/nonexistent',
    stdin,
    stdout,
    stderr,
    signal: given.signal ?? new AbortController().signal,
    fetch: async (input, init) => {
      const path = decodeURIComponent(String(input).replace(BASE_URL, ''));
      const {
        status = 200,
        body = {},
        headers,
      } = answer(init?.method ?? 'GET', path, new Headers(init?.headers), init?.body);
      return new Response(JSON.stringify(body), {
        status,
        headers: { 'content-type': 'application/json', ...headers },
      });
    },
  };
  return { context, calls, printed: () => ({ stdout: out(), stderr: err() }) };
}

/** Runs a command line in this process, against a stub of the API. */
export async function runCli(argv: readonly string[], given: Given = {}): Promise<Ran> {
  const { context, calls, printed } = newContext(given);
  const code = await run(argv, context, '1.2.3');
  await new Promise(setImmediate);
  return { code, ...printed(), calls };
}
