import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { cacheControl, consoleHeaders, fileOfPath } from '../../../console/headers.ts';
import { CONSOLE_FILES } from './build.ts';
import type { ConsoleSignIn } from './sign-in.ts';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

export interface ConsoleOptions {
  /** The origin of signed thumbnails and presigned forms. */
  storage: string;
  /** `/config.json`. */
  config: { api: string; version: string; oidc?: ConsoleSignIn; hint?: string };
}

/** Answers with a file of the built console, or with its page for a path of its own. */
export async function serveConsole(
  url: string,
  response: ServerResponse,
  { storage, config }: ConsoleOptions,
): Promise<void> {
  const headers = consoleHeaders({ storage });
  const { pathname } = new URL(url, 'http://console');
  if (pathname === '/config.json')
    return void response
      .writeHead(200, {
        ...headers,
        'content-type': 'application/json',
        'cache-control': cacheControl(pathname),
      })
      .end(JSON.stringify(config));
  const path = fileOfPath(pathname); // stays in the folder: a URL has no `..`
  const bytes = await readFile(join(CONSOLE_FILES, path)).catch(() => undefined);
  if (bytes)
    return void response
      .writeHead(200, {
        ...headers,
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'cache-control': cacheControl(path),
      })
      .end(bytes);
  const text =
    path === '/index.html' ? 'The console is not built: npm run build -w console\n' : 'Not found\n';
  response.writeHead(404, { ...headers, 'content-type': 'text/plain' }).end(text);
}
