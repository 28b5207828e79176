import * as z from 'zod';
import type { BilledResource } from '../cost/resources.ts';

/** What bounds and scales the pipeline, as the templates of an environment say. */
export interface Policies {
  worker: {
    minTasks: number;
    maxTasks: number;
    /** Images waiting per task that target tracking holds. */
    backlogPerTask: number;
    /** Seconds between two steps of target tracking outwards. */
    scaleOutCooldown: number;
    scaleInCooldown: number;
    /** Seconds between two first tasks. */
    firstTaskCooldown: number;
    /** Seconds until a message of a task that was lost is visible again. */
    visibilityTimeout: number;
    /** Instances that are on demand; further ones are Spot. */
    onDemand: number;
  };
  /** Concurrent batches, and messages in one, by queue. */
  consumers: Readonly<Record<'validation' | 'fair-validation' | 'indexing' | 'duplicates', Consumer>>;
  /** Concurrent executions that are reserved. */
  reserved: { search: number; authorizer: number };
}

interface Consumer {
  concurrency: number;
  batch: number;
}

const Target = z.object({ MinCapacity: z.number(), MaxCapacity: z.number() });
const Step = z.object({
  PolicyType: z.literal('StepScaling'),
  StepScalingPolicyConfiguration: z.object({ Cooldown: z.number() }),
});
const Tracking = z.object({
  PolicyType: z.literal('TargetTrackingScaling'),
  TargetTrackingScalingPolicyConfiguration: z.object({
    TargetValue: z.number(),
    ScaleInCooldown: z.number(),
    ScaleOutCooldown: z.number(),
  }),
});
const Queue = z.object({ QueueName: z.string(), VisibilityTimeout: z.number() });
const Lambda = z.object({ FunctionName: z.string(), ReservedConcurrentExecutions: z.number().optional() });
const Mapping = z.object({
  BatchSize: z.number(),
  EventSourceArn: z.unknown(),
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }),
});
const Group = z.object({
  MixedInstancesPolicy: z.object({
    InstancesDistribution: z.object({ OnDemandBaseCapacity: z.number() }),
  }),
});

/**
 * Reads them from the templates.
 * @param name of the environment
 * @throws Error that names what is missing
 */
export function policiesOf(name: string, resources: readonly BilledResource[]): Policies {
  const of = (type: string) => resources.filter((each) => each.type === type).map((each) => each.properties);
  const all = <Shape>(schema: z.ZodType<Shape>, type: string): Shape[] =>
    of(type).flatMap((properties) => schema.safeParse(properties).data ?? []);
  const target = only(all(Target, 'AWS::ApplicationAutoScaling::ScalableTarget'), 'scalable target');
  const step = only(all(Step, 'AWS::ApplicationAutoScaling::ScalingPolicy'), 'step scaling');
  const { TargetTrackingScalingPolicyConfiguration: tracking } = only(
    all(Tracking, 'AWS::ApplicationAutoScaling::ScalingPolicy'),
    'target tracking',
  );
  const group = only(all(Group, 'AWS::AutoScaling::AutoScalingGroup'), 'group of instances');
  const embedding = only(
    all(Queue, 'AWS::SQS::Queue').filter(({ QueueName }) => QueueName === `deeplens-${name}-embedding`),
    'embedding queue',
  );
  const reservedOf = (lambda: string) =>
    only(
      all(Lambda, 'AWS::Lambda::Function').filter(
        ({ FunctionName }) => FunctionName === `deeplens-${name}-${lambda}`,
      ),
      lambda,
    ).ReservedConcurrentExecutions ?? 0;
  const mappings = all(Mapping, 'AWS::Lambda::EventSourceMapping');
  const consumer = (logicalId: string): Consumer => {
    const { BatchSize, ScalingConfig } = only(
      mappings.filter(({ EventSourceArn }) => JSON.stringify(EventSourceArn).includes(`"${logicalId}`)),
      `consumer of ${logicalId}`,
    );
    return { concurrency: ScalingConfig.MaximumConcurrency, batch: BatchSize };
  };
  return {
    worker: {
      minTasks: target.MinCapacity,
      maxTasks: target.MaxCapacity,
      backlogPerTask: tracking.TargetValue,
      scaleOutCooldown: tracking.ScaleOutCooldown,
      scaleInCooldown: tracking.ScaleInCooldown,
      firstTaskCooldown: step.StepScalingPolicyConfiguration.Cooldown,
      visibilityTimeout: embedding.VisibilityTimeout,
      onDemand: group.MixedInstancesPolicy.InstancesDistribution.OnDemandBaseCapacity,
    },
    consumers: {
      validation: consumer('ValidationQueue'),
      'fair-validation': consumer('FairValidationQueue'),
      indexing: consumer('IndexingQueue'),
      duplicates: consumer('DuplicatesQueue'),
    },
    reserved: { search: reservedOf('search-images'), authorizer: reservedOf('authorize-request') },
  };
}

function only<Found>(found: readonly Found[], what: string): Found {
  const [first, second] = found;
  if (first === undefined || second !== undefined)
    throw new Error(`The templates have ${found.length} of: ${what}; one was expected.`);
  return first;
}
