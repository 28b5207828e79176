import { expect, it } from 'vitest';
import { WebEnv } from '#shared/web/address-guard.ts';

const parse = (text?: string) =>
  WebEnv.safeParse(text === undefined ? {} : { WEB_ALLOWED_ADDRESSES: text }).data?.WEB_ALLOWED_ADDRESSES;

it('takes exact addresses with ports, and none by default', () => {
  expect(parse()).toEqual([]);
  expect(parse('')).toEqual([]);
  expect(parse('127.0.0.1:9000,[::1]:9000')).toEqual(['127.0.0.1:9000', '[::1]:9000']);
});

it.each(['127.0.0.1', 'localhost:80', '10.0.0.0/8', '*', 'http://127.0.0.1:80', '127.0.0.1:80;[::1]:80'])(
  'refuses %s',
  (text) => {
    expect(parse(text)).toBeUndefined();
  },
);
