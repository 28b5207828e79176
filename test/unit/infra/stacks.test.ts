import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ARCHIVE_DAYS } from '#shared/contracts/events/registry.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { PLAN_NAMES } from '#shared/kernel/plans.ts';
import { MAX_RECEIVES } from '#shared/kernel/redelivery.ts';
import { ENVIRONMENT_NAMES } from '../../../infra/config/environments.ts';
import { withTemporaryApp } from '../../../infra/constructs/temporary-app.ts';
import { exampleEnvironment } from './example.ts';
import { type Synthesized, synthesize, violations } from './synthesized.ts';

const synthesized = ENVIRONMENT_NAMES.map((name) => [name, synthesize(name)] as const);

const Redrive = z.object({ deadLetterTargetArn: z.unknown(), maxReceiveCount: z.number() });
const ScheduleRule = z.object({
  ScheduleExpression: z.string().optional(),
  State: z.string(),
  Targets: z.array(z.object({ Arn: z.unknown(), Input: z.string().optional() })).default([]),
});
const Variables = z.object({ Variables: z.record(z.string(), z.unknown()) });

/** The environment variables of our functions, by id. */
const functionVariables = ({ of }: Synthesized) =>
  of('AWS::Lambda::Function')
    .filter(({ properties }) => properties.Environment) // the CDK library's own functions have none
    .map(({ id, properties }) => [id, Variables.parse(properties.Environment).Variables] as const);

describe.each(synthesized)('env %s', (name, stacks) => {
  it('configures the prefix of links in replies', () => {
    const [stage] = stacks.of('AWS::ApiGateway::Stage');
    const { apiUrl } = exampleEnvironment(name);
    expect(JSON.stringify(stage?.properties.Variables)).toMatch(
      apiUrl ? `"base_url":"${apiUrl}"` : /"base_url":.*"https:\/\/".*execute-api.*\/api"/,
    );
  });

  /** The schedules of a function, and who may invoke it. */
  function schedulesOf(functionName: string) {
    const rules = stacks.of('AWS::Events::Rule').flatMap(({ properties }) => {
      const { ScheduleExpression, State, Targets } = ScheduleRule.parse(properties);
      return Targets.filter(({ Arn }) => JSON.stringify(Arn).includes(functionName)).map(
        ({ Input }) => `${State} ${ScheduleExpression} ${Input ?? ''}`,
      );
    });
    const invokers = stacks
      .of('AWS::Lambda::Permission')
      .filter(({ properties }) => JSON.stringify(properties.FunctionName).includes(functionName))
      .map(({ properties }) => properties.Principal);
    return { rules: rules.sort(), invokers };
  }

  it('settles images that were not admitted every quarter of an hour', () => {
    const { rules, invokers } = schedulesOf('SettleImages');
    expect(rules).toEqual(['ENABLED rate(15 minutes) ']);
    expect(invokers).toEqual(['events.amazonaws.com']);
  });

  it('bounds how often anyone may ask whether the service is ready', () => {
    const [stage] = stacks.of('AWS::ApiGateway::Stage');
    expect(stage?.properties.MethodSettings).toContainEqual(
      expect.objectContaining({
        HttpMethod: 'GET',
        ResourcePath: '/~1v1~1health~1ready',
        ThrottlingRateLimit: 10,
        ThrottlingBurstLimit: 20,
      }),
    );
  });

  it('meets the AwsSolutions pack', () => {
    expect(stacks.violations()).toEqual([]);
  });

  it('gives every queue a dead-letter queue after at least five tries', () => {
    const queues = stacks.of('AWS::SQS::Queue');
    const withDlq = queues.filter(({ properties }) => properties.RedrivePolicy);
    const deadLetters = withDlq.map(({ stack, properties }) => {
      const { deadLetterTargetArn, maxReceiveCount } = Redrive.parse(properties.RedrivePolicy);
      expect(maxReceiveCount).toBeGreaterThanOrEqual(5);
      return stacks.byArn(stack, deadLetterTargetArn);
    });
    expect(withDlq).toHaveLength(18);
    expect(new Set([...withDlq, ...deadLetters])).toEqual(new Set(queues));
  });

  it('makes indices of as many shards as the row says, in every function that can', () => {
    const row = exampleEnvironment(name).vectorIndex;
    const shards = stacks.of('AWS::Lambda::Function').flatMap(({ properties }) => {
      const { Variables = {} } = z
        .object({ Variables: z.record(z.string(), z.unknown()).optional() })
        .parse(properties.Environment ?? {});
      return Variables.VECTOR_INDEX === 'opensearch' ? [Variables.OPENSEARCH_SHARDS] : [];
    });
    if (row.kind === 'lancedb') return expect(shards).toEqual([]);
    expect(new Set(shards)).toEqual(new Set([String(row.shards)]));
    if (row.kind === 'opensearch-domain') expect(row.shards % row.dataNodes).toBe(0);
  });

  it('redelivers messages about images for hours', () => {
    const receives = stacks.of('AWS::SQS::Queue').flatMap(({ properties }) => {
      const name = String(properties.QueueName);
      return properties.RedrivePolicy && /-(validation|embedding|indexing|duplicates)$/.test(name)
        ? Redrive.parse(properties.RedrivePolicy).maxReceiveCount
        : [];
    });
    expect(receives).toEqual(Array(5).fill(MAX_RECEIVES));
  });

  it('sets the visibility timeout to six function timeouts, and reports failures per message', () => {
    const mappings = stacks
      .of('AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => !('StartingPosition' in properties)); // those of queues, not of streams
    expect(mappings).toHaveLength(22);
    for (const { stack, id, properties } of mappings) {
      const queue = stacks.byArn(stack, properties.EventSourceArn);
      const { Ref: lambda } = z.object({ Ref: z.string() }).parse(properties.FunctionName);
      const consumer = stacks.resources.find((each) => each.stack === stack && each.id === lambda);
      expect(queue?.properties.VisibilityTimeout, id).toBeGreaterThanOrEqual(
        6 * Number(consumer?.properties.Timeout),
      );
      expect(properties.FunctionResponseTypes, id).toEqual(['ReportBatchItemFailures']);
    }
  });

  it('divides its concurrent validations between the queue of S3 and the fair one', () => {
    const concurrency = (queueName: string) =>
      stacks.of('AWS::Lambda::EventSourceMapping').flatMap(({ stack, properties }) => {
        if ('StartingPosition' in properties) return [];
        const queue = stacks.byArn(stack, properties.EventSourceArn);
        if (queue?.properties.QueueName !== `deeplens-${name}-${queueName}`) return [];
        return z.object({ MaximumConcurrency: z.number() }).parse(properties.ScalingConfig)
          .MaximumConcurrency;
      });
    const [inOrder = 0] = concurrency('validation');
    const [fair = 0] = concurrency('fair-validation');
    expect(inOrder).toBeGreaterThanOrEqual(2); // SQS accepts no less
    expect(fair).toBeGreaterThanOrEqual(inOrder);
    expect(inOrder + fair).toBe(exampleEnvironment(name).validators);
  });

  it('encrypts queues, the topic and buckets, and blocks public access', () => {
    for (const { id, properties } of stacks.of('AWS::SQS::Queue'))
      expect(properties.SqsManagedSseEnabled, id).toBe(true);
    const [events] = stacks.of('AWS::SNS::Topic');
    expect(events?.properties.KmsMasterKeyId).toBeDefined();
    for (const { id, properties } of stacks.of('AWS::S3::Bucket')) {
      expect(properties.BucketEncryption, id).toBeDefined();
      expect(properties.PublicAccessBlockConfiguration, id).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
    }
  });

  it('expires archived events of every type', () => {
    const rules = JSON.stringify(
      stacks.of('AWS::S3::Bucket').map(({ properties }) => properties.LifecycleConfiguration),
    );
    for (const type of Object.keys(ARCHIVE_DAYS)) expect(rules).toContain(`"Prefix":"events/${type}/"`);
    const week = ['images.uploaded', 'images.validated', 'images.processed', 'images.indexed'];
    const days = [
      ...week.map((type) => [type, 7] as const),
      ...(['images.failed', 'duplicates.found'] as const).map((type) => [type, 30] as const),
      ['tenant.usage', 90] as const,
    ];
    expect(Object.keys(ARCHIVE_DAYS)).toHaveLength(days.length);
    for (const [type, expiration] of days)
      expect(rules).toContain(
        JSON.stringify({
          ExpirationInDays: expiration,
          Id: `events-${type}`,
          Prefix: `events/${type}/`,
          Status: 'Enabled',
        }),
      );
  });

  it('expires after a day what validation has not accepted, and lets only validation write accepted files', () => {
    const rules = stacks.of('AWS::S3::Bucket').map(({ properties }) => properties.LifecycleConfiguration);
    expect(rules).toContainEqual({
      Rules: expect.arrayContaining([
        expect.objectContaining({ Prefix: 'incoming/', ExpirationInDays: 1, Status: 'Enabled' }),
      ]),
    });
    expect(JSON.stringify(rules)).not.toContain('"Prefix":"uploads/');
    const Policy = z.object({
      Statement: z.array(
        z.object({ Action: z.union([z.string(), z.array(z.string())]), Resource: z.unknown() }),
      ),
    });
    const writers = stacks
      .of('AWS::IAM::Policy')
      .filter(({ properties }) =>
        Policy.parse(properties.PolicyDocument).Statement.some(
          ({ Action, Resource }) =>
            [Action].flat().includes('s3:PutObject') && JSON.stringify(Resource).includes('/uploads/*'),
        ),
      )
      .map(({ id }) => id);
    expect(writers).toEqual([expect.stringMatching(/^ValidateImage/)]);
  });

  it('deploys every operation, with the authorisation that its policy requires', () => {
    const deployed = stacks.of('AWS::ApiGateway::Method');
    const methods = deployed.filter(
      ({ properties }) => !['ANY', 'OPTIONS'].includes(String(properties.HttpMethod)),
    );
    const described = methods.map(({ id, properties }) => ({
      method: properties.HttpMethod,
      id,
      authorization: properties.AuthorizationType,
      key: properties.ApiKeyRequired === true,
    }));
    const expected = OPERATIONS.map(({ method, path, policy }) => ({
      method,
      id: expect.stringMatching(new RegExp(`^Api${path.replace(/[^a-z0-9]/gi, '')}${method}`)),
      authorization: policy === 'Open' ? 'NONE' : 'CUSTOM',
      key: name !== 'local' && policy !== 'Open' && policy !== 'SystemAdmin',
    }));
    expect(methods).toHaveLength(expected.length);
    const sources = stacks.of('AWS::ApiGateway::Authorizer').map(({ properties }) => properties);
    expect(sources).toEqual([expect.objectContaining({ AuthorizerResultTtlInSeconds: 0 })]);
    expect(sources[0]?.IdentitySource ?? '').toBe(''); // otherwise calls without a credential never reach the audit log
    expect(described).toEqual(expect.arrayContaining(expected));
  });

  it('answers the preflight of each path by itself', () => {
    const preflights = stacks
      .of('AWS::ApiGateway::Method')
      .filter(({ properties }) => properties.HttpMethod === 'OPTIONS');
    expect(preflights).toHaveLength(new Set(OPERATIONS.map(({ path }) => path)).size);
    for (const { properties } of preflights)
      expect(properties).toMatchObject({ AuthorizationType: 'NONE', Integration: { Type: 'MOCK' } });
  });

  it('refuses other methods of each path by itself, with a 405 that names those of the path', () => {
    const paths = Map.groupBy(OPERATIONS, ({ path }) => path);
    const expected = [...paths.values()].map((operations) =>
      operations
        .map(({ method }) => method)
        .sort()
        .join(', '),
    );
    const Refusal = z.object({
      AuthorizationType: z.literal('NONE'),
      Integration: z.object({
        Type: z.literal('MOCK'),
        IntegrationResponses: z.tuple([
          z.object({
            StatusCode: z.literal('405'),
            ResponseParameters: z.object({
              'method.response.header.Allow': z.string(),
              'method.response.header.x-correlation-id':
                name === 'local' ? z.undefined().optional() : z.literal('context.requestId'),
            }),
          }),
        ]),
      }),
    });
    const allowed = stacks
      .of('AWS::ApiGateway::Method')
      .filter(({ properties }) => properties.HttpMethod === 'ANY')
      .map(({ properties }) => Refusal.parse(properties).Integration.IntegrationResponses[0])
      .map(({ ResponseParameters }) => ResponseParameters['method.response.header.Allow']);
    expect(allowed.sort()).toEqual(expected.map((methods) => `'${methods}'`).sort());
  });

  it('has a usage plan per tier, and stores their ids in parameters', () => {
    const names = stacks.of('AWS::ApiGateway::UsagePlan').map(({ properties }) => properties.UsagePlanName);
    expect(names).toEqual([...PLAN_NAMES, 'shared'].map((plan) => `deeplens-${name}-${plan}`));
    const [parameter] = stacks.of('AWS::SSM::Parameter');
    expect(parameter?.properties.Name).toBe(`/deeplens/${name}/usage-plans`);
  });

  it('has API Gateway take keys from the authorizer, and gives it none but the shared one', () => {
    const [api] = stacks.of('AWS::ApiGateway::RestApi');
    expect(api?.properties.ApiKeySourceType).toBe(name === 'local' ? 'HEADER' : 'AUTHORIZER');
    const keys = stacks.of('AWS::ApiGateway::ApiKey').map(({ properties }) => properties.Value);
    expect(keys).toEqual([`deeplens-${name}-shared-usage`]);
    const variables = new Map(functionVariables(stacks));
    const authorizer = [...variables].find(([id]) => id.startsWith('AuthorizeRequest'))?.[1];
    expect(authorizer).toMatchObject({ SHARED_USAGE_IDENTIFIER: keys[0] });
    expect(stacks.of('AWS::ApiGateway::UsagePlanKey')).toHaveLength(1);
  });

  it('uses LanceDB on one machine only', () => {
    const withLance = functionVariables(stacks).filter(([, variables]) => 'LANCEDB_URI' in variables);
    expect(withLance).toHaveLength(name === 'local' ? 9 : 0);
  });

  it('has alarms on dead letters, age, errors, latency', () => {
    const alarms = stacks.of('AWS::CloudWatch::Alarm').map(({ properties }) => String(properties.AlarmName));
    for (const end of [
      'embedding-dead-letters',
      'indexing-waits',
      'SearchImages-errors',
      'audit-altered',
      'usage-dead-letters',
      'audit-refusals-dropped',
      'settle-images-fails',
      'sweep-due-fails',
      'webhook-attempts-dead-letters',
      'limits-unchecked',
      'usage-untold',
      'export-audit-stream-waits',
      'update-statistics-stream-waits',
      'search-slow',
    ])
      expect(alarms).toContain(`deeplens-${name}-${end}`);
    expect(alarms).not.toContain(`deeplens-${name}-AuthorizeRequest-errors`); // to Lambda a 401 is an error
    for (const end of ['worker-heartbeat', 'HighErrorRate']) // expressions, which the emulator does not know
      expect(alarms.includes(`deeplens-${name}-${end}`)).toBe(name !== 'local');
  });
});

describe.each(synthesized.filter(([name]) => name !== 'local'))(
  'the archive of events, env %s',
  (name, { of }) => {
    it('is a table by type and day, whose partitions need no crawler', () => {
      const [table] = of('AWS::Glue::Table');
      const input = JSON.stringify(table?.properties.TableInput);
      expect(of('AWS::Glue::Table')).toHaveLength(1);
      expect(table?.properties.DatabaseName).toBe(`deeplens_${name}`);
      expect(input).toContain('"projection.enabled":"true"');
      expect(input).toContain(`"projection.type.values":"${Object.keys(ARCHIVE_DAYS).join(',')}"`);
      expect(input).toContain('"projection.day.range":"NOW-90DAYS,NOW"');
      expect(input).toContain(['/events/$', '{type}/$', '{day}/'].join(''));
    });

    it('is queried with a bound, and results go after a week', () => {
      const [group] = of('AWS::Athena::WorkGroup');
      expect(group?.properties.WorkGroupConfiguration).toMatchObject({
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 10 * 1024 ** 3,
      });
    });
  },
);

it('detects violations of the pack', () => {
  const found = withTemporaryApp((app) => {
    new Bucket(new Stack(app, 'planted'), 'Open');
    return violations(app);
  });
  expect(found.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-S10');
});

it('creates no network, domain or service on one machine', () => {
  const types = new Set(
    synthesized.find(([name]) => name === 'local')?.[1].resources.map(({ type }) => type),
  );
  for (const type of ['AWS::EC2::VPC', 'AWS::OpenSearchService::Domain', 'AWS::ECS::Service'])
    expect(types).not.toContain(type);
  expect(types).toContain('AWS::ECS::TaskDefinition');
});

describe.each(synthesized.filter(([name]) => name !== 'local'))(
  'on AWS, env %s',
  (_name, { of, resources }) => {
    it('has an OpenSearch 3.5 domain, encrypted, in the private network', () => {
      const domains = of('AWS::OpenSearchService::Domain');
      expect(domains).toHaveLength(1);
      expect(domains[0]?.properties).toMatchObject({
        EngineVersion: 'OpenSearch_3.5',
        EncryptionAtRestOptions: { Enabled: true },
        NodeToNodeEncryptionOptions: { Enabled: true },
        DomainEndpointOptions: { EnforceHTTPS: true },
        VPCOptions: { SubnetIds: [expect.anything(), expect.anything()] },
      });
    });

    it('has a route to the internet alone for what calls hosts that tenants name, and for purges', () => {
      const placed = resources.flatMap(({ id, properties }) => {
        const subnets = JSON.stringify(properties).match(/(private|egress|public)Subnet\dSubnet/g) ?? [];
        return [...new Set(subnets)].map((subnet) => `${subnet.replace(/Subnet.*/, '')} ${id}`);
      });
      const outside = placed.filter(
        (each) => !each.startsWith('private') && !/Vpc(egress|public)/.test(each),
      );
      expect([...new Set(outside)].sort()).toEqual([
        expect.stringMatching(/^egress ManageImagesFunction/),
        expect.stringMatching(/^egress PurgeTenantFunction/),
        expect.stringMatching(/^egress RunScanFunction/),
        expect.stringMatching(/^egress SearchImagesFunction/),
      ]);
      expect(placed.filter((each) => /^private (Worker|Group|Domain|IndexImage)/.test(each))).not.toEqual([]);
      const routes = of('AWS::EC2::Route').map(({ properties }) => JSON.stringify(properties.RouteTableId));
      expect(routes.filter((table) => table.includes('private'))).toEqual([]);
    });

    it('scales the worker on its backlog, from zero', () => {
      expect(of('AWS::ApplicationAutoScaling::ScalableTarget')[0]?.properties).toMatchObject({
        MinCapacity: 0,
      });
      const kinds = of('AWS::ApplicationAutoScaling::ScalingPolicy').map(
        ({ properties }) => properties.PolicyType,
      );
      expect(kinds.toSorted()).toEqual(['StepScaling', 'TargetTrackingScaling']);
    });

    it('lets the worker protect its task', () => {
      expect(JSON.stringify(of('AWS::IAM::Policy'))).toContain('ecs:UpdateTaskProtection');
    });
  },
);

describe.each(synthesized.filter(([name]) => name === 'staging' || name === 'prod'))(
  'env %s',
  (_name, { of }) => {
    it('runs the worker on GPUs: CUDA, one GPU per task, draining Spot instances', () => {
      expect(of('AWS::ECS::TaskDefinition')[0]?.properties).toMatchObject({
        RequiresCompatibilities: ['EC2'],
        ContainerDefinitions: [
          {
            ResourceRequirements: [{ Type: 'GPU', Value: '1' }],
            Environment: expect.arrayContaining([{ Name: 'EXECUTION_PROVIDER', Value: 'cuda' }]),
            StopTimeout: 115,
          },
        ],
      });
      expect(of('AWS::ECS::CapacityProvider')).toHaveLength(1);
      expect(of('AWS::AutoScaling::AutoScalingGroup')[0]?.properties).toMatchObject({
        MixedInstancesPolicy: { InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 0 } },
      });
      expect(JSON.stringify(of('AWS::EC2::LaunchTemplate'))).toContain(
        'ECS_ENABLE_SPOT_INSTANCE_DRAINING=true',
      );
    });

    it('lets tasks finish before their instance goes: for another image of the instances, too', () => {
      const [group] = of('AWS::AutoScaling::AutoScalingGroup');
      // A rolling or replacing update would end instances in the middle of a batch.
      expect(Object.keys(Object(group?.updatePolicy))).toEqual(['AutoScalingScheduledAction']);
      expect(of('AWS::ECS::CapacityProvider')[0]?.properties).toMatchObject({
        AutoScalingGroupProvider: {
          ManagedDraining: 'ENABLED',
          ManagedTerminationProtection: 'ENABLED',
          ManagedScaling: { Status: 'ENABLED' },
        },
      });
    });

    it('keeps the credentials of an instance from the tasks on it', () => {
      const templates = JSON.stringify(of('AWS::EC2::LaunchTemplate'));
      expect(templates).toContain('ECS_AWSVPC_BLOCK_IMDS=true');
      expect(templates).toContain('"HttpTokens":"required"');
    });

    it('keeps removed and overwritten images for some days, and no longer', () => {
      const [pictures] = of('AWS::S3::Bucket').filter(({ properties }) =>
        JSON.stringify(properties.BucketName ?? '').includes('-pictures-'),
      );
      expect(pictures?.properties).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: {
          Rules: expect.arrayContaining([
            {
              Id: 'old-versions',
              Status: 'Enabled',
              NoncurrentVersionExpiration: { NoncurrentDays: 7 },
              ExpiredObjectDeleteMarker: true,
            },
          ]),
        },
      });
    });

    it('retains data if its stacks are deleted, and can restore tables', () => {
      const recoverable = of('AWS::DynamoDB::Table').filter(
        ({ properties }) =>
          JSON.stringify(properties.PointInTimeRecoverySpecification) ===
          '{"PointInTimeRecoveryEnabled":true}',
      );
      const names = recoverable.map(({ properties }) => String(properties.TableName).split('-').at(-1));
      expect(names.sort()).toEqual(['activity', 'audit', 'catalogue', 'groups', 'images', 'tenants']);
      for (const { properties } of of('AWS::DynamoDB::Table'))
        expect(properties.DeletionProtectionEnabled).toBe(true);
    });
  },
);
