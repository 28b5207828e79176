import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PLAN_NAMES, PLANS } from '#shared/kernel/plans.ts';
import { holdingCost, indexMemory, PRICES, usageCost } from '#shared/usage/cost.ts';

const page = readFileSync(new URL('../../../docs/cost.md', import.meta.url), 'utf8');
const grouped = (text: string) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
const dollars = (usd: number) => {
  const [whole = '', cents = ''] = usd.toFixed(2).split('.');
  return `$${grouped(whole)}.${cents}`;
};

describe('docs/cost.md', () => {
  it.each(PLAN_NAMES)('states the cost of a full tenant on the plan %s', (plan) => {
    const { storedImages: images, priceUsd } = PLANS[plan];
    const holding = { images, bytes: images * 1e6, vectors: 2 * images };
    const row = page.split('\n').find((line) => line.startsWith(`| ${plan} |`)) ?? '';
    expect(row).toContain(`| ${grouped(String(images))} | ${dollars(holdingCost(holding))} |`);
    expect(row).toContain(`| ${dollars(images * PRICES.upload)} | $${priceUsd} |`);
    const megabytes = indexMemory(holding.vectors) / 1e6;
    expect(row).toContain(
      megabytes < 1000
        ? `${Math.round(megabytes)} MB`
        : `${Number((megabytes / 1000).toPrecision(megabytes < 10_000 ? 2 : 3))} GB`,
    );
  });
});

it('states the index memory of an image for both storages', () => {
  const kilobytes = (storage: 'float' | 'sq') => (indexMemory(2, storage) / 1000).toFixed(1);
  expect(page).toContain(`${kilobytes('sq')} KB per image instead of ${kilobytes('float')}.`);
});

it('is zero without images and calls, and counts a search once', () => {
  expect(holdingCost({ images: 0, bytes: 0, vectors: 0 })).toBe(0);
  expect(usageCost({ requests: 0, searches: 0, uploads: 0 })).toBe(0);
  expect(usageCost({ requests: 1, searches: 1, uploads: 0 })).toBe(PRICES.search);
});
