import { type Command, Option } from 'commander';
import { pair } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { readJson } from '../read-json.ts';

interface Options {
  data?: string;
  query?: Record<string, string>;
  idempotencyKey?: string;
  operator?: boolean;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export function register(program: Command, act: Act): void {
  program
    .command('api')
    .description('Makes any call of the API, and prints its reply.')
    .argument('<method>', METHODS.join(', '))
    .argument('<path>', 'below the address of the API: /images')
    .option('-d, --data <json>', 'the body; @file reads a file, - reads stdin')
    .addOption(new Option('--query <name=value>', 'a parameter; can be repeated').argParser(pair))
    .option('--idempotency-key <key>', 'makes a repetition of the call return the first one’s reply')
    .option('--operator', 'call with the token alone; the default of /admin/…')
    .addHelpText('after', '\nExample: deeplens api POST /search/similarity -d \'{"image_id":"img_…"}\'')
    .action(act(callApi));
}

async function callApi(cli: Cli, method: string, path: string, options: Options): Promise<undefined> {
  const verb = method.toUpperCase();
  if (!METHODS.includes(verb))
    throw new UsageError(`There is no method ${method}.`, `Use one of ${METHODS.join(', ')}.`);
  if (!path.startsWith('/')) throw new UsageError(`The path ${path} must begin with /.`);
  const operator = options.operator ?? path.startsWith('/admin/');
  const client = await cli.client(operator ? 'operator' : 'tenant');
  const body = options.data === undefined ? undefined : await readJson(cli, options.data);
  const reply = await client.request(
    verb,
    path,
    { query: options.query ?? {}, ...(body !== undefined && { body }) },
    {
      ...cli.call,
      ...(options.idempotencyKey !== undefined && { idempotencyKey: options.idempotencyKey }),
    },
  );
  await cli.print.one(reply);
  return undefined;
}
