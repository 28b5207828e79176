import { AutoScalingGroup, SpotAllocationStrategy } from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  SubnetType,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { AmiHardwareType, AsgCapacityProvider, type Cluster, EcsOptimizedImage } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { WorkerRow } from '../config/environments.ts';
import type { NetworkStack } from '../stacks/network.ts';
import { acknowledge } from './acknowledge.ts';

interface GpuCapacityProps {
  cluster: Cluster;
  network: NetworkStack;
  row: Extract<WorkerRow, { kind: 'gpu' }>;
}

/**
 * Adds GPU instances, as many as the service's tasks need, none while the queue is empty. Spot above an on-demand base;
 * an interrupted Spot instance drains its task first.
 * @returns the capacity provider's name
 */
export function gpuCapacity(scope: Construct, { cluster, network, row }: GpuCapacityProps): string {
  const role = new Role(scope, 'InstanceRole', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  acknowledge(role, {
    'IAM5[Resource::*]':
      'Written by the CDK library: an instance discovers its poll endpoint before it is registered.',
    'IAM5[Action::ecs:Submit*]': 'Written by the CDK library: what the ECS agent reports of its own cluster.',
  });
  const [instance, ...others] = row.instances;
  const launchTemplate = new LaunchTemplate(scope, 'Instances', {
    machineImage: EcsOptimizedImage.amazonLinux2023(AmiHardwareType.GPU),
    instanceType: new InstanceType(instance),
    role,
    securityGroup: network.worker,
    userData: UserData.forLinux(),
    httpTokens: LaunchTemplateHttpTokens.REQUIRED,
    httpPutResponseHopLimit: 1,
    detailedMonitoring: true,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        // The CUDA image has several GB, twice that while it is unpacked.
        volume: BlockDeviceVolume.ebs(60, { encrypted: true }),
      },
    ],
  });
  const group = new AutoScalingGroup(scope, 'Group', {
    vpc: network.vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    mixedInstancesPolicy: {
      launchTemplate,
      launchTemplateOverrides: [instance, ...others].map((type) => ({
        instanceType: new InstanceType(type),
      })),
      instancesDistribution: {
        onDemandBaseCapacity: row.onDemand,
        onDemandPercentageAboveBaseCapacity: 0,
        spotAllocationStrategy: SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
      },
    },
    capacityRebalance: true,
    minCapacity: 0,
    maxCapacity: row.maxTasks + 1, // one more during a deployment
    // No update policy: a rolling update would end instances in the middle of a batch. A new image is for new instances.
  });
  acknowledge(group, {
    EC26: 'The rule cannot read a mixed instances policy. The launch template’s one volume is encrypted.',
    AS3: 'ECS scales the group by its tasks; alarms watch the service and its queue instead.',
  });
  const provider = new AsgCapacityProvider(scope, 'Capacity', {
    autoScalingGroup: group,
    enableManagedScaling: true,
    enableManagedTerminationProtection: true,
    enableManagedDraining: true,
    targetCapacityPercent: 100,
  });
  cluster.addAsgCapacityProvider(provider);
  // The library sets it only with a Spot price.
  group.addUserData('echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config');
  group.addUserData('echo ECS_AWSVPC_BLOCK_IMDS=true >> /etc/ecs/ecs.config');
  return provider.capacityProviderName;
}
