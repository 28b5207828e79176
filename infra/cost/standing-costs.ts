import * as z from 'zod';
import { HOURS_A_MONTH, INDEX_NODES, LIST_PRICES as LIST, WORKER_INSTANCES } from '#shared/usage/prices.ts';
import type { BilledResource } from './resources.ts';

/** A standing cost: resources of a type, US dollars a month. */
export interface StandingCost {
  what: string;
  count: number;
  usd: number;
}

interface Monthly {
  what: string;
  /** Number of units that AWS bills: nodes, zones, rules. */
  count: number;
  usd: number;
}

/** Returns what a resource costs without any call; undefined if its kind costs nothing (a gateway endpoint). */
type Bill = (properties: Record<string, unknown>, resources: readonly BilledResource[]) => Monthly[];

const Domain = z.object({
  ClusterConfig: z.object({
    InstanceType: z.string(),
    InstanceCount: z.number(),
    DedicatedMasterCount: z.number().default(0),
    DedicatedMasterType: z.string().default('none'),
  }),
  EBSOptions: z.object({ VolumeSize: z.number() }),
});
const Endpoint = z.object({ VpcEndpointType: z.string(), SubnetIds: z.array(z.unknown()).default([]) });
const Firewall = z.object({ Rules: z.array(z.unknown()) });
const AlarmMetrics = z.object({
  MetricName: z.string().optional(),
  Metrics: z.array(z.object({ MetricStat: z.unknown().optional() })).default([]),
});
const Scalable = z.object({ MinCapacity: z.number() });
const Group = z.object({
  MixedInstancesPolicy: z.object({
    InstancesDistribution: z.object({ OnDemandBaseCapacity: z.number() }),
    LaunchTemplate: z.object({ Overrides: z.tuple([z.object({ InstanceType: z.string() })], z.unknown()) }),
  }),
});

/** A task of Fargate has two vCPUs and 4 GB. */
const FARGATE_TASK_HOUR = 2 * LIST.fargateCpuHour + 4 * LIST.fargateGbHour;
/** The usual price of a Spot instance, as a share of that on demand; it may be less. */
const SPOT_SHARE = 0.5;

/** Computes the bill of resources that cost by the month or the hour, whether they are used or not. */
export const STANDING: Readonly<Record<string, Bill>> = {
  'AWS::OpenSearchService::Domain': (properties) => {
    const { ClusterConfig: cluster, EBSOptions } = Domain.parse(properties);
    return [
      nodes('data nodes', cluster.InstanceType, cluster.InstanceCount),
      ...(cluster.DedicatedMasterCount
        ? [nodes('managers', cluster.DedicatedMasterType, cluster.DedicatedMasterCount)]
        : []),
      bill('GB of volumes', cluster.InstanceCount * EBSOptions.VolumeSize, LIST.indexVolumeGbMonth),
    ];
  },
  'AWS::EC2::VPCEndpoint': (properties) => {
    const { VpcEndpointType, SubnetIds } = Endpoint.parse(properties);
    if (VpcEndpointType !== 'Interface') return [];
    return [
      bill('interface endpoints, by zone', SubnetIds.length, LIST.interfaceEndpointHour * HOURS_A_MONTH),
    ];
  },
  'AWS::EC2::NatGateway': () => [bill('NAT gateways', 1, LIST.natGatewayHour * HOURS_A_MONTH)],
  'AWS::EC2::EIP': () => [bill('public addresses', 1, LIST.publicAddressHour * HOURS_A_MONTH)],
  'AWS::WAFv2::WebACL': (properties) => [
    bill('firewalls', 1, LIST.firewallMonth),
    bill('rules of firewalls', Firewall.parse(properties).Rules.length, LIST.firewallRuleMonth),
  ],
  'AWS::CloudWatch::Alarm': (properties) => {
    const { Metrics } = AlarmMetrics.parse(properties);
    const read = Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length;
    return [bill('metrics of alarms', Math.max(1, read), LIST.alarmMetricMonth)];
  },
  'AWS::CloudWatch::CompositeAlarm': () => [bill('composite alarms', 1, LIST.compositeAlarmMonth)],
  'AWS::CloudWatch::Dashboard': () => [bill('dashboards', 1, LIST.dashboardMonth)],
  'AWS::ApplicationAutoScaling::ScalableTarget': (properties, resources) => {
    const { MinCapacity } = Scalable.parse(properties);
    const [group] = resources.filter(({ type }) => type === 'AWS::AutoScaling::AutoScalingGroup');
    if (!group) return [bill('tasks that always run', MinCapacity, FARGATE_TASK_HOUR * HOURS_A_MONTH)];
    const { MixedInstancesPolicy } = Group.parse(group.properties);
    const { OnDemandBaseCapacity } = MixedInstancesPolicy.InstancesDistribution;
    const { InstanceType } = MixedInstancesPolicy.LaunchTemplate.Overrides[0];
    const hour = WORKER_INSTANCES[InstanceType] ?? Number.NaN;
    const onDemand = Math.min(MinCapacity, OnDemandBaseCapacity);
    return [
      bill(`${InstanceType} for tasks that always run, on demand`, onDemand, hour * HOURS_A_MONTH),
      bill(
        `${InstanceType} for tasks that always run, Spot`,
        MinCapacity - onDemand,
        hour * SPOT_SHARE * HOURS_A_MONTH,
      ),
    ];
  },
};

/** Resources that AWS bills by use: `shared/usage/unit-costs.ts` and storage, or cents. */
export const BY_USE: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::RestApi',
  'AWS::Athena::WorkGroup', // by what a query reads: $5 a TB
  'AWS::AutoScaling::AutoScalingGroup', // by the tasks that it runs
  'AWS::CloudFront::Distribution', // $0.085 a GB and $1 a million of calls, beyond 1 TB and 10 million a month
  'AWS::CloudFront::Function', // $0.10 a million, beyond 2 million a month
  'AWS::Cognito::UserPool', // by people who sign in: $0.015 each a month beyond 10 000
  'AWS::DynamoDB::Table',
  'AWS::EC2::FlowLog', // as log
  'AWS::ECS::Service', // tasks while images wait
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
]);

/** Resources that cost nothing by themselves. */
export const FREE: ReadonlySet<string> = new Set([
  ...[
    'Account',
    'ApiKey',
    'Authorizer',
    'BasePathMapping',
    'Deployment',
    'DomainName',
    'GatewayResponse',
  ].map(of('ApiGateway')),
  ...['Method', 'Resource', 'Stage', 'UsagePlan', 'UsagePlanKey'].map(of('ApiGateway')),
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  ...['OriginAccessControl', 'ResponseHeadersPolicy'].map(of('CloudFront')),
  ...['Application', 'DeploymentGroup'].map(of('CodeDeploy')),
  ...['UserPoolClient', 'UserPoolDomain', 'UserPoolGroup', 'UserPoolResourceServer'].map(of('Cognito')),
  ...[
    'InternetGateway',
    'LaunchTemplate',
    'Route',
    'RouteTable',
    'SecurityGroup',
    'SecurityGroupIngress',
  ].map(of('EC2')),
  ...['Subnet', 'SubnetRouteTableAssociation', 'VPC', 'VPCGatewayAttachment'].map(of('EC2')),
  ...['CapacityProvider', 'Cluster', 'ClusterCapacityProviderAssociations', 'TaskDefinition'].map(of('ECS')),
  'AWS::Events::Rule',
  ...['Database', 'Table'].map(of('Glue')),
  ...['InstanceProfile', 'Policy', 'Role'].map(of('IAM')),
  ...['Alias', 'EventSourceMapping', 'LayerVersion', 'Permission', 'Version'].map(of('Lambda')),
  ...['QueryDefinition', 'ResourcePolicy'].map(of('Logs')),
  'AWS::S3::BucketPolicy',
  ...['Subscription', 'TopicPolicy'].map(of('SNS')),
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
  'AWS::WAFv2::WebACLAssociation',
  ...['CDKBucketDeployment', 'S3AutoDeleteObjects', 'S3BucketNotifications'].map((name) => `Custom::${name}`),
]);

/**
 * Returns what an environment costs without any call, the costliest first.
 * @throws Error for a type that no table has
 */
export function standingCosts(resources: readonly BilledResource[]): StandingCost[] {
  const costs = new Map<string, StandingCost>();
  for (const { type, properties } of resources) {
    const price = STANDING[type];
    if (!price && !BY_USE.has(type) && !FREE.has(type))
      throw new Error(`What ${type} costs is not known: add it to infra/cost/standing-costs.ts.`);
    for (const { what, count, usd } of price?.(properties, resources) ?? []) {
      const known = costs.get(what) ?? { what, count: 0, usd: 0 };
      costs.set(what, { what, count: known.count + count, usd: known.usd + usd });
    }
  }
  return [...costs.values()].filter(({ count }) => count > 0).sort((one, other) => other.usd - one.usd);
}

/** @throws Error that names an instance type without a price */
function nodes(what: string, type: string, count: number): Monthly {
  const { hour } = INDEX_NODES[type] ?? {};
  if (hour === undefined) throw new Error(`${type} has no price: add it to shared/usage/prices.ts.`);
  return bill(`${type}, ${what}`, count, hour * HOURS_A_MONTH);
}

const bill = (what: string, count: number, each: number): Monthly => ({ what, count, usd: count * each });

function of(service: string) {
  return (name: string) => `AWS::${service}::${name}`;
}
