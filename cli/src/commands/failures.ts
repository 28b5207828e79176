import type { RedriveFailuresRequest } from '@deeplens/sdk';
import { type Command, Option } from 'commander';
import { time } from '../arguments.ts';
import type { Act } from '../cli.ts';
import { followJob } from '../follow-job.ts';

interface Options {
  stage: RedriveFailuresRequest['stage'];
  tenant?: string;
  code?: RedriveFailuresRequest['code'];
  since?: string;
  dryRun?: boolean;
  wait: boolean;
}

export function register(program: Command, act: Act): void {
  program
    .command('failures')
    .description('The operator’s: sends again what failed.')
    .command('redrive')
    .description('Sends what failed at a stage again, by a job.')
    .addOption(
      new Option('--stage <stage>')
        .choices(['validation', 'embedding', 'indexing', 'duplicates'])
        .makeOptionMandatory(),
    )
    .option('--tenant <id>', 'of one tenant')
    .option('--code <code>', 'what failed so')
    .addOption(new Option('--since <time>', 'what failed since, such as 6h').argParser(time))
    .option('--dry-run', 'only count')
    .option('--no-wait', 'do not follow the job')
    .action(
      act(async (cli, { stage, tenant, code, since, dryRun, wait }: Options) => {
        const started = await (await cli.client('operator')).admin.redriveFailures(
          {
            stage,
            ...(tenant && { tenant_id: tenant }),
            ...(code && { code }),
            ...(since && { since }),
            ...(dryRun && { dry_run: true }),
          },
          cli.call,
        );
        if (wait) return followJob(cli, started.job_id, 'operator');
        await cli.print.one(started);
        return undefined;
      }),
    );
}
