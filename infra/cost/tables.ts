import { UNIT_COSTS, type Unit, unitCost } from '#shared/usage/unit-costs.ts';
import type { Margin } from './margins.ts';
import { grouped, table, whole } from './markdown.ts';
import type { StandingCost } from './standing-costs.ts';

/** Renders costs as a Markdown table that ends with their sum. */
export function costTable(costs: readonly StandingCost[]): string {
  const sum = costs.reduce((total, { usd }) => total + usd, 0);
  return table(
    ['what', 'number', 'per month'],
    [...costs.map(({ what, count, usd }) => [what, whole(count), dollars(usd)]), ['sum', '', dollars(sum)]],
  );
}

/** Renders what a million of a unit costs, part by part. */
export function unitTable(unit: Unit): string {
  return table(
    [`a million: ${unit}`, 'billed for', 'US dollars'],
    [
      ...UNIT_COSTS[unit].map(({ what, resource, usd }) => [what, `\`${resource}\``, (usd * 1e6).toFixed(2)]),
      ['sum', '', (unitCost(unit) * 1e6).toFixed(2)],
    ],
  );
}

/** Renders what full tenants of the plans cost and pay. */
export function marginTable(margins: readonly Margin[]): string {
  return table(
    [
      'plan',
      'images',
      'price',
      'storage',
      'margin before searches',
      'ingest, once',
      'searches that the price pays for',
      'searches at the limit',
      'images that the price pays for',
      'break-even price',
    ],
    margins.map((margin) => [
      `\`${margin.plan}\``,
      whole(margin.images),
      dollars(margin.price),
      dollars(margin.storage),
      dollars(margin.price - margin.storage),
      dollars(margin.ingest),
      whole(margin.searchesPaidFor),
      whole(margin.searchesAtTheLimit),
      whole(margin.imagesPaidFor),
      dollars(margin.breakEvenPrice),
    ]),
  );
}

function dollars(usd: number): string {
  const [units = '', cents = ''] = Math.abs(usd).toFixed(2).split('.');
  return `${usd < 0 ? '−' : ''}$${grouped(units)}.${cents}`;
}
