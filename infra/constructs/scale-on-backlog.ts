import { Duration } from 'aws-cdk-lib';
import { AdjustmentType, CfnScalingPolicy, ServiceNamespace } from 'aws-cdk-lib/aws-applicationautoscaling';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { BaseService } from 'aws-cdk-lib/aws-ecs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';

/** Images that may wait per task: five seconds of work at an assumed 100 images per second (docs/operate/scaling.md). */
const BACKLOG_PER_TASK = 500;

interface ScaleOnBacklogProps {
  queue: Queue;
  clusterName: string;
  /** Tasks that run while no image waits. */
  minTasks: number;
  maxTasks: number;
}

/**
 * Scales tasks by the backlog per task, down to the least number, which may be none. Target tracking cannot leave zero, where a backlog per task is
 * undefined: step scaling starts the first task.
 */
export function scaleOnBacklog(
  service: BaseService,
  { queue, clusterName, minTasks, maxTasks }: ScaleOnBacklogProps,
): void {
  const period = Duration.minutes(1);
  const waiting = queue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' });
  const tasks = (metricName: string) =>
    new Metric({
      namespace: 'ECS/ContainerInsights',
      metricName,
      dimensionsMap: { ClusterName: clusterName, ServiceName: service.serviceName },
      period,
      statistic: 'Average',
    });
  const running = tasks('RunningTaskCount');
  const scaling = service.autoScaleTaskCount({ minCapacity: minTasks, maxCapacity: maxTasks });

  scaling.scaleOnMetric('FirstTask', {
    metric: new MathExpression({
      expression: 'IF(FILL(wanted, 0) < 1 AND waiting > 0, 1, 0)',
      usingMetrics: { waiting, wanted: tasks('DesiredTaskCount') },
      label: 'images wait and no task is wanted',
      period,
    }),
    // The step repeats each minute while the alarm lasts, and the task count is delayed.
    cooldown: Duration.minutes(10),
    adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
    evaluationPeriods: 1,
    scalingSteps: [
      { lower: 1, change: 1 },
      { lower: 2, change: 1 },
    ],
  });

  // The library's target tracking does not accept expressions.
  new CfnScalingPolicy(service, 'BacklogPerTask', {
    policyName: `${clusterName}-gpu-worker-backlog`,
    policyType: 'TargetTrackingScaling',
    resourceId: `service/${clusterName}/gpu-worker`,
    scalableDimension: 'ecs:service:DesiredCount',
    serviceNamespace: ServiceNamespace.ECS,
    targetTrackingScalingPolicyConfiguration: {
      targetValue: BACKLOG_PER_TASK,
      scaleOutCooldown: 60,
      scaleInCooldown: 300,
      customizedMetricSpecification: {
        metrics: [
          { id: 'waiting', metricStat: statOf(waiting, 'Maximum'), returnData: false },
          { id: 'running', metricStat: statOf(running, 'Average'), returnData: false },
          {
            id: 'backlog',
            expression: 'waiting / IF(FILL(running, 0) < 1, 1, running)',
            label: 'images waiting per task',
            returnData: true,
          },
        ],
      },
    },
  }).node.addDependency(scaling);
}

const statOf = (metric: Metric, stat: string) => ({
  stat,
  metric: {
    namespace: metric.namespace,
    metricName: metric.metricName,
    dimensions: Object.entries(metric.dimensions ?? {}).map(([name, value]) => ({
      name,
      value: String(value),
    })),
  },
});
