import { expect, it } from 'vitest';
import { makeProgram } from '../../../cli/src/program.ts';

type Command = Awaited<ReturnType<typeof makeProgram>>;

const act = () => async () => {};
/** Names of the commands whose files were loaded: they have verbs, options or arguments. */
const loaded = async (...argv: string[]) =>
  (await makeProgram(argv, act)).commands
    .filter(
      ({ commands, options, registeredArguments }) =>
        commands.length + options.length + registeredArguments.length > 0,
    )
    .map((command) => command.name());

it('a start loads the file of the command that is named alone', async () => {
  expect(await loaded('--version')).toEqual([]);
  expect(await loaded('images', 'list', '--limit', '3')).toEqual(['images']);
  expect(await loaded('--local', 'upload', 'photos')).toEqual(['upload']);
});

it('--help lists every command, each with a summary', async () => {
  const all = await makeProgram([], act, { all: true });
  const brief = await makeProgram(['--help'], act);
  expect(brief.commands.map((each) => [each.name(), each.summary()])).toEqual(
    all.commands.map((each) => [each.name(), each.summary()]),
  );
  for (const each of brief.commands) expect(each.summary()).toMatch(/^\w.*[^.]$/);
});

/** Returns a command with all that are below it. */
const withAll = (command: Command): Command[] => [command, ...command.commands.flatMap(withAll)];

it('the help of every command fits into 80 columns', async () => {
  const all = withAll(await makeProgram([], act, { all: true }));
  expect(all.length).toBeGreaterThan(80);
  for (const command of all)
    for (const line of command.helpInformation().split('\n'))
      expect(line.length, line).toBeLessThanOrEqual(80);
});
