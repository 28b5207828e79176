import { type Command, CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import type { Context, GlobalOptions } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { sanitiseLines } from './output/sanitise.ts';
import { makeProgram } from './program.ts';

/** A secret in the arguments is in the shell's history, and in the list of processes. */
const SECRET = /^(--[\w-]+=)?dl_live_/;

/** Runs a command line. @returns its exit code */
export async function run(argv: readonly string[], context: Context, version: string): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  let options: GlobalOptions = {};
  const act =
    <Args extends unknown[]>(action: (cli: Cli, ...args: Args) => Promise<ExitCode | undefined>) =>
    async (...given: [...Args, Command]): Promise<void> => {
      // Commander gives the arguments, the options and the command itself, in this order.
      const [args, command] = [given.slice(0, -1) as Args, given.at(-1) as Command];
      options = command.optsWithGlobals();
      const { makeCli } = await import('./make-cli.ts');
      code = (await action(makeCli(context, options, version), ...args)) ?? EXIT.ok;
    };
  try {
    if (argv.some((argument) => SECRET.test(argument)))
      context.stderr.write(
        '! A key in the arguments can be read by others. Revoke it, and pipe the next one in: login --key -\n',
      );
    const program = await makeProgram(argv, act, {
      version,
      output: {
        writeOut: (text) => context.stdout.write(text),
        writeErr: (text) => context.stderr.write(sanitiseLines(text)),
      },
    });
    await program.parseAsync(argv.length > 0 ? [...argv] : ['--help'], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { reportOf, reportText } = await import('./report-error.ts');
    const report = reportOf(context.signal.aborted ? context.signal.reason : error);
    const asJson = options.output === 'json' || options.output === 'ndjson';
    context.stderr.write(`${reportText(report, asJson)}\n`);
    return report.exitCode;
  }
}
