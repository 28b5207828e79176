import { type App, Duration } from 'aws-cdk-lib';
import { type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { ARCHIVE_DAYS } from '#shared/contracts/events/registry.ts';
import type { Env as ExportAuditEnv } from '../../functions/audit/export-audit/env.ts';
import type { Env as ReadAuditEnv } from '../../functions/audit/read-audit/env.ts';
import type { Env as ArchiveEventsEnv } from '../../functions/images/archive-events/env.ts';
import type { Env as HealthEnv } from '../../functions/service/health/env.ts';
import type { Env as ManageIncidentsEnv } from '../../functions/service/manage-incidents/env.ts';
import type { Env as OpenApiEnv } from '../../functions/service/openapi/env.ts';
import type { Env as ReplayEventsEnv } from '../../functions/service/replay-events/env.ts';
import project from '../../package.json' with { type: 'json' };
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { EventQueries } from '../constructs/event-queries.ts';
import { subscribe } from '../constructs/event-subscription.ts';
import {
  idempotentOperatorGuardsAccess,
  operatorGuardsAccess,
  tenantGuardsAccess,
} from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, onTable } from '../constructs/permissions.ts';
import { MAX_RECEIVES, QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import type { VectorIndexAccess } from '../constructs/vector-index-access.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface ServiceStackProps {
  environment: Environment;
  data: DataStack;
  index: VectorIndexAccess;
  embeddingQueue: Queue;
}

const ARCHIVE_TIMEOUT = 30;
const REPLAY_TIMEOUT = 120;
/** All events that are archived but usage, which is archived by the function that counts it. */
const ARCHIVED = (Object.keys(ARCHIVE_DAYS) as (keyof typeof ARCHIVE_DAYS)[]) // Object.keys loses the literal types
  .filter((type) => type !== 'tenant.usage');

/** Health, the API's description, switches, the audit log, and the archive of events. */
export class ServiceStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly archive: QueueWithDlq;
  readonly replays: QueueWithDlq;
  readonly functions: IFunction[];
  readonly exporter: IFunction;

  constructor(app: App, props: ServiceStackProps) {
    super(app, props.environment, 'service', { holdsData: true }); // the results of queries over the archive
    this.archive = new QueueWithDlq(this, 'Archive', {
      name: `deeplens-${props.environment.name}-archive`,
      consumerTimeout: ARCHIVE_TIMEOUT,
    });
    subscribe(this.archive.queue, props.data.events, ...ARCHIVED);
    this.replays = new QueueWithDlq(this, 'EventReplays', {
      name: `deeplens-${props.environment.name}-event-replays`,
      consumerTimeout: REPLAY_TIMEOUT,
    });
    // The emulator of env `local` has neither Glue nor Athena.
    if (props.environment.name !== 'local')
      new EventQueries(this, 'EventQueries', {
        environment: props.environment,
        images: props.data.imagesBucket,
      });
    const health = this.health(props);
    const openapi = this.openApi(props);
    const readAudit = this.readAudit(props);
    this.exporter = this.exportAudit(props);
    const manage = this.manageIncidents(props);
    this.functions = [
      ...[health, openapi, readAudit, manage],
      ...[this.archiveEvents(props), this.replayEvents(props), this.exporter],
    ];
    this.routes = {
      'GET /v1/health/live': health,
      'GET /v1/health/ready': health,
      'GET /v1/admin/health': health,
      'GET /v1/openapi.json': openapi,
      'GET /v1/audit': readAudit,
      'GET /v1/admin/audit': readAudit,
      'GET /v1/admin/switches': manage,
      'PUT /v1/admin/switches': manage,
      'POST /v1/admin/events/replay': manage,
    };
  }

  private health({ environment, data, index, embeddingQueue }: ServiceStackProps): IFunction {
    const guards = operatorGuardsAccess(data);
    const health = new AppFunction<typeof HealthEnv>(this, 'Health', {
      environment,
      path: 'service/health',
      description: 'Reports the health of the service and its dependencies',
      variables: {
        ...index.variables,
        ...guards.variables,
        ACTIVITY_TABLE: data.tables.activity.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
        EMBEDDING_QUEUE_URL: embeddingQueue.queueUrl,
        DEEPLENS_VERSION: project.version,
      },
      timeout: 15,
      memory: 512,
      network: index.network,
    })
      .allow(onTable('GetItem'), [data.tables.activity.tableArn], inPartitions(PARTITIONS.heartbeats))
      .allow(ACTIONS.listObjects, [data.imagesBucket.bucket.bucketArn])
      .allow(ACTIONS.lookAtQueue, [embeddingQueue.queueArn]);
    index.allow(health, 'health');
    return guards.allow(health).lambda;
  }

  private openApi({ environment }: ServiceStackProps): IFunction {
    return new AppFunction<typeof OpenApiEnv>(this, 'OpenApi', {
      environment,
      path: 'service/openapi',
      description: 'Serves the OpenAPI document',
      variables: { DEEPLENS_VERSION: project.version },
      timeout: 15,
      memory: 512,
    }).lambda;
  }

  private readAudit({ environment, data }: ServiceStackProps): IFunction {
    const { tenants } = data.tables;
    const guards = tenantGuardsAccess(data);
    const read = new AppFunction<typeof ReadAuditEnv>(this, 'ReadAudit', {
      environment,
      path: 'audit/read-audit',
      description: 'Lists changes and refusals of the audit log: the operator all, a tenant its own',
      variables: { ...guards.variables, TENANTS_TABLE: tenants.tableName },
      timeout: 29,
      memory: 512,
    })
      .allow(onTable('Query'), data.audit.tableArns)
      .allow(onTable('GetItem'), [tenants.tableArn]);
    return guards.allow(read).lambda;
  }

  /** Batches are retried until exported: the stream retains records for a day, and alarms fire earlier. */
  private exportAudit({ environment, data: { audit } }: ServiceStackProps): IFunction {
    const stream = audit.table.tableStreamArn ?? '';
    const exporter = new AppFunction<typeof ExportAuditEnv>(this, 'ExportAudit', {
      environment,
      path: 'audit/export-audit',
      description: 'Copies the audit log to its archive, and reports alterations',
      variables: { AUDIT_BUCKET: audit.archive.bucketName },
      timeout: 30,
      memory: 512,
    })
      .allow(ACTIONS.readStream, [stream])
      .allow(ACTIONS.writeObjects, [audit.objects]);
    exporter.lambda.addEventSourceMapping('AuditStream', {
      eventSourceArn: stream,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 500,
      maxBatchingWindow: Duration.seconds(environment.name === 'local' ? 1 : 60),
    });
    return exporter.lambda;
  }

  private archiveEvents({ environment, data }: ServiceStackProps): IFunction {
    const archive = new AppFunction<typeof ArchiveEventsEnv>(this, 'ArchiveEvents', {
      environment,
      path: 'images/archive-events',
      description: 'Archives events under events/, with the retention of their type',
      variables: {
        IMAGES_TABLE: data.tables.images.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
      },
      timeout: ARCHIVE_TIMEOUT,
      memory: 512,
    })
      .allow(onTable('BatchGetItem', 'GetItem', 'PutItem'), [data.tables.images.tableArn])
      .allow(ACTIONS.writeObjects, [data.imagesBucket.objects('events')]);
    this.archive.consumedBy(archive, { size: 10, waitSeconds: 2, concurrency: environment.consumers });
    return archive.lambda;
  }

  private manageIncidents({ environment, data }: ServiceStackProps): IFunction {
    const { activity } = data.tables;
    const guards = idempotentOperatorGuardsAccess(data, 'idempotencyOfOperator');
    const manage = new AppFunction<typeof ManageIncidentsEnv>(this, 'ManageIncidents', {
      environment,
      path: 'service/manage-incidents',
      description: 'Degrades and pauses parts of the service, and starts replays of events',
      variables: { ...guards.variables, EVENT_REPLAYS_QUEUE_URL: this.replays.queue.queueUrl },
      timeout: 29,
      memory: 512,
    })
      .allow(
        onTable('GetItem', 'PutItem'),
        [activity.tableArn],
        inPartitions([...PARTITIONS.switches, ...PARTITIONS.jobs]),
      )
      .allow(ACTIONS.send, [this.replays.queue.queueArn]);
    return guards.allow(manage).lambda;
  }

  private replayEvents({ environment, data }: ServiceStackProps): IFunction {
    const { bucket } = data.imagesBucket;
    const { queue } = this.replays;
    const replay = new AppFunction<typeof ReplayEventsEnv>(this, 'ReplayEvents', {
      environment,
      path: 'service/replay-events',
      description: 'Counts archived events, and publishes them again',
      variables: {
        ACTIVITY_TABLE: data.tables.activity.tableName,
        IMAGES_BUCKET: bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        EVENT_REPLAYS_QUEUE_URL: queue.queueUrl,
        EVENT_REPLAYS_MAX_RECEIVES: String(MAX_RECEIVES),
        EVENT_REPLAY_BUDGET_SECONDS: String(REPLAY_TIMEOUT / 2),
      },
      timeout: REPLAY_TIMEOUT,
      memory: 512,
    })
      .allow(onTable('GetItem', 'PutItem'), [data.tables.activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(ACTIONS.listObjects, [bucket.bucketArn])
      .allow(ACTIONS.readObjects, [data.imagesBucket.objects('events')])
      .allow(ACTIONS.publish, [data.events.topicArn])
      .allow(ACTIONS.send, [queue.queueArn]);
    this.replays.consumedBy(replay, { size: 1, waitSeconds: 0, concurrency: 2 });
    return replay.lambda;
  }
}
