import { type App, Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { EVENTS, type EventType } from '#shared/contracts/events/registry.ts';
import { WEBHOOK_EVENT_TYPES } from '#shared/kernel/vocabulary.ts';
import type { Env as AttemptDeliveryEnv } from '../../functions/webhooks/attempt-delivery/env.ts';
import type { Env as FanOutEventsEnv } from '../../functions/webhooks/fan-out-events/env.ts';
import type { Env as ManageWebhooksEnv } from '../../functions/webhooks/manage-webhooks/env.ts';
import type { Env as RunReplayEnv } from '../../functions/webhooks/run-replay/env.ts';
import type { Env as SweepDueEnv } from '../../functions/webhooks/sweep-due/env.ts';
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { subscribe } from '../constructs/event-subscription.ts';
import { idempotentGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, onTable } from '../constructs/permissions.ts';
import { MAX_RECEIVES, QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import { tenantSecrets } from '../constructs/tenant-secrets.ts';
import { webVariables } from '../constructs/web-access.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface WebhooksStackProps {
  environment: Environment;
  data: DataStack;
}

/** Timeouts in seconds. A receiver gets 15; a test is answered within the API’s limit. */
const FAN_OUT_TIMEOUT = 30;
const ATTEMPT_TIMEOUT = 30;
/** Attempts at the same time for each batch that other steps have: they wait for receivers. */
const ATTEMPTS = 5;
/** The part of them that a tenant can have. */
const SHARE_OF_TENANT = 0.6;
const SWEEP_TIMEOUT = 55;
const REPLAY_TIMEOUT = 120;

/** The webhooks of tenants: their management, and the delivery of events. In no network: its functions call the internet. */
export class WebhooksStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly functions: IFunction[];
  readonly events: QueueWithDlq;
  readonly attempts: QueueWithDlq;
  readonly replays: QueueWithDlq;
  readonly sweep: IFunction;
  private readonly props: WebhooksStackProps;
  private readonly secrets: ReturnType<typeof tenantSecrets>;

  constructor(app: App, props: WebhooksStackProps) {
    super(app, props.environment, 'webhooks');
    this.props = props;
    this.secrets = tenantSecrets(props.environment);
    const queue = (id: string, name: string, consumerTimeout: number) =>
      new QueueWithDlq(this, id, { name: `deeplens-${props.environment.name}-${name}`, consumerTimeout });
    this.events = queue('Events', 'webhooks', FAN_OUT_TIMEOUT);
    this.attempts = queue('Attempts', 'webhook-attempts', ATTEMPT_TIMEOUT);
    this.replays = queue('Replays', 'webhook-replays', REPLAY_TIMEOUT);
    const types = (Object.keys(EVENTS) as EventType[]).filter((type) =>
      WEBHOOK_EVENT_TYPES.some((each) => each === type),
    ); // Object.keys loses the literal types
    subscribe(this.events.queue, props.data.events, ...types);
    const manage = this.manageWebhooks();
    this.sweep = this.sweepDue();
    this.functions = [manage, this.fanOutEvents(), this.attemptDelivery(), this.runReplay(), this.sweep];
    const webhook = '/v1/webhooks/{webhook_id}';
    this.routes = {
      'GET /v1/webhooks': manage,
      'POST /v1/webhooks': manage,
      [`PATCH ${webhook}`]: manage,
      [`DELETE ${webhook}`]: manage,
      [`POST ${webhook}/rotate-secret`]: manage,
      [`POST ${webhook}/test`]: manage,
      [`POST ${webhook}/replay`]: manage,
      [`GET ${webhook}/deliveries`]: manage,
      [`GET ${webhook}/deliveries/{delivery_id}`]: manage,
      [`POST ${webhook}/deliveries/{delivery_id}/redeliver`]: manage,
    };
  }

  private manageWebhooks(): IFunction {
    const { environment, data } = this.props;
    const { tenants, activity } = data.tables;
    const guards = idempotentGuardsAccess(data);
    const manage = new AppFunction<typeof ManageWebhooksEnv>(this, 'ManageWebhooks', {
      environment,
      path: 'webhooks/manage-webhooks',
      description: 'Manages webhooks, shows their deliveries, and repeats them',
      variables: {
        ...guards.variables,
        ...this.secrets.variables,
        ...webVariables(environment),
        TENANTS_TABLE: tenants.tableName,
        WEBHOOK_ATTEMPTS_QUEUE_URL: this.attempts.queue.queueUrl,
        WEBHOOK_REPLAYS_QUEUE_URL: this.replays.queue.queueUrl,
      },
      timeout: 29,
      memory: 512,
    })
      .allow(onTable('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'), [tenants.tableArn])
      .allow(onTable('GetItem', 'PutItem', 'Query'), [activity.tableArn], inPartitions(PARTITIONS.webhooks))
      .allow(
        [...ACTIONS.readSecrets, ...ACTIONS.writeSecrets, ...ACTIONS.deleteSecrets],
        [this.secrets.of('webhook')],
      )
      .allow(onTable('GetItem', 'PutItem'), [activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(ACTIONS.send, [this.attempts.queue.queueArn, this.replays.queue.queueArn]);
    return guards.allow(manage).lambda;
  }

  private fanOutEvents(): IFunction {
    const { environment, data } = this.props;
    const { tenants, activity } = data.tables;
    const step = new AppFunction<typeof FanOutEventsEnv>(this, 'FanOutEvents', {
      environment,
      path: 'webhooks/fan-out-events',
      description: 'Makes a delivery of an event for each webhook that wants it',
      variables: {
        TENANTS_TABLE: tenants.tableName,
        ACTIVITY_TABLE: activity.tableName,
        WEBHOOK_ATTEMPTS_QUEUE_URL: this.attempts.queue.queueUrl,
      },
      timeout: FAN_OUT_TIMEOUT,
      memory: 512,
    })
      .allow(onTable('Query'), [tenants.tableArn])
      .allow(onTable('GetItem', 'PutItem'), [activity.tableArn], inPartitions(PARTITIONS.webhooks))
      .allow(ACTIONS.send, [this.attempts.queue.queueArn]);
    this.events.consumedBy(step, { size: 10, waitSeconds: 0, concurrency: environment.consumers });
    return step.lambda;
  }

  private attemptDelivery(): IFunction {
    const { environment, data } = this.props;
    const { tenants, activity } = data.tables;
    const step = new AppFunction<typeof AttemptDeliveryEnv>(this, 'AttemptDelivery', {
      environment,
      path: 'webhooks/attempt-delivery',
      description: 'Sends a message to a webhook, and decides what follows',
      variables: {
        ...this.secrets.variables,
        ...webVariables(environment),
        TENANTS_TABLE: tenants.tableName,
        ACTIVITY_TABLE: activity.tableName,
        AUDIT_TABLE: data.audit.variables.AUDIT_TABLE,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        WEBHOOK_ATTEMPTS_QUEUE_URL: this.attempts.queue.queueUrl,
        WEBHOOK_PLACES_OF_TENANT: String(Math.floor(SHARE_OF_TENANT * ATTEMPTS * environment.consumers)),
      },
      timeout: ATTEMPT_TIMEOUT,
      memory: 512,
    })
      .allow(onTable('GetItem', 'PutItem'), [tenants.tableArn])
      .allow(
        onTable('DeleteItem', 'GetItem', 'PutItem'),
        [activity.tableArn],
        inPartitions(PARTITIONS.webhooks),
      )
      .allow(onTable('GetItem'), [activity.tableArn], inPartitions(PARTITIONS.switches))
      .allow(onTable('PutItem'), [data.audit.table.tableArn])
      .allow(ACTIONS.readSecrets, [this.secrets.of('webhook')])
      .allow(ACTIONS.publish, [data.events.topicArn])
      .allow(ACTIONS.send, [this.attempts.queue.queueArn]);
    // One at a time in each execution: a receiver that hangs holds up no other.
    this.attempts.consumedBy(step, {
      size: 1,
      waitSeconds: 0,
      concurrency: ATTEMPTS * environment.consumers,
    });
    return step.lambda;
  }

  private runReplay(): IFunction {
    const { environment, data } = this.props;
    const { tenants, activity } = data.tables;
    const run = new AppFunction<typeof RunReplayEnv>(this, 'RunReplay', {
      environment,
      path: 'webhooks/run-replay',
      description: 'Repeats the deliveries of a webhook, page by page',
      variables: {
        TENANTS_TABLE: tenants.tableName,
        ACTIVITY_TABLE: activity.tableName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        WEBHOOK_ATTEMPTS_QUEUE_URL: this.attempts.queue.queueUrl,
        WEBHOOK_REPLAYS_QUEUE_URL: this.replays.queue.queueUrl,
        WEBHOOK_REPLAYS_MAX_RECEIVES: String(MAX_RECEIVES),
        WEBHOOK_REPLAY_BUDGET_SECONDS: String(REPLAY_TIMEOUT / 2),
      },
      timeout: REPLAY_TIMEOUT,
      memory: 512,
    })
      .allow(onTable('GetItem'), [tenants.tableArn])
      .allow(onTable('GetItem', 'PutItem', 'Query'), [activity.tableArn], inPartitions(PARTITIONS.webhooks))
      .allow(onTable('GetItem', 'PutItem'), [activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(ACTIONS.publish, [data.events.topicArn])
      .allow(ACTIONS.send, [this.attempts.queue.queueArn, this.replays.queue.queueArn]);
    this.replays.consumedBy(run, { size: 1, waitSeconds: 0, concurrency: 2 });
    return run.lambda;
  }

  private sweepDue(): IFunction {
    const { environment, data } = this.props;
    const sweep = new AppFunction<typeof SweepDueEnv>(this, 'SweepDue', {
      environment,
      path: 'webhooks/sweep-due',
      description: 'Has deliveries attempted whose time has come',
      variables: {
        ACTIVITY_TABLE: data.tables.activity.tableName,
        WEBHOOK_ATTEMPTS_QUEUE_URL: this.attempts.queue.queueUrl,
        SWEEP_DUE_BUDGET_SECONDS: String(SWEEP_TIMEOUT - 10),
      },
      timeout: SWEEP_TIMEOUT,
      memory: 256,
    })
      .allow(onTable('Query'), [data.tables.activityByDue])
      .allow(onTable('GetItem'), [data.tables.activity.tableArn], inPartitions(PARTITIONS.switches))
      .allow(ACTIONS.send, [this.attempts.queue.queueArn]);
    new Rule(this, 'SweepDueSchedule', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(sweep.lambda, { retryAttempts: 0 })],
    });
    return sweep.lambda;
  }
}
