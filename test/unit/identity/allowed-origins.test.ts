import { describe, expect, it } from 'vitest';
import { checkOrigin } from '#shared/identity/allowed-origins.ts';
import { ORIGIN_PATTERN } from '#shared/kernel/origins.ts';

const isAllowed = (allowed: string[] | undefined, origin: string | undefined) => {
  try {
    checkOrigin(allowed, origin);
    return true;
  } catch {
    return false;
  }
};

describe('the origins of a publishable key', () => {
  it.each([
    ['https://app.example.com', 'https://app.example.com'],
    ['https://app.example.com', 'https://APP.example.com'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['https://*.example.com', 'https://a.example.com'],
    ['https://*.example.com', 'https://a.b.example.com'],
  ])('%s allows %s', (allowed, origin) => {
    expect(ORIGIN_PATTERN.test(allowed)).toBe(true);
    expect(isAllowed(['https://other.example', allowed], origin)).toBe(true);
  });

  it.each([
    ['https://app.example.com', 'http://app.example.com'],
    ['https://app.example.com', 'https://app.example.com:8443'],
    ['https://app.example.com', 'https://app.example.com.evil.example'],
    ['https://*.example.com', 'https://example.com'],
    ['https://*.example.com', 'https://.example.com'],
    ['https://*.example.com', 'https://evilexample.com'],
    ['https://*.example.com', 'https://evil.example/.example.com'],
    ['https://*.example.com', 'https://evil.example#.example.com'],
    ['https://*.example.com', 'null'],
    ['https://app.example.com', undefined],
  ])('%s does not allow %s', (allowed, origin) => {
    expect(isAllowed([allowed], origin)).toBe(false);
  });

  it('are any without a list, and none with an empty one', () => {
    expect(isAllowed(undefined, undefined)).toBe(true);
    expect(isAllowed([], 'https://app.example.com')).toBe(false);
  });

  it.each([
    '*',
    'https://*',
    'https://a.*.example',
    'https://example.com/',
    'ftp://a.example',
    'https://a b',
  ])('cannot be %s', (pattern) => expect(ORIGIN_PATTERN.test(pattern)).toBe(false));
});
