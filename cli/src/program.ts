import { Command, Option, type OutputConfiguration } from 'commander';
import type { Act } from './cli.ts';
import { FORMATS } from './output/formats.ts';

/** A file of `commands/`: it adds a command, with its verbs. */
interface CommandFile {
  register: (program: Command, act: Act) => void;
}

/** Every command, in the order of `--help`. Its file is loaded only if its name is among the arguments. */
const COMMANDS: Record<string, { summary: string; load: () => Promise<CommandFile> }> = {
  login: { summary: 'store a key or token in a profile', load: () => import('./commands/login.ts') },
  logout: { summary: 'forget a profile', load: () => import('./commands/logout.ts') },
  whoami: {
    summary: 'show who you are, and what is left of your limits',
    load: () => import('./commands/whoami.ts'),
  },
  upload: {
    summary: 'bring pictures in: files and whole folders',
    load: () => import('./commands/upload.ts'),
  },
  watch: { summary: 'bring in what appears in a folder', load: () => import('./commands/watch.ts') },
  search: { summary: 'find a picture, or one like it', load: () => import('./commands/search.ts') },
  duplicates: {
    summary: 'list, review, decide and export groups of duplicates',
    load: () => import('./commands/duplicates.ts'),
  },
  images: { summary: 'list, show, delete and retry images', load: () => import('./commands/images.ts') },
  storage: { summary: 'storage locations of your own', load: () => import('./commands/storage.ts') },
  scan: { summary: 'scan them', load: () => import('./commands/scan.ts') },
  jobs: { summary: 'list and follow jobs', load: () => import('./commands/jobs.ts') },
  keys: { summary: 'API keys', load: () => import('./commands/keys.ts') },
  webhooks: { summary: 'webhooks and their deliveries', load: () => import('./commands/webhooks.ts') },
  users: { summary: 'people', load: () => import('./commands/users.ts') },
  settings: { summary: 'settings of the tenant', load: () => import('./commands/settings.ts') },
  usage: { summary: 'the usage of a month', load: () => import('./commands/usage.ts') },
  tenants: { summary: 'operator: tenants', load: () => import('./commands/tenants.ts') },
  limits: { summary: 'operator: limits of a tenant', load: () => import('./commands/limits.ts') },
  models: { summary: 'operator: models and their indexes', load: () => import('./commands/models.ts') },
  failures: { summary: 'operator: send again what failed', load: () => import('./commands/failures.ts') },
  audit: { summary: 'operator: the audit log', load: () => import('./commands/audit.ts') },
  api: { summary: 'make any call of the API', load: () => import('./commands/api.ts') },
  completion: {
    summary: 'print the completion script of a shell',
    load: () => import('./commands/completion.ts'),
  },
};

/** The command of completion scripts, which `--help` does not list. */
const HIDDEN = '__complete';

interface ProgramOptions {
  version?: string;
  output?: OutputConfiguration;
  all?: boolean;
}

/** Returns the command line, with those commands whole whose names are among the arguments; `all`: with all. */
export async function makeProgram(
  argv: readonly string[],
  act: Act,
  { version = '', output, all = false }: ProgramOptions = {},
): Promise<Command> {
  const program = new Command('deeplens')
    .configureOutput(output ?? {})
    .configureHelp({ minWidthToWrap: 20 })
    .description('Finds pictures: where is this one, or one like it? Which of mine are the same?')
    .version(version, '-V, --version')
    .option('-p, --profile <name>', 'the profile to use (DEEPLENS_PROFILE)')
    .option('--local', 'call the system that npm start runs from this folder')
    .addOption(new Option('-o, --output <format>', 'how results are printed').choices(FORMATS))
    .option('--fields <names>', 'print these fields alone: image_id,reason.copy_score', (text) =>
      text.split(','),
    )
    .option('-q, --quiet', 'print results alone, no notes and no progress')
    .option('-v, --verbose', 'print each call, with its correlation id')
    .option('-y, --yes', 'do not ask before what cannot be undone')
    .showHelpAfterError('See --help.')
    .exitOverride();
  const names = new Set(argv);
  const wanted = (name: string) => all || names.has(name);
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    if (wanted(name)) {
      (await load()).register(program, act);
      program.commands.at(-1)?.summary(summary);
    } else program.command(name).summary(summary);
  }
  if (names.has(HIDDEN)) {
    const { register } = await import('./commands/complete.ts');
    register(program, act, HIDDEN, () => makeProgram([], act, { all: true }));
  }
  return program;
}
