import type { Job } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import { limitOption } from '../arguments.ts';
import type { Act, Cli } from '../cli.ts';
import { followJob, printJob } from '../follow-job.ts';
import type { Column } from '../output/table.ts';

const STATUSES = ['queued', 'running', 'needs_confirmation', 'completed', 'failed', 'cancelled'] as const;

const COLUMNS: readonly Column<Job>[] = [
  { name: 'job id', of: ({ job_id }) => job_id },
  { name: 'kind', of: ({ kind }) => kind },
  { name: 'status', of: ({ status }) => status },
  { name: 'errors', of: ({ errors_count }) => errors_count, right: true },
  { name: 'started', of: ({ started_at }) => started_at },
  {
    name: 'progress',
    of: ({ progress }) =>
      Object.entries(progress)
        .map((each) => each.join(' '))
        .join(', '),
    shrinks: true,
  },
];

interface Plane {
  operator?: boolean;
}
const planeOf = ({ operator }: Plane) => (operator ? 'operator' : 'tenant');
const operatorOption = () => new Option('--operator', 'jobs of all tenants: with an operator’s token');
const jobsOf = async (cli: Cli, options: Plane) => {
  const client = await cli.client(planeOf(options));
  return options.operator ? client.admin.jobs : client.jobs;
};

export function register(program: Command, act: Act): void {
  const jobs = program.command('jobs').description('Lists, shows, follows, cancels and confirms jobs.');
  jobs
    .command('list')
    .description('Lists jobs.')
    .addOption(new Option('--status <status>').choices(STATUSES))
    .option('--kind <kind>', 'scan, redrive, …')
    .addOption(limitOption())
    .addOption(operatorOption())
    .action(
      act(async (cli, options: Plane & { status?: Job['status']; kind?: Job['kind']; limit?: number }) => {
        const { status, kind, limit } = options;
        const query = { ...(status && { status }), ...(kind && { kind }) };
        await cli.print.list((await jobsOf(cli, options)).list(query, cli.call), COLUMNS, limit);
        return undefined;
      }),
    );
  jobs
    .command('get')
    .description('Shows a job, with its first errors.')
    .argument('<job>', 'its id')
    .addOption(operatorOption())
    .action(
      act(async (cli, id: string, options: Plane) => {
        await printJob(cli, await (await jobsOf(cli, options)).get(id, cli.call));
        return undefined;
      }),
    );
  jobs
    .command('wait')
    .description('Follows a job until it ends.')
    .argument('<job>', 'its id')
    .addOption(operatorOption())
    .action(act(async (cli, id: string, options: Plane) => followJob(cli, id, planeOf(options))));
  jobs
    .command('errors')
    .description('Lists all errors of a scan.')
    .argument('<job>', 'its id')
    .addOption(limitOption())
    .action(
      act(async (cli, id: string, { limit }: { limit?: number }) => {
        const errors = (await cli.client()).jobs.listErrors(id, {}, cli.call);
        await cli.print.list(
          errors,
          [
            { name: 'code', of: ({ code }) => code },
            { name: 'path', of: ({ path }) => path, shrinks: true },
            { name: 'detail', of: ({ detail }) => detail, shrinks: true },
          ],
          limit,
        );
        return undefined;
      }),
    );
  jobs
    .command('cancel')
    .description('Cancels a job; its unfinished work is undone.')
    .argument('<job>', 'its id')
    .addOption(operatorOption())
    .action(
      act(async (cli, id: string, options: Plane) => {
        await cli.print.one(await (await jobsOf(cli, options)).cancel(id, cli.call));
        return undefined;
      }),
    );
  addConfirm(jobs, act);
}

/** Adds `confirm`, which `scan` has too. */
export function addConfirm(parent: Command, act: Act): void {
  parent
    .command('confirm')
    .description('Confirms that the images which a scan found missing are gone.')
    .argument('<job>', 'its id')
    .action(
      act(async (cli, id: string) => {
        const client = await cli.client();
        const { progress } = await client.jobs.get(id, cli.call);
        await cli.confirm(
          `${progress.missing ?? 'Many'} images of the location are missing, and go as its settings say.`,
        );
        await cli.print.one(await client.jobs.confirm(id, cli.call));
        return undefined;
      }),
    );
}
