import { expect, it } from 'vitest';
import { environment } from '../../../infra/config/choose-environment.ts';
import { ENVIRONMENT_NAMES, ENVIRONMENTS } from '../../../infra/config/environments.ts';
import { exampleEnvironment } from './example.ts';

it('has four environments, each by its own name', () => {
  expect(ENVIRONMENT_NAMES).toEqual(['local', 'dev', 'staging', 'prod']);
  for (const name of ENVIRONMENT_NAMES) expect(exampleEnvironment(name).name).toBe(name);
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
