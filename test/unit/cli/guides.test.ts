import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeProgram } from '../../../cli/src/program.ts';

type Command = Awaited<ReturnType<typeof makeProgram>>;

const ROOT = join(import.meta.dirname, '../../..');
const program = await makeProgram([], () => async () => {}, { all: true });

/** A call of the command line in a page, up to the end of its line or code. */
const CALL = /(?:deeplens -- |(?:^|[`(])deeplens )([^`\n]+)/gm;
/** Where the words of a call end, and what stands for any command. */
const END = /^([#|<>].*|….*|COMMAND)$/;

/** Returns the first word of a call that the command line does not know. */
function unknownWord(words: readonly string[]): string | undefined {
  let command: Command = program;
  let isValue = false;
  for (const word of words) {
    if (END.test(word)) return undefined;
    if (isValue) isValue = false;
    else if (word.startsWith('--')) {
      if (word === '--help') continue;
      const option = [...command.options, ...program.options].find(({ long }) => long === word);
      if (!option) return word;
      isValue = option.required;
    } else if (command.commands.length > 0) {
      const next = command.commands.find((each) => each.name() === word);
      if (!next) return word;
      command = next;
    }
  }
  return undefined;
}

it('every call of the command line in the documentation has commands and options that there are', async () => {
  const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  const calls: string[] = [];
  const unknown: string[] = [];
  for (const page of pages.filter((path) => path !== 'CHANGELOG.md'))
    for (const [, call = ''] of (await readFile(join(ROOT, page), 'utf8')).matchAll(CALL)) {
      calls.push(call);
      const word = unknownWord(call.split(/[\s)]+/).filter(Boolean));
      if (word !== undefined) unknown.push(`${page}: ${word} in ${call}`);
    }
  expect(calls.length).toBeGreaterThan(30);
  expect(unknown).toEqual([]);
});

it('the guide’s table has every command, and every verb of those that it spells out', async () => {
  const guide = await readFile(join(ROOT, 'docs/guide/cli.md'), 'utf8');
  const [, table = ''] = /\| command \|.*?\n\|[-|]+\n(.*?)\n\n/s.exec(guide) ?? [];
  const entries = Array.from(table.matchAll(/`([a-z]+)(?: ([^`]+))?`/g), ([, name = '', rest = '']) => ({
    name,
    verbs: rest.includes('\\|') && !/[A-Z]/.test(rest) ? rest.split('\\|') : undefined,
  }));
  const documented = new Set([...entries.map(({ name }) => name), 'completion']);
  expect(program.commands.map((each) => each.name()).filter((name) => !documented.has(name))).toEqual([]);
  for (const { name, verbs } of entries) {
    const command = program.commands.find((each) => each.name() === name);
    const known = command?.commands.map((each) => each.name()) ?? [];
    if (verbs) expect([name, ...verbs.toSorted()]).toEqual([name, ...known.toSorted()]);
  }
});
