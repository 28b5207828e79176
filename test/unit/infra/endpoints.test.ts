import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENVIRONMENT_NAMES } from '../../../infra/config/environments.ts';
import { importsOf } from './bundle.ts';
import { type Synthesized, synthesize } from './synthesized.ts';

/** The AWS service that a package calls, by the name of its endpoint; none if it calls no other than its caller names. */
const CALLED: Record<string, string | undefined> = {
  '@aws-lambda-powertools/idempotency/dynamodb': 'dynamodb',
  '@aws-lambda-powertools/parameters/errors': undefined,
  '@aws-lambda-powertools/parameters/ssm': 'ssm',
  '@aws-sdk/client-api-gateway': 'apigateway',
  '@aws-sdk/client-cognito-identity-provider': 'cognito-idp',
  '@aws-sdk/client-dynamodb': 'dynamodb',
  '@aws-sdk/client-eventbridge': undefined, // by way of the NAT gateway: an endpoint would cost more than it is used
  '@aws-sdk/client-s3': 's3',
  '@aws-sdk/client-secrets-manager': 'secretsmanager',
  '@aws-sdk/client-sns': 'sns',
  '@aws-sdk/client-sqs': 'sqs',
  '@aws-sdk/client-ssm': 'ssm',
  '@aws-sdk/client-sts': undefined, // takes tenants' roles, by way of the NAT gateway that leads to their storage
  '@aws-sdk/credential-provider-node': undefined, // a function's credentials are variables, a task's come from its agent
  '@aws-sdk/lib-dynamodb': 'dynamodb',
  '@aws-sdk/s3-presigned-post': 's3',
  '@aws-sdk/s3-request-presigner': 's3',
  '@aws-sdk/util-dynamodb': undefined,
};
const CALLS_AWS = /^@aws-(sdk|lambda-powertools\/(idempotency\/|parameters))/;
/** ECS and the container's log driver on an instance or on Fargate. */
const OF_TASKS = ['ecr.api', 'ecr.dkr', 'ecs', 'ecs-agent', 'ecs-telemetry', 'logs'];

const InVpc = z.object({
  VpcConfig: z.unknown(),
  TracingConfig: z.object({ Mode: z.string() }).optional(),
  Environment: z.object({ Variables: z.object({ POWERTOOLS_SERVICE_NAME: z.string() }) }),
});

/** Returns the AWS services that a program calls. */
const servicesOf = (entry: string): string[] =>
  [...importsOf(entry).keys()]
    .filter((path) => CALLS_AWS.test(path))
    .flatMap((path) => {
      if (!(path in CALLED)) throw new Error(`Name the service that ${path} calls.`);
      return CALLED[path] ?? [];
    });

/** Returns the services that are called from the private network, by the program that calls them. */
function calledFrom({ of }: Synthesized): Map<string, Set<string>> {
  const functions = of('AWS::Lambda::Function')
    .filter(({ properties }) => properties.VpcConfig)
    .map(({ properties }) => InVpc.parse(properties))
    .map(({ TracingConfig, Environment }) => {
      const path = Environment.Variables.POWERTOOLS_SERVICE_NAME;
      const tracing = TracingConfig?.Mode === 'Active' ? ['xray'] : [];
      return [path, new Set([...servicesOf(`functions/${path}/handler.ts`), ...tracing])] as const;
    });
  return new Map([...functions, ['gpu-worker', new Set([...servicesOf('gpu-worker/main.ts'), ...OF_TASKS])]]);
}

const ServiceName = z.union([
  z.string(),
  z
    .object({ 'Fn::Join': z.tuple([z.literal(''), z.unknown().array()]) })
    .transform(({ 'Fn::Join': [, parts] }) => parts.filter((part) => typeof part === 'string').join('')),
]);

/** Returns the services that have an endpoint, such as `sqs`. */
const endpointsOf = ({ of }: Synthesized): string[] =>
  of('AWS::EC2::VPCEndpoint').map(({ properties }) =>
    ServiceName.parse(properties.ServiceName).replace(/^com\.amazonaws\.[a-z0-9-]*\./, ''),
  );

describe.each(ENVIRONMENT_NAMES.filter((name) => name !== 'local'))(
  'env %s, without a way to the internet',
  (name) => {
    const stacks = synthesize(name);
    const called = calledFrom(stacks);

    it('has an endpoint for every service that is called from there', () => {
      const endpoints = endpointsOf(stacks);
      const unreachable = [...called].flatMap(([program, services]) =>
        [...services]
          .filter((service) => !endpoints.includes(service))
          .map((service) => `${program}: ${service}`),
      );
      expect(unreachable).toEqual([]);
    });

    it('has no endpoint that nothing uses', () => {
      const used = new Set([...called.values()].flatMap((services) => [...services]));
      expect(endpointsOf(stacks).filter((service) => !used.has(service))).toEqual([]);
    });

    it('knows the functions in the network, and what the purge of a tenant calls', () => {
      expect([...called.keys()].sort()).toEqual([
        'duplicates/detect-duplicates',
        'gpu-worker',
        'images/index-image',
        'images/manage-images',
        'models/run-model-job',
        'purges/purge-tenant',
        'scans/run-scan',
        'search/search-images',
        'service/health',
        'storages/remove-storage',
      ]);
      expect([...(called.get('purges/purge-tenant') ?? [])].sort()).toEqual([
        'apigateway',
        'cognito-idp',
        'dynamodb',
        's3',
        'secretsmanager',
        'sqs',
        'xray',
      ]);
    });
  },
);
