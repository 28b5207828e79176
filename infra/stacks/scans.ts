import { type App, Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { MAX_RECEIVES as IMAGE_RECEIVES } from '#shared/kernel/redelivery.ts';
import type { Env as ImportObjectEnv } from '../../functions/scans/import-object/env.ts';
import type { Env as ManageScansEnv } from '../../functions/scans/manage-scans/env.ts';
import type { Env as NoteChangeEnv } from '../../functions/scans/note-change/env.ts';
import type { Env as RunScanEnv } from '../../functions/scans/run-scan/env.ts';
import type { Env as StartScansEnv } from '../../functions/scans/start-scans/env.ts';
import type { Environment } from '../config/environments.ts';
import { importers } from '../config/quotas.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { eventBuses } from '../constructs/event-buses.ts';
import { idempotentGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, onTable } from '../constructs/permissions.ts';
import { MAX_RECEIVES, QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import { tenantSecrets } from '../constructs/tenant-secrets.ts';
import type { VectorIndexAccess } from '../constructs/vector-index-access.ts';
import { webVariables } from '../constructs/web-access.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface ScansStackProps {
  environment: Environment;
  data: DataStack;
  index: VectorIndexAccess;
}

/** Timeouts in seconds: of a part of a scan, of an object, of the schedule's run, of a batch of events. */
const TIMEOUTS = { scan: 60, import: 60, schedule: 120, change: 30 } as const;
/** Scans of a part at once: a scan that waits holds none. */
const SCANS_AT_ONCE = 5;
/** Batches of events at once. */
const CHANGES_AT_ONCE = 2;

/** Scans of tenants' own storage, the import of what they find, and the events of buckets. */
export class ScansStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly functions: IFunction[];
  readonly scans: QueueWithDlq;
  readonly imports: QueueWithDlq;
  /** Events of tenants' buckets. */
  readonly changes: QueueWithDlq;
  readonly schedule: IFunction;
  private readonly props: ScansStackProps;

  constructor(app: App, props: ScansStackProps) {
    const { environment } = props;
    super(app, environment, 'scans');
    this.props = props;
    const name = `deeplens-${environment.name}`;
    this.scans = new QueueWithDlq(this, 'Scans', { name: `${name}-scans`, consumerTimeout: TIMEOUTS.scan });
    this.imports = new QueueWithDlq(this, 'Imports', {
      name: `${name}-imports`,
      consumerTimeout: TIMEOUTS.import,
      maxReceives: IMAGE_RECEIVES,
    });
    this.changes = new QueueWithDlq(this, 'Changes', {
      name: `${name}-storage-events`,
      consumerTimeout: TIMEOUTS.change,
    });
    eventBuses(environment).sendTo(this.changes.queue);
    const manage = this.manageScans();
    this.schedule = this.startScans();
    this.functions = [manage, this.runScan(), this.importObject(), this.schedule, this.noteChange()];
    this.routes = {
      'POST /v1/index/scan': manage,
      'GET /v1/index/status/{job_id}': manage,
      'POST /v1/index/{job_id}/cancel': manage,
    };
  }

  private manageScans(): IFunction {
    const { environment, data } = this.props;
    const { tenants, activity } = data.tables;
    const guards = idempotentGuardsAccess(data);
    const manage = new AppFunction<typeof ManageScansEnv>(this, 'ManageScans', {
      environment,
      path: 'scans/manage-scans',
      description: 'Starts, shows and cancels scans of tenants’ own storage',
      variables: {
        ...guards.variables,
        TENANTS_TABLE: tenants.tableName,
        SCANS_QUEUE_URL: this.scans.queue.queueUrl,
      },
      timeout: 29,
      memory: 512,
    })
      .allow(onTable('GetItem'), [tenants.tableArn])
      .allow(onTable('GetItem', 'PutItem'), [activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(ACTIONS.send, [this.scans.queue.queueArn]);
    return guards.allow(manage).lambda;
  }

  private runScan(): IFunction {
    const { environment, data, index } = this.props;
    const { tables, imagesBucket } = data;
    const secrets = tenantSecrets(environment);
    const run = new AppFunction<typeof RunScanEnv>(this, 'RunScan', {
      environment,
      path: 'scans/run-scan',
      description: 'Lists a tenant’s storage, and queues what is new or changed',
      variables: {
        ...index.variables,
        ...secrets.variables,
        TENANTS_TABLE: tables.tenants.tableName,
        IMAGES_TABLE: tables.images.tableName,
        GROUPS_TABLE: tables.groups.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        LIMITS_TABLE: tables.limits.tableName,
        CATALOGUE_TABLE: tables.catalogue.tableName,
        IMAGES_BUCKET: imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        SCANS_QUEUE_URL: this.scans.queue.queueUrl,
        IMPORTS_QUEUE_URL: this.imports.queue.queueUrl,
        SCANS_MAX_RECEIVES: String(MAX_RECEIVES),
        SCANS_BUDGET_SECONDS: String(TIMEOUTS.scan / 2),
        ...webVariables(environment),
      },
      timeout: TIMEOUTS.scan,
      memory: 1_024,
      network: index.networkWithEgress,
    })
      .allow(onTable('GetItem', 'UpdateItem'), [tables.tenants.tableArn])
      .allow(onTable('BatchGetItem', 'BatchWriteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'), [
        tables.images.tableArn,
      ])
      .allow(onTable('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'), [
        tables.groups.tableArn,
      ])
      .allow(onTable('GetItem', 'PutItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(onTable('GetItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.switches))
      .allow(onTable('PutItem', 'Query'), [tables.activity.tableArn], inPartitions(PARTITIONS.jobErrors))
      .allow(onTable('BatchWriteItem', 'Query'), [tables.activity.tableArn], inPartitions(PARTITIONS.cache))
      .allow(onTable('GetItem', 'UpdateItem'), [tables.limits.tableArn])
      .allow(onTable('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'), [
        tables.catalogue.tableArn,
      ])
      .allow(onTable('Query'), [tables.queuedObjects])
      .allow([...ACTIONS.readObjects, ...ACTIONS.deleteObjects], imagesBucket.everyObject)
      .allow(ACTIONS.listObjects, [imagesBucket.bucket.bucketArn])
      .allow(ACTIONS.readSecrets, [secrets.of('storage')])
      .assumeTenantRoles()
      .allow(ACTIONS.publish, [data.events.topicArn])
      .allow(ACTIONS.send, [this.scans.queue.queueArn, this.imports.queue.queueArn]);
    index.allow(run, 'write');
    this.scans.consumedBy(run, { size: 1, waitSeconds: 0, concurrency: SCANS_AT_ONCE });
    return run.lambda;
  }

  private importObject(): IFunction {
    const { environment, data } = this.props;
    const { tables, imagesBucket } = data;
    const secrets = tenantSecrets(environment);
    const derived = imagesBucket.objects('derived');
    const bringIn = new AppFunction<typeof ImportObjectEnv>(this, 'ImportObject', {
      environment,
      path: 'scans/import-object',
      description: 'Reads an object of a tenant’s storage, and derives thumbnails and the models’ input',
      variables: {
        ...secrets.variables,
        TENANTS_TABLE: tables.tenants.tableName,
        IMAGES_TABLE: tables.images.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        CATALOGUE_TABLE: tables.catalogue.tableName,
        IMAGES_BUCKET: imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        DEEPLENS_MODELS: environment.models,
        IMPORTS_QUEUE_URL: this.imports.queue.queueUrl,
        ...webVariables(environment),
      },
      timeout: TIMEOUTS.import,
      // 1 GB for the process that reads images, and as much for this one: ADR 0032.
      memory: 2_048,
      nativeModules: ['sharp'],
    })
      .allow(onTable('GetItem'), [tables.tenants.tableArn])
      .allow(onTable('BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'), [tables.images.tableArn])
      .allow(onTable('GetItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(onTable('GetItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.switches))
      .allow(onTable('PutItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.jobErrors))
      .allow(onTable('BatchGetItem', 'DeleteItem', 'PutItem', 'UpdateItem'), [tables.catalogue.tableArn])
      // It decodes what strangers send: it cannot read derivatives.
      .allow(ACTIONS.writeObjects, [derived])
      .allow(ACTIONS.deleteObjects, [
        derived,
        imagesBucket.objects('incoming'),
        imagesBucket.objects('uploads'),
      ])
      .allow(ACTIONS.readSecrets, [secrets.of('storage')])
      .assumeTenantRoles()
      .allow(ACTIONS.publish, [data.events.topicArn])
      .allow(ACTIONS.send, [this.imports.queue.queueArn]);
    this.imports.consumedBy(bringIn, {
      size: 1,
      waitSeconds: 0,
      concurrency: importers(environment),
    });
    return bringIn.lambda;
  }

  private noteChange(): IFunction {
    const { environment, data } = this.props;
    const { tenants, activity, catalogue } = data.tables;
    const note = new AppFunction<typeof NoteChangeEnv>(this, 'NoteChange', {
      environment,
      path: 'scans/note-change',
      description: 'Notes which object of a tenant’s bucket has changed, and starts the job that looks at it',
      variables: {
        TENANTS_TABLE: tenants.tableName,
        ACTIVITY_TABLE: activity.tableName,
        CATALOGUE_TABLE: catalogue.tableName,
        SCANS_QUEUE_URL: this.scans.queue.queueUrl,
      },
      timeout: TIMEOUTS.change,
      memory: 256,
    })
      .allow(onTable('GetItem'), [tenants.tableArn])
      .allow(onTable('GetItem', 'PutItem'), [activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(onTable('PutItem'), [catalogue.tableArn])
      .allow(ACTIONS.send, [this.scans.queue.queueArn]);
    this.changes.consumedBy(note, { size: 10, waitSeconds: 1, concurrency: CHANGES_AT_ONCE });
    return note.lambda;
  }

  private startScans(): IFunction {
    const { environment, data } = this.props;
    const { tenants, activity } = data.tables;
    const start = new AppFunction<typeof StartScansEnv>(this, 'StartScans', {
      environment,
      path: 'scans/start-scans',
      description: 'Starts the scans of locations that are due',
      variables: {
        TENANTS_TABLE: tenants.tableName,
        ACTIVITY_TABLE: activity.tableName,
        SCANS_QUEUE_URL: this.scans.queue.queueUrl,
        START_SCANS_BUDGET_SECONDS: String(TIMEOUTS.schedule - 30),
      },
      timeout: TIMEOUTS.schedule,
      memory: 256,
    })
      .allow(onTable('GetItem', 'UpdateItem'), [tenants.tableArn])
      .allow(onTable('GetItem'), [activity.tableArn], inPartitions(PARTITIONS.switches))
      .allow(onTable('Query'), [data.tables.tenantsBy('by_next_scan')])
      .allow(onTable('GetItem', 'PutItem'), [activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(ACTIONS.send, [this.scans.queue.queueArn]);
    new Rule(this, 'StartScansSchedule', {
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaFunction(start.lambda, { retryAttempts: 2 })],
    });
    return start.lambda;
  }
}
