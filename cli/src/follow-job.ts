import type { Job } from '@deeplens/sdk';
import type { Cli } from './cli.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { sanitise } from './output/sanitise.ts';

/** Returns a line about how far a job is. */
export const jobLine = ({ job_id, kind, status, progress, waiting, at_tenant }: Job): string =>
  [
    `${job_id} ${kind.replaceAll('_', ' ')}: ${status.replaceAll('_', ' ')}`,
    ...Object.entries(progress).map(([name, count]) => `${name.replaceAll('_', ' ')} ${count}`),
    ...(waiting ? [waiting.replaceAll('_', ' ')] : []),
    ...(at_tenant ? [`at ${at_tenant}`] : []),
  ]
    .map(sanitise)
    .join(' · ');

/** Milliseconds between two lines of progress where there is no terminal. */
const LINE_EVERY = 5_000;

/** Shows a job's progress on stderr until it ends, then prints it. @returns the exit code of its end */
export async function followJob(
  cli: Cli,
  job_id: string,
  plane: 'tenant' | 'operator',
  wanted: Job['status'] = 'completed',
): Promise<ExitCode | undefined> {
  const { context, options, print } = cli;
  const client = await cli.client(plane);
  const live = context.stderr.isTTY === true && !options.quiet;
  let last = 0;
  const onProgress = (job: Job) => {
    if (live) context.stderr.write(`\r\x1b[K${jobLine(job)}`);
    else if (Date.now() - last > LINE_EVERY) {
      last = Date.now();
      print.note(jobLine(job));
    }
  };
  const jobs = plane === 'tenant' ? client.jobs : client.admin.jobs;
  const job = await jobs.wait(job_id, { onProgress, ...(context.signal && { signal: context.signal }) });
  if (live) context.stderr.write('\r\x1b[K');
  await printJob(cli, job);
  if (job.status === 'needs_confirmation') {
    print.note(`It waits for you: deeplens jobs confirm ${job.job_id}`);
    return EXIT.partly;
  }
  if (job.status !== wanted) return EXIT.failed;
  return job.errors_count > 0 ? EXIT.partly : undefined;
}

/** Prints a job, with its first errors. */
export async function printJob({ print }: Cli, job: Job): Promise<void> {
  if (print.format !== 'table') return print.one(job);
  await print.text(`${jobLine(job)}\n`);
  for (const { path, code, detail } of job.errors)
    await print.text(
      `  ${[path, code, detail]
        .filter(Boolean)
        .map((text) => sanitise(text ?? ''))
        .join(': ')}\n`,
    );
  if (job.errors_count > job.errors.length)
    print.note(`All ${job.errors_count} errors: deeplens jobs errors ${job.job_id}`);
}
