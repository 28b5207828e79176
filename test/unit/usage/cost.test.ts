import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { holdingCost, indexMemory, usageCost } from '#shared/usage/cost.ts';
import { unitCost } from '#shared/usage/unit-costs.ts';

const page = readFileSync(new URL('../../../docs/operate/cost.md', import.meta.url), 'utf8');

it('states the index memory of an image for both storages', () => {
  const kilobytes = (storage: 'float' | 'sq') => (indexMemory(2, storage) / 1000).toFixed(1);
  expect(page).toContain(`${kilobytes('sq')} KB per image instead of ${kilobytes('float')}.`);
});

it('is zero without images and calls, and counts a search once', () => {
  expect(holdingCost({ images: 0, bytes: 0, vectors: 0 })).toBe(0);
  expect(usageCost({ requests: 0, searches: 0, uploads: 0 })).toBe(0);
  expect(usageCost({ requests: 1, searches: 1, uploads: 0 })).toBe(unitCost('search'));
});
