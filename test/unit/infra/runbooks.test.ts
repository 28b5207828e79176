import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { alarmsOfAllKinds } from '../../../infra/alarms/all-kinds.ts';
import { burnRates } from '../../../infra/alarms/objective-alarms.ts';
import { SAVED_QUERIES } from '../../../infra/constructs/saved-queries.ts';
import scripts from '../../../package.json' with { type: 'json' };

const page = readFileSync(new URL('../../../docs/operate/alarms.md', import.meta.url), 'utf8');
const [, ...parts] = page.split(/^## /m);
const sections = parts.map((text) => [text.split('\n')[0] ?? '', text] as const);
const names = new Set<string>(Object.keys(scripts.scripts));
const paths = new Set(OPERATIONS.map(({ path }) => path));

it('has a section for each alarm, and none of another', () => {
  const runbooks = [...alarmsOfAllKinds(), ...burnRates()].map(({ runbook }) => runbook);
  expect(sections.map(([name]) => name).sort()).toEqual([...new Set(runbooks)].sort());
});

describe.each(sections)('the runbook of %s', (_, text) => {
  const [, block = ''] = /```sh\n([\s\S]*?)\n```/.exec(text) ?? [];
  const commands = block.split('\n');

  it('has its form: meaning, first look, three commands, whom to wake', () => {
    const heads = [...text.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, head]) => head);
    expect(heads).toEqual(['Meaning', 'First look', 'Wake']);
    expect(commands).toHaveLength(3);
  });

  it('names commands of the project, operations of the API, or programs of AWS', () => {
    for (const command of commands) {
      const script = /^npm run ([\w:]+)/.exec(command)?.[1];
      const path = /"\$API(\/[\w/]+)"/.exec(command)?.[1];
      if (script !== undefined) expect(names).toContain(script);
      else if (path !== undefined) expect(paths).toContain(`/v1${path}`);
      else expect(command).toMatch(/^aws [a-z0-9]+ [a-z-]+( |$)/);
    }
  });

  it('begins with a query that is saved, or a graph', () => {
    const look = /\*\*First look\.\*\* (.*)/.exec(text)?.[1] ?? '';
    const quoted = [...look.matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
    const known = [...SAVED_QUERIES.map(({ name }) => name), 'service'];
    const queries = quoted.filter((name) => name !== undefined && known.includes(name));
    expect(queries.length > 0 || /dashboard|graph/.test(look), look).toBe(true);
  });
});
