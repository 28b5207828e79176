import type { CallOptions, ClientOptions, DeepLens } from '@deeplens/sdk';
import type { Command } from 'commander';
import type { Connection, Plane } from './config/connection.ts';
import type { Context, GlobalOptions } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Printer } from './output/printer.ts';

/** What a command works with. */
export interface Cli {
  context: Context;
  options: GlobalOptions;
  print: Printer;
  version: string;
  /** Returns the client of the API, with the credential in use. */
  client(plane?: Plane, more?: Pick<ClientOptions, 'pace'>): Promise<DeepLens>;
  /** Returns where the service is, and with which credential it is called. */
  connection(plane?: Plane): Promise<Connection>;
  /** The options of every call: Ctrl-C ends it. */
  call: CallOptions;
  /** Has a person confirm what cannot be undone, unless `--yes` was given. */
  confirm(what: string, word?: string): Promise<void>;
}

/** Makes an action of a function that takes the command's arguments, and its options as the last. */
export type Act = <Args extends unknown[]>(
  action: (cli: Cli, ...args: Args) => Promise<ExitCode | undefined>,
) => (...given: [...Args, Command]) => Promise<void>;
