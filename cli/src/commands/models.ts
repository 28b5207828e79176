import { type Command, Option } from 'commander';
import { commaList } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import type { ExitCode } from '../exit-codes.ts';
import { followJob } from '../follow-job.ts';

interface Options {
  tenants?: string[];
  wait: boolean;
}

const modelsOf = async (cli: Cli) => (await cli.client('operator')).admin.models;

export function register(program: Command, act: Act): void {
  const models = program
    .command('models')
    .description(
      'The operator’s: migrates tenants to a model; rebuilds, checks and repairs its index; moves tenants.',
    );
  models
    .command('list')
    .description('Lists the installed models.')
    .action(
      act(async (cli) => {
        const { models: all } = await (await modelsOf(cli)).list(cli.call);
        await cli.print.list(
          all,
          [
            { name: 'model', of: ({ name }) => name },
            { name: 'of new tenants', of: (model) => (model.default ? 'yes' : '') },
            { name: 'last job', of: ({ last_job_id }) => last_job_id },
          ],
          0,
        );
        return undefined;
      }),
    );

  /** Adds a verb that starts a job about a model, and follows it. */
  const job = (
    verb: string,
    description: string,
    start: (
      cli: Cli,
      model: string,
      tenants: { tenants?: string[] },
      options: Options & { into?: 'own' | 'shared' },
    ) => PromiseLike<{ job_id: string }>,
    { tenants = true } = {},
  ): Command => {
    const command = models.command(verb).description(description).argument('<model>', 'its name');
    if (tenants)
      command.addOption(new Option('--tenants <ids>', 'these alone; all by default').argParser(commaList));
    return command.option('--no-wait', 'do not follow the job').action(
      act(async (cli, model: string, options: Options): Promise<ExitCode | undefined> => {
        const started = await start(cli, model, options.tenants ? { tenants: options.tenants } : {}, options);
        cli.print.note(started.job_id);
        if (options.wait) return followJob(cli, started.job_id, 'operator');
        await cli.print.one(started);
        return undefined;
      }),
    );
  };
  job('migrate', 'Embeds all images with a model, and lets searches use it.', async (cli, model, tenants) =>
    (await modelsOf(cli)).migrate(model, tenants, cli.call),
  );
  job('add', 'Embeds all images with a model; searches keep theirs.', async (cli, model, tenants) =>
    (await modelsOf(cli)).migrate(model, { ...tenants, cut_over: false }, cli.call),
  );
  job('rollback', 'Returns tenants to their previous model.', async (cli, model, tenants) =>
    (await modelsOf(cli)).rollBack(model, tenants, cli.call),
  );
  job(
    'rebuild',
    'Rebuilds the index of a model from the image store.',
    async (cli, model) => (await modelsOf(cli)).rebuild(model, cli.call),
    {
      tenants: false,
    },
  );
  job('check', 'Counts missing, extra and stale documents of an index.', async (cli, model, tenants) =>
    (await modelsOf(cli)).check(model, tenants, cli.call),
  );
  job('repair', 'The same, and repairs them.', async (cli, model, tenants) =>
    (await modelsOf(cli)).check(model, { ...tenants, mend: true }, cli.call),
  );
  job(
    'move',
    'Moves tenants into partitions of their own, or back.',
    async (cli, model, { tenants = [] }, { into = 'shared' }) =>
      (await modelsOf(cli)).move(model, { tenants, into }, cli.call),
  ).addOption(new Option('--into <partition>').choices(['own', 'shared']).makeOptionMandatory());
}
