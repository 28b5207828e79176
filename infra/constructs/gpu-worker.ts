import { Aws, Duration } from 'aws-cdk-lib';
import { Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  AlarmBehavior,
  Cluster,
  ContainerInsights,
  CpuArchitecture,
  Ec2Service,
  Ec2TaskDefinition,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  NetworkMode,
  OperatingSystemFamily,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import type { Conditions } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Environment } from '../config/environments.ts';
import type { NetworkStack } from '../stacks/network.ts';
import { gpuCapacity } from './gpu-capacity.ts';
import { appLogGroup } from './log-group.ts';
import { allow } from './permissions.ts';
import { scaleOnBacklog } from './scale-on-backlog.ts';
import { addWorkerContainer, type WorkerVariables } from './worker-container.ts';

export interface GpuWorkerProps {
  environment: Environment;
  /** Absent if the environment has no network: then there is a task definition without a service. */
  network: NetworkStack | undefined;
  queue: Queue;
  /** Receives the images that the worker cannot embed: many of them end a deployment. */
  deadLetters: Queue;
  variables: WorkerVariables;
}

/** The embedding step of ingest: on GPU instances, on Fargate CPUs, or as an externally started process. */
export class GpuWorker extends Construct {
  /** The dimensions of its task count metric. */
  readonly service?: { clusterName: string; serviceName: string };
  readonly taskDefinitionArn: string;
  private readonly task: TaskDefinition;

  constructor(scope: Construct, id: string, props: GpuWorkerProps) {
    super(scope, id);
    const { environment, network, queue } = props;
    const { worker } = environment;
    const onGpu = worker.kind === 'gpu';
    const memory = onGpu ? 12_288 : 4_096;
    this.task = onGpu
      ? new Ec2TaskDefinition(this, 'Task', { networkMode: NetworkMode.AWS_VPC })
      : new FargateTaskDefinition(this, 'Task', {
          cpu: 2_048,
          memoryLimitMiB: memory,
          runtimePlatform: {
            cpuArchitecture: CpuArchitecture.X86_64,
            operatingSystemFamily: OperatingSystemFamily.LINUX,
          },
        });
    this.taskDefinitionArn = this.task.taskDefinitionArn;
    const logGroup = appLogGroup(this, environment, `/deeplens/${environment.name}/ingest/gpu-worker`);
    addWorkerContainer(this.task, { environment, variables: props.variables, logGroup, memory });

    if (!network || worker.kind === 'process') return;
    const clusterName = `deeplens-${environment.name}`;
    const cluster = new Cluster(this, 'Cluster', {
      clusterName,
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    });
    const placement = {
      cluster: cluster as ICluster, // its type differs only under exactOptionalPropertyTypes
      serviceName: 'gpu-worker',
      taskDefinition: this.task,
      securityGroups: [network.worker],
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      circuitBreaker: { enable: true, rollback: true },
      deploymentAlarms: {
        alarmNames: [this.failures(props).alarmName],
        behavior: AlarmBehavior.ROLLBACK_ON_ALARM,
      },
      minHealthyPercent: 100,
      // A new account has no GPU quota: a service that waits for its first task would roll the stack back. Later deployments
      // leave the count to the scaling, so that the circuit breaker sees their tasks start.
      ...(!environment.target?.workerCreated && { desiredCount: 0 }),
    };
    const service = onGpu
      ? new Ec2Service(this, 'Service', {
          ...placement,
          capacityProviderStrategies: [
            { capacityProvider: gpuCapacity(this, { cluster, network, row: worker }), weight: 1 },
          ],
        })
      : new FargateService(this, 'Service', { ...placement, assignPublicIp: false });
    service.node.addDependency(cluster); // and on the association of its capacity, which the library does not wait for
    this.service = { clusterName, serviceName: 'gpu-worker' };
    scaleOnBacklog(service, {
      queue,
      clusterName,
      minTasks: onGpu && environment.target?.workerCreated ? worker.minTasks : 0,
      maxTasks: worker.maxTasks,
    });
    this.allow(
      ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'],
      [`arn:${Aws.PARTITION}:ecs:${Aws.REGION}:${Aws.ACCOUNT_ID}:task/${clusterName}/*`],
    );
  }

  /** The alarm that ends a deployment. Those of operations belong to a later stack. */
  private failures({ environment, deadLetters }: GpuWorkerProps): Alarm {
    return new Alarm(this, 'Failures', {
      alarmName: `deeplens-${environment.name}-gpu-worker-deployment`,
      alarmDescription: 'Images end as dead letters while a new version of the gpu-worker is deployed.',
      // The queue itself is empty within minutes: record-failure takes what comes.
      metric: deadLetters.metricNumberOfMessagesDeleted({ period: Duration.minutes(5) }),
      threshold: 10,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** Calls `allow` of `permissions.ts` with the role of its tasks. */
  allow(actions: readonly string[], resources: readonly string[], conditions?: Conditions): this {
    allow(this, this.task.taskRole, actions, resources, conditions);
    return this;
  }
}
