import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { environment } from '../../../infra/config/choose-environment.ts';
import { ENVIRONMENT_NAMES } from '../../../infra/config/environments.ts';
import { readInputs, requireAccount } from '../../../infra/config/inputs.ts';
import { exampleEnvironment } from './example.ts';
import { synthesize } from './synthesized.ts';

const ROOT = new URL('../../../', import.meta.url);
const EXAMPLE = new URL('deeplens.config.example.json', ROOT).pathname;
const valid = {
  account: '444455556666',
  region: 'eu-west-1',
  domainName: 'api.example.com',
  certificateArn: 'arn:aws:acm:eu-west-1:444455556666:certificate/0a',
  consoleUrls: ['https://console.example.com/'],
  pageTo: 'https://pager.example.com/deeplens',
  ticketTo: 'operations@example.com',
};
const context = (values: Record<string, unknown>) => (key: string) => values[key];

describe('the inputs of an environment', () => {
  it.each(['dev', 'staging', 'prod'])('are required: %s is refused without them', (name) => {
    expect(() => environment(name)).toThrow('inputs');
    expect(() => environment(name, {})).toThrow(/account[\s\S]*deeplens\.config\.example\.json/);
  });

  it.each([
    ['account', '12345'],
    ['account', 444455556666],
    ['region', 'Ireland'],
    ['domainName', 'https://api.example.com'],
    ['domainName', 'localhost'],
    ['certificateArn', 'arn:aws:acm:us-east-1:444455556666:certificate/0a'],
    ['certificateArn', 'arn:aws:acm:eu-west-1:111122223333:certificate/0a'],
    ['certificateArn', 'arn:aws:iam::444455556666:role/x'],
    ['certificateArn', undefined],
    ['pageTo', 'http://pager.example.com/'],
    ['ticketTo', 'operations'],
    ['consoleUrls', []],
    ['consoleUrls', ['http://console.example.com/']],
    ['consoleUrls', Array.from({ length: 101 }, (_, at) => `https://console-${at}.example.com/`)],
  ] as const)('are checked: %s must not be %s', (field, value) => {
    expect(() => environment('prod', { ...valid, [field]: value })).toThrow(
      new RegExp(value === undefined ? 'certificateArn' : field),
    );
  });

  it('refuse a misspelt name', () => {
    expect(() => environment('prod', { ...valid, accont: '1' })).toThrow('accont');
  });

  it('include a domain where customers keep the address, and may lack it in dev', () => {
    const { domainName: _domain, certificateArn: _certificate, ...without } = valid;
    expect(() => environment('prod', without)).toThrow('domainName');
    expect(environment('dev', without)).not.toHaveProperty('domain');
    expect(environment('prod', valid)).toMatchObject({ apiUrl: 'https://api.example.com' });
  });

  it('include who gets the alarms where customers are, and may lack it in dev', () => {
    const { pageTo: _page, ...without } = valid;
    expect(() => environment('prod', without)).toThrow('pageTo');
    expect(environment('dev', without).subscribers).toEqual({ ticket: 'operations@example.com' });
  });

  it('are not wanted on one machine', () => {
    expect(environment('local')).not.toHaveProperty('target');
  });

  it('come from a file, and from the context before it', () => {
    const file = join(tmpdir(), `deeplens-inputs-${process.pid}.json`);
    onTestFinished(() => rmSync(file));
    writeFileSync(file, JSON.stringify({ prod: valid }));
    expect(readInputs('prod', context({ config: file }))).toEqual(valid);
    const given = { region: 'eu-central-1', consoleUrls: 'https://a.example/,https://b.example/' };
    expect(readInputs('prod', context({ config: file, ...given }))).toEqual({
      ...valid,
      region: 'eu-central-1',
      consoleUrls: ['https://a.example/', 'https://b.example/'],
    });
    expect(readInputs('dev', context({ config: file }))).toEqual({});
    expect(() => readInputs('prod', context({ config: '/nowhere.json' }))).toThrow('/nowhere.json');
  });

  it('are not committed: git ignores their file', () => {
    const ignored = execFileSync('git', ['check-ignore', 'deeplens.config.json'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(ignored.trim()).toBe('deeplens.config.json');
  });

  it('have an example for every environment on AWS', () => {
    expect(Object.keys(JSON.parse(readFileSync(EXAMPLE, 'utf8')))).toEqual(
      ENVIRONMENT_NAMES.filter((name) => name !== 'local'),
    );
  });
});

it('refuses credentials of another account', () => {
  const { target } = exampleEnvironment('prod');
  expect(() => target && requireAccount('prod', target, '111122223333')).toThrow('444455556666');
  expect(() => target && requireAccount('prod', target, '444455556666')).not.toThrow();
  expect(() => target && requireAccount('prod', target, undefined)).not.toThrow(); // none are loaded: nothing can be deployed
});

describe.each(ENVIRONMENT_NAMES.filter((name) => name !== 'local'))('env %s', (name) => {
  const { stackPlaces, of } = synthesize(name);
  const { target, domain, consoleUrls } = exampleEnvironment(name);

  it('is bound to its account and region, every stack of it', () => {
    const place = `aws://${target?.account}/${target?.region}`;
    expect(new Set(stackPlaces)).toEqual(new Set([place]));
  });

  it('answers at its own host, with the certificate', () => {
    const hosts = of('AWS::ApiGateway::DomainName').map(({ properties }) => properties);
    expect(hosts).toEqual(
      domain
        ? [
            expect.objectContaining({
              DomainName: domain.name,
              RegionalCertificateArn: domain.certificateArn,
              EndpointConfiguration: { Types: ['REGIONAL'] },
              SecurityPolicy: 'TLS_1_2',
            }),
          ]
        : [],
    );
    expect(of('AWS::ApiGateway::BasePathMapping')).toHaveLength(hosts.length);
  });

  it('sends people who sign in to its consoles', () => {
    for (const { properties } of of('AWS::Cognito::UserPoolClient'))
      if (properties.CallbackURLs) expect(properties.CallbackURLs).toEqual(consoleUrls);
  });
});
