import { EXIT, type ExitCode } from './exit-codes.ts';

/** An error of ours: its message says what happened, and `help` what to do. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly exitCode: ExitCode;
  readonly help: string | undefined;

  constructor(message: string, exitCode: ExitCode = EXIT.failed, help?: string) {
    super(message);
    this.exitCode = exitCode;
    this.help = help;
  }
}

/** The command was given what it does not take. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';

  constructor(message: string, help?: string) {
    super(message, EXIT.usage, help);
  }
}

/** There is no credential for the call. */
export class NotSignedInError extends CliError {
  override readonly name = 'NotSignedInError';

  constructor(message: string, help = 'Sign in with: deeplens login') {
    super(message, EXIT.forbidden, help);
  }
}
