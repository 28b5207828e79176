import { z } from 'zod';
import { PRICES } from '#shared/usage/cost.ts';
import type { Synthesized } from './synthesized.ts';

/** GB of memory of the data nodes that environments use. */
const NODE_MEMORY: Record<string, number> = { 'r7g.large.search': 16, 'r7g.2xlarge.search': 64 };

const Domain = z.object({
  ClusterConfig: z.object({
    InstanceType: z.string(),
    InstanceCount: z.number(),
    DedicatedMasterCount: z.number().optional(),
    DedicatedMasterType: z.string().optional(),
  }),
  EBSOptions: z.object({ VolumeSize: z.number() }),
});
const Endpoint = z.object({ VpcEndpointType: z.string(), SubnetIds: z.array(z.unknown()).default([]) });

/** Returns the row of docs/cost.md for an environment: its standing resources. */
export function standingCostRow({ name, of }: Synthesized): string {
  const [domain] = of('AWS::OpenSearchService::Domain').map(({ properties }) => Domain.parse(properties));
  const endpoints = of('AWS::EC2::VPCEndpoint')
    .map(({ properties }) => Endpoint.parse(properties))
    .filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
  const zones = new Set(endpoints.map(({ SubnetIds }) => SubnetIds.length));
  const interfaces = endpoints.reduce((sum, { SubnetIds }) => sum + SubnetIds.length, 0);
  const gateways = of('AWS::EC2::NatGateway').length;
  const usd =
    nodesUsd(domain) + interfaces * PRICES.interfaceEndpointMonth + gateways * PRICES.natGatewayMonth;
  const cells = [
    `\`${name}\``,
    domain ? indexOf(domain) : 'none',
    endpoints.length > 0 ? `${endpoints.length} in ${[...zones].join(' or ')} zones` : 'none',
    gateways || 'none',
    of('AWS::WAFv2::WebACL').length || 'none',
    leastWorkers(of) || 'none',
    `$${usd.toFixed(0)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function nodesUsd(domain: z.infer<typeof Domain> | undefined): number {
  if (!domain) return 0;
  const { InstanceType, InstanceCount } = domain.ClusterConfig;
  return InstanceCount * (NODE_MEMORY[InstanceType] ?? Number.NaN) * PRICES.indexMemoryGbMonth;
}

function indexOf({ ClusterConfig, EBSOptions }: z.infer<typeof Domain>): string {
  const { InstanceType, InstanceCount, DedicatedMasterCount, DedicatedMasterType } = ClusterConfig;
  const managers = DedicatedMasterCount ? `, ${DedicatedMasterCount} × ${DedicatedMasterType}` : '';
  return `${InstanceCount} × ${InstanceType} with ${EBSOptions.VolumeSize} GB${managers}`;
}

/** Tasks and instances that run while no image waits. */
const leastWorkers = (of: Synthesized['of']): number =>
  [
    ...of('AWS::ApplicationAutoScaling::ScalableTarget').map(({ properties }) => properties.MinCapacity),
    ...of('AWS::AutoScaling::AutoScalingGroup').map(({ properties }) => properties.MinSize),
  ].reduce<number>((sum, least) => sum + Number(least), 0);
