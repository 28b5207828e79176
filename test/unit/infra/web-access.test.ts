import { expect, it } from 'vitest';
import { ENVIRONMENTS } from '../../../infra/config/environments.ts';
import { webVariables } from '../../../infra/constructs/web-access.ts';
import { exampleEnvironment } from './example.ts';

it('allows addresses inside a network on one machine alone', () => {
  const allowedAddresses = '127.0.0.1:9000';
  expect(webVariables({ ...exampleEnvironment('local'), allowedAddresses })).toEqual({
    WEB_ALLOWED_ADDRESSES: allowedAddresses,
  });
  for (const name of ['dev', 'staging', 'prod'] as const) {
    expect(ENVIRONMENTS[name]).not.toHaveProperty('allowedAddresses');
    expect(() => webVariables({ ...exampleEnvironment(name), allowedAddresses })).toThrow(name);
    expect(webVariables(exampleEnvironment(name))).toEqual({});
  }
});
