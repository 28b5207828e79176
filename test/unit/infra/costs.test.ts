import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { type CostPart, UNIT_COSTS, type Unit } from '#shared/usage/unit-costs.ts';
import { environment } from '../../../infra/config/choose-environment.ts';
import { exampleInputs } from '../../../infra/cost/example-inputs.ts';
import { marginOf } from '../../../infra/cost/margins.ts';
import { monthlyCost } from '../../../infra/cost/monthly-cost.ts';
import { resourcesOf } from '../../../infra/cost/resources.ts';
import { BY_USE, FREE, STANDING, standingCosts } from '../../../infra/cost/standing-costs.ts';
import { costTable, marginTable, unitTable } from '../../../infra/cost/tables.ts';

const page = readFileSync(new URL('../../../docs/operate/cost.md', import.meta.url), 'utf8');
const DEPLOYED = ['dev', 'staging', 'prod'];
const UNITS = Object.keys(UNIT_COSTS) as Unit[]; // Object.keys loses the literal types
const environmentOf = (name: string) => environment(name, exampleInputs(name));
const resources = new Map(DEPLOYED.map((name) => [name, resourcesOf(environmentOf(name))]));
const inProd = resources.get('prod') ?? [];
const types = new Set([...resources.values()].flat().map(({ type }) => type));

describe('docs/operate/cost.md', () => {
  it.each(DEPLOYED)('lists the standing costs of %s', (name) => {
    expect(page).toContain(costTable(standingCosts(resources.get(name) ?? [])));
  });

  it.each(UNITS)('lists what a million of %s cost', (unit) => {
    expect(page).toContain(unitTable(unit));
  });

  it('lists what full tenants cost and pay', () => {
    expect(page).toContain(marginTable(PLAN_NAMES.map(marginOf)));
  });
});

describe('the prices and the templates', () => {
  it('know the same types of resources', () => {
    const known = [...Object.keys(STANDING), ...BY_USE, ...FREE];
    expect([...types].filter((type) => !known.includes(type))).toEqual([]);
    expect(known.filter((type) => !types.has(type))).toEqual([]);
    expect(new Set(known).size).toBe(known.length);
  });

  it('refuse a type without a price', () => {
    expect(() => standingCosts([{ type: 'AWS::Redshift::Cluster', properties: {} }])).toThrow(
      'AWS::Redshift::Cluster',
    );
  });

  const parts: CostPart[] = UNITS.flatMap((unit) => UNIT_COSTS[unit]);

  it('bill units for resources that exist', () => {
    expect(parts.map(({ resource }) => resource).filter((type) => !types.has(type))).toEqual([]);
  });

  it('agree on the memory of functions', () => {
    const memory = new Map(
      inProd
        .filter(({ type }) => type === 'AWS::Lambda::Function')
        .map(({ properties }) => [properties.FunctionName, properties.MemorySize]),
    );
    const billed = parts.flatMap(({ lambda }) => lambda ?? []);
    expect(billed.map(({ name }) => [name, memory.get(`deeplens-prod-${name}`)])).toEqual(
      billed.map(({ name, memoryMb }) => [name, memoryMb]),
    );
  });
});

describe('a month', () => {
  const prod = environmentOf('prod');
  const usd = (images: number, searchesPerSecond: number) =>
    monthlyCost(prod, inProd, {
      ...{ images, searchesPerSecond, newImages: 0 },
      ...{ fileBytes: 1e6, models: 1 },
    });

  it('adds the nodes that the vectors need', () => {
    const added = (images: number) =>
      usd(images, 0).find(({ what }) => what.includes('data nodes to add'))?.count;
    // 256 GB of memory hold 25 million images of 10.1 KB.
    expect(added(25e6)).toBeUndefined();
    expect(added(60e6)).toBe(6);
  });

  it('grows with searches alone if nothing is stored', () => {
    const sum = (searches: number) => usd(0, searches).reduce((total, each) => total + each.usd, 0);
    expect(sum(2) - sum(1)).toBeCloseTo(sum(1) - sum(0), 6);
  });
});
