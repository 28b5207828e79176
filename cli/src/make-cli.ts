import { type ClientOptions, DeepLens, type ResponseEvent } from '@deeplens/sdk';
import type { Cli } from './cli.ts';
import { type Connection, findConnection } from './config/connection.ts';
import type { Context, GlobalOptions } from './context.ts';
import { printer } from './output/printer.ts';
import { confirm } from './prompt.ts';

/** Returns the client of a connection. */
export const clientOf = (
  { baseUrl, apiKey, token }: Connection,
  version: string,
  more: ClientOptions = {},
): DeepLens =>
  new DeepLens({
    baseUrl,
    ...(apiKey !== undefined && { apiKey }),
    ...(token !== undefined && { token }),
    headers: { 'user-agent': `deeplens-cli/${version}` },
    ...more,
  });

/** Returns a line about a try of a call, for `--verbose`. */
const callLine = ({ method, url, status, correlationId, attempt, ms }: ResponseEvent): string =>
  `${method} ${url} → ${status ?? 'no reply'} in ${Math.round(ms)} ms${attempt > 1 ? `, try ${attempt}` : ''}${correlationId ? `, ${correlationId}` : ''}`;

export function makeCli(context: Context, options: GlobalOptions, version: string): Cli {
  const print = printer(context, options);
  return {
    context,
    options,
    print,
    version,
    connection: (plane = 'tenant') => findConnection(context, options, plane),
    async client(plane = 'tenant', more = {}) {
      const connection = await findConnection(context, options, plane);
      print.detail(`${connection.baseUrl}, by ${connection.source}`);
      return clientOf(connection, version, {
        fetch: context.fetch,
        ...more,
        ...(options.verbose && { onResponse: (event) => print.detail(callLine(event)) }),
      });
    },
    call: { signal: context.signal },
    confirm: (what, word) => confirm(context, options.yes ?? false, what, word),
  };
}
