import type { Argument, Command, Option } from 'commander';
import type { Act } from '../cli.ts';

interface Candidate {
  value: string;
  summary: string;
}

/** Returns what may stand at the end of a command line; the last word is the one that is being typed. */
export function candidates(program: Command, words: readonly string[]): Candidate[] {
  let command = program;
  let operands = 0;
  let pending: Option | undefined;
  const optionsOf = (): Option[] => [...command.options, ...(command === program ? [] : program.options)];
  for (const word of words.slice(0, -1)) {
    if (pending) {
      pending = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const option = optionsOf().find(({ short, long }) => word === short || word === long);
      if (option && (option.required || option.optional)) pending = option;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next) [command, operands] = [next, 0];
    else operands += 1;
  }
  const current = words.at(-1) ?? '';
  const all = pending
    ? choicesOf(pending)
    : current.startsWith('-')
      ? optionNames(optionsOf())
      : namesAt(command, operands);
  return all.filter(({ value }) => value.startsWith(current));
}

const choicesOf = ({ argChoices = [] }: Option | Argument): Candidate[] =>
  argChoices.map((value) => ({ value, summary: '' }));

const optionNames = (options: readonly Option[]): Candidate[] => [
  ...options
    .filter(({ hidden }) => !hidden)
    .map(({ long, short, description }) => ({ value: long ?? short ?? '', summary: description })),
  { value: '--help', summary: 'show what there is' },
];

function namesAt(command: Command, operands: number): Candidate[] {
  const verbs = command.commands.map((each) => ({
    value: each.name(),
    summary: each.summary() || each.description(),
  }));
  const argument = command.registeredArguments[operands];
  return [...verbs, ...(argument ? choicesOf(argument) : [])];
}

/**
 * Completion scripts call it with the words after `deeplens`; it prints a candidate a line, with a tab its summary.
 * @param whole returns the program with all its commands
 */
export function register(program: Command, act: Act, name: string, whole: () => Promise<Command>): void {
  program
    .command(name, { hidden: true })
    .argument('[words...]')
    .action(
      act(async ({ print }, words: string[]) => {
        const lines = candidates(await whole(), words).map(({ value, summary }) => `${value}\t${summary}\n`);
        await print.text(lines.join(''));
        return undefined;
      }),
    );
}
