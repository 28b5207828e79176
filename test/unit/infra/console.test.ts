import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { consoleHeaders, fileOfPath } from '../../../console/headers.ts';
import { environment } from '../../../infra/config/choose-environment.ts';
import { headersPolicy } from '../../../infra/constructs/console-headers.ts';
import { serveConsole } from '../../../infra/local/console/serve.ts';
import { exampleEnvironment } from './example.ts';
import { synthesize, synthesizeEnvironment } from './synthesized.ts';

const Text = z.union([z.string(), z.object({ 'Fn::Join': z.tuple([z.string(), z.unknown().array()]) })]);
/** Writes a text with references as `{…}`. */
const resolved = (text: unknown): string => {
  const parsed = Text.parse(text);
  if (typeof parsed === 'string') return parsed;
  const [separator, parts] = parsed['Fn::Join'];
  return parts
    .map((part) =>
      typeof part === 'string'
        ? part
        : part && JSON.stringify(part).includes('Regional')
          ? 'pictures.example'
          : 'X',
    )
    .join(separator);
};
const Policy = z.object({
  ResponseHeadersPolicyConfig: z.object({
    SecurityHeadersConfig: z.strictObject({
      ContentSecurityPolicy: z.object({ ContentSecurityPolicy: z.unknown(), Override: z.literal(true) }),
      ContentTypeOptions: z.object({ Override: z.literal(true) }),
      ReferrerPolicy: z.object({ ReferrerPolicy: z.string(), Override: z.literal(true) }),
      StrictTransportSecurity: z.strictObject({
        AccessControlMaxAgeSec: z.number(),
        IncludeSubdomains: z.literal(true),
        Override: z.literal(true),
      }),
    }),
    CustomHeadersConfig: z.object({
      Items: z.array(z.object({ Header: z.string(), Value: z.string(), Override: z.literal(true) })),
    }),
  }),
});

/** The headers that CloudFront sets by the policy of an environment. */
function headersOf(name: string): Record<string, string> {
  const [policy] = synthesize(name).of('AWS::CloudFront::ResponseHeadersPolicy');
  const { SecurityHeadersConfig: security, CustomHeadersConfig: custom } = Policy.parse(
    policy?.properties,
  ).ResponseHeadersPolicyConfig;
  return {
    'content-security-policy': resolved(security.ContentSecurityPolicy.ContentSecurityPolicy),
    'strict-transport-security': `max-age=${security.StrictTransportSecurity.AccessControlMaxAgeSec}; includeSubDomains`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': security.ReferrerPolicy.ReferrerPolicy,
    ...Object.fromEntries(custom.Items.map(({ Header, Value }) => [Header, Value])),
  };
}

/** The headers that the local front sends with a page, but for those of the file and the connection. */
async function headersOfFront(storage: string): Promise<Record<string, string>> {
  const server = createServer((request, response) => {
    void serveConsole(request.url ?? '/', response, { storage, config: { api: '/api/v1', version: '1' } });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { headers } = await fetch(`http://127.0.0.1:${port}/library`);
  server.close();
  const others = [
    'content-type',
    'cache-control',
    'connection',
    'keep-alive',
    'date',
    'transfer-encoding',
    'content-length',
  ];
  return Object.fromEntries([...headers].filter(([name]) => !others.includes(name)));
}

/** The origins of a policy's text, which differ by place. */
const withoutOrigins = ({ 'content-security-policy': policy = '', ...headers }: Record<string, string>) => ({
  ...headers,
  'content-security-policy': policy.replaceAll(/ https?:\/\/[^ ;]+/g, ''),
});

it.each(['dev', 'prod'])(
  'sends from CloudFront the headers that the local front sends, in env %s',
  async (name) => {
    const headers = headersOf(name);
    expect(withoutOrigins(headers)).toEqual(withoutOrigins(await headersOfFront('http://127.0.0.1:4566')));
    expect(headers['content-security-policy']).toMatch(/img-src 'self' blob: data: https:\/\/[^ ;*]+;/);
    // Pictures are sent to the bucket, and codes redeemed at the pool.
    expect(headers['content-security-policy']).toMatch(
      /connect-src 'self' https:\/\/[^ ;*]+ https:\/\/[^ ;*]*\.amazoncognito\.com;/,
    );
  },
);

it('refuses headers that CloudFront cannot set exactly so', () => {
  const headers = consoleHeaders({ storage: 'https://bucket.example' });
  expect(() => headersPolicy({ ...headers, 'strict-transport-security': 'max-age=1' })).toThrow('max-age=1');
  expect(() => headersPolicy({ ...headers, 'referrer-policy': 'never' })).toThrow('never');
});

it('answers paths at CloudFront as the local front does', () => {
  const code = readFileSync(new URL('../../../infra/constructs/page-paths.js', import.meta.url), 'utf8');
  const answer = (uri: string) =>
    runInNewContext(`${code}; handler(event).uri`, { event: { request: { uri } } });
  for (const path of [
    ...['/', '/search', '/library/img_01', '/library/', '/docs', '/docs/'],
    ...['/assets/index-a1.js', '/config.json', '/docs/reference.css', '/a.b/c', '/index.html'],
  ])
    expect([path, answer(path)]).toEqual([path, fileOfPath(path)]);
});

const Behaviour = z.object({
  PathPattern: z.string().optional(),
  AllowedMethods: z.array(z.string()).default([]),
  CachePolicyId: z.unknown(),
  ResponseHeadersPolicyId: z.unknown().optional(),
  FunctionAssociations: z.array(z.unknown()).default([]),
});
const Distribution = z.object({
  DistributionConfig: z.object({
    Aliases: z.array(z.string()).default([]),
    CacheBehaviors: z.array(Behaviour),
    DefaultCacheBehavior: Behaviour,
    CustomErrorResponses: z.undefined().optional(), // they would turn an error of the API into a page
  }),
});
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';

it('serves the API at the same origin, uncached and as it answers', () => {
  const [distribution] = synthesize('prod').of('AWS::CloudFront::Distribution');
  const { CacheBehaviors, DefaultCacheBehavior } = Distribution.parse(
    distribution?.properties,
  ).DistributionConfig;
  expect(CacheBehaviors).toEqual([
    expect.objectContaining({
      PathPattern: '/api/*',
      CachePolicyId: CACHING_DISABLED,
      FunctionAssociations: [],
      AllowedMethods: expect.arrayContaining(['DELETE', 'PATCH', 'POST', 'PUT']),
    }),
  ]);
  expect(DefaultCacheBehavior.ResponseHeadersPolicyId).toBeDefined();
  expect(DefaultCacheBehavior.FunctionAssociations).toHaveLength(1);
});

it('is read by the distribution alone', () => {
  const stacks = synthesize('prod');
  const policies = stacks.of('AWS::S3::BucketPolicy').filter(({ stack }) => stack.endsWith('-console'));
  const statements = policies.flatMap(
    ({ properties }) =>
      z.object({ Statement: z.array(z.record(z.string(), z.unknown())) }).parse(properties.PolicyDocument)
        .Statement,
  );
  expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([
    expect.objectContaining({
      Action: 's3:GetObject',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Condition: { StringEquals: { 'AWS:SourceArn': expect.anything() } },
    }),
  ]);
});

it('writes the page after what it asks for, and keeps files that an open page still asks for', () => {
  const [assets, page] = synthesize('prod').of('Custom::CDKBucketDeployment');
  expect(assets?.properties).toMatchObject({
    Include: ['assets/*'],
    Prune: false,
    SystemMetadata: { 'cache-control': expect.stringContaining('immutable') },
  });
  expect(page?.properties).toMatchObject({
    Exclude: ['assets/*', '.vite/*'],
    Prune: true,
    SystemMetadata: { 'cache-control': 'no-cache' },
    // The console, its configuration, and the reference.
    SourceObjectKeys: [expect.anything(), expect.anything(), expect.anything()],
  });
  expect(page?.dependsOn).toContain(assets?.id);
});

it('is not deployed to one machine, whose front serves it', () => {
  expect(synthesize('local').of('AWS::CloudFront::Distribution')).toEqual([]);
});

it('has a host of its own where the inputs name one, which people sign in at', () => {
  const name = 'console.prod.deeplens.example';
  const inputs = {
    account: '444455556666',
    region: 'eu-west-1',
    consoleDomainName: name,
    consoleCertificateArn: 'arn:aws:acm:us-east-1:444455556666:certificate/0a',
    consoleUrls: [`https://${name}/`],
  };
  const stacks = synthesizeEnvironment(environment('dev', inputs));
  const [distribution] = stacks.of('AWS::CloudFront::Distribution');
  expect(Distribution.parse(distribution?.properties).DistributionConfig.Aliases).toEqual([name]);
  expect(() => environment('dev', { ...inputs, consoleCertificateArn: undefined })).toThrow(
    'need each other',
  );
  expect(() => environment('dev', { ...inputs, consoleUrls: ['https://other.example/'] })).toThrow(name);
  const inEurope = inputs.consoleCertificateArn.replace('us-east-1', 'eu-west-1');
  expect(() => environment('dev', { ...inputs, consoleCertificateArn: inEurope })).toThrow('us-east-1');
  expect(exampleEnvironment('dev').consoleDomain).toBeUndefined();
});
