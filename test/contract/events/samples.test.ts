import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENTS } from '#shared/contracts/events/registry.ts';

const SAMPLES = new URL('samples/', import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(new URL(file, SAMPLES), 'utf8'));
const files = readdirSync(SAMPLES);

describe('events on the wire', () => {
  it('have a sample of every type and version, kept for ever', () => {
    const expected = Object.entries(EVENTS).map(
      ([type, schema]) => `${type}.v${schema.shape.dataversion.value}.json`,
    );
    expect(files).toEqual(expect.arrayContaining(expected));
  });

  it.each(files)('%s is read as it was written', (file) => {
    const sample = read(file);
    const schema = EVENTS[sample.type as keyof typeof EVENTS];
    expect(schema.parse(sample)).toEqual(sample);
  });

  it.each(files)('%s may carry more than is known, and never less', (file) => {
    const sample = read(file);
    const schema = EVENTS[sample.type as keyof typeof EVENTS];
    expect(schema.safeParse({ ...sample, later: true, data: { ...sample.data, later: true } }).success).toBe(
      true,
    );
    for (const field of ['id', 'tenantid', 'correlationid', 'data']) {
      const { [field]: _, ...less } = sample;
      expect(schema.safeParse(less).success, field).toBe(false);
    }
  });
});
