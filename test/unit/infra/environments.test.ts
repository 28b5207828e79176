import { expect, it } from 'vitest';
import { ENVIRONMENT_NAMES, ENVIRONMENTS, environment } from '../../../infra/config/environments.ts';

it('has four environments, each by its own name', () => {
  expect(ENVIRONMENT_NAMES).toEqual(['local', 'dev', 'staging', 'prod']);
  for (const name of ENVIRONMENT_NAMES) expect(environment(name).name).toBe(name);
});

it.each([undefined, '', 'production', 'toString'])(
  'refuses the environment %s, and names those there are',
  (name) => {
    expect(() => environment(name)).toThrow('local, dev, staging, prod');
  },
);

it('retains data and has a firewall and GPUs in environments with customers', () => {
  for (const { keepData, firewall, worker } of [ENVIRONMENTS.staging, ENVIRONMENTS.prod]) {
    expect({ keepData, firewall }).toEqual({ keepData: true, firewall: true });
    expect(worker.kind).toBe('gpu');
  }
});
