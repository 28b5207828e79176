import { type App, Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { GROUP_PREFIX, IMAGE_PREFIX } from '#shared/aws/dynamodb-keys.ts';
import type { Env as ReportStatisticsEnv } from '../../functions/statistics/report-statistics/env.ts';
import type { Env as UpdateStatisticsEnv } from '../../functions/statistics/update-statistics/env.ts';
import type { Env as MeterUsageEnv } from '../../functions/usage/meter-usage/env.ts';
import type { Env as ReportUsageEnv } from '../../functions/usage/report-usage/env.ts';
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { subscribe } from '../constructs/event-subscription.ts';
import { tenantGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, onTable } from '../constructs/permissions.ts';
import { QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface UsageStackProps {
  environment: Environment;
  data: DataStack;
}

const METER_TIMEOUT = 30;
/** Calls counted together: larger batches write less often to the counters of a busy tenant. */
const METER_BATCH = { size: 500, waitSeconds: 10 } as const;
const LOCAL_METER_BATCH = { size: 100, waitSeconds: 1 } as const;

/** Usage and statistics of tenants. */
export class UsageStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly functions: IFunction[];
  readonly queue: QueueWithDlq;
  readonly statistics: IFunction;

  constructor(app: App, props: UsageStackProps) {
    const { environment, data } = props;
    super(app, environment, 'usage');
    this.queue = new QueueWithDlq(this, 'Usage', {
      name: `deeplens-${environment.name}-usage`,
      consumerTimeout: METER_TIMEOUT,
    });
    subscribe(this.queue.queue, data.events, 'tenant.usage');
    this.statistics = this.updateStatistics(props);
    const report = this.reportUsage(props);
    const reportStatistics = this.reportStatistics(props);
    this.functions = [this.meterUsage(props), this.statistics, report, reportStatistics];
    this.routes = {
      'GET /v1/stats/overview': reportStatistics,
      'GET /v1/admin/capacity': reportStatistics,
      'GET /v1/usage': report,
      'GET /v1/me': report,
      'GET /v1/admin/usage': report,
      'GET /v1/admin/tenants/{tenant_id}/usage': report,
    };
  }

  private meterUsage({ environment, data }: UsageStackProps): IFunction {
    const meter = new AppFunction<typeof MeterUsageEnv>(this, 'MeterUsage', {
      environment,
      path: 'usage/meter-usage',
      description: 'Counts tenants’ usage, each call once',
      variables: {
        TENANTS_TABLE: data.tables.tenants.tableName,
        ACTIVITY_TABLE: data.tables.activity.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
      },
      timeout: METER_TIMEOUT,
      memory: 512,
    })
      .allow(onTable('GetItem'), [data.tables.tenants.tableArn])
      .allow(
        onTable('BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'),
        [data.tables.activity.tableArn],
        inPartitions([...PARTITIONS.usage, ...PARTITIONS.usageMarkers]),
      )
      .allow(ACTIONS.publish, [data.events.topicArn])
      .allow(ACTIONS.writeObjects, [data.imagesBucket.objects('events/tenant.usage')]);
    const batch = environment.name === 'local' ? LOCAL_METER_BATCH : METER_BATCH;
    this.queue.consumedBy(meter, { ...batch, concurrency: environment.consumers });
    return meter.lambda;
  }

  private reportUsage({ environment, data }: UsageStackProps): IFunction {
    const { tenants, activity, images } = data.tables;
    const guards = tenantGuardsAccess(data);
    const report = new AppFunction<typeof ReportUsageEnv>(this, 'ReportUsage', {
      environment,
      path: 'usage/report-usage',
      description: 'Reports tenants’ usage, and what is left of a caller’s limits',
      variables: {
        ...guards.variables,
        TENANTS_TABLE: tenants.tableName,
        ACTIVITY_TABLE: activity.tableName,
        IMAGES_TABLE: images.tableName,
      },
      timeout: 29,
      memory: 512,
    })
      .allow(onTable('GetItem'), [tenants.tableArn])
      .allow(onTable('Query'), [data.tables.tenantsBy('by_kind')])
      .allow(onTable('BatchGetItem', 'Query'), [activity.tableArn], inPartitions(PARTITIONS.usage))
      .allow(onTable('BatchGetItem', 'GetItem', 'Query'), [images.tableArn]);
    return guards.allow(report).lambda;
  }

  private reportStatistics({ environment, data }: UsageStackProps): IFunction {
    const { tenants, activity, images } = data.tables;
    const guards = tenantGuardsAccess(data);
    const report = new AppFunction<typeof ReportStatisticsEnv>(this, 'ReportStatistics', {
      environment,
      path: 'statistics/report-statistics',
      description: 'Reports what tenants store, and its cost',
      variables: {
        ...guards.variables,
        TENANTS_TABLE: tenants.tableName,
        ACTIVITY_TABLE: activity.tableName,
        IMAGES_TABLE: images.tableName,
      },
      timeout: 29,
      memory: 512,
    })
      .allow(onTable('Query'), [
        data.tables.tenantsBy('by_kind'),
        data.tables.imagesBy('by_status'),
        data.tables.imagesBy('by_unsettled'),
      ])
      .allow(
        onTable('BatchGetItem', 'GetItem'),
        [activity.tableArn],
        inPartitions([...PARTITIONS.statistics, ...PARTITIONS.usage, ...PARTITIONS.heartbeats]),
      )
      .allow(onTable('BatchGetItem', 'GetItem'), [images.tableArn]);
    return guards.allow(report).lambda;
  }

  /** Batches are retried until counted: the stream retains records for a day, and alarms fire earlier. */
  private updateStatistics({ environment, data }: UsageStackProps): IFunction {
    const { tenants, images, groups, activity } = data.tables;
    const statistics = new AppFunction<typeof UpdateStatisticsEnv>(this, 'UpdateStatistics', {
      environment,
      path: 'statistics/update-statistics',
      description: 'Counts images and duplicate groups as they change',
      variables: {
        TENANTS_TABLE: tenants.tableName,
        IMAGES_TABLE: images.tableName,
        GROUPS_TABLE: groups.tableName,
        ACTIVITY_TABLE: activity.tableName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
      },
      timeout: 60,
      memory: 512,
    })
      .allow(onTable('BatchGetItem', 'GetItem'), [images.tableArn])
      .allow(onTable('GetItem'), [groups.tableArn, tenants.tableArn])
      .allow(
        onTable('BatchGetItem', 'DeleteItem', 'PutItem', 'UpdateItem'),
        [activity.tableArn],
        inPartitions(PARTITIONS.statistics),
      )
      .allow(onTable('GetItem', 'PutItem'), [activity.tableArn], inPartitions(PARTITIONS.usage))
      .allow(ACTIONS.publish, [data.events.topicArn]);
    const follow = (id: string, table: Table, keys: string) => {
      const stream = table.tableStreamArn ?? '';
      statistics.allow(ACTIONS.readStream, [stream]);
      statistics.lambda.addEventSourceMapping(id, {
        eventSourceArn: stream,
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 500,
        maxBatchingWindow: Duration.seconds(environment.name === 'local' ? 1 : 5),
        filters: [FilterCriteria.filter({ dynamodb: { Keys: { sk: { S: FilterRule.beginsWith(keys) } } } })],
      });
    };
    follow('Images', images, IMAGE_PREFIX);
    follow('Groups', groups, GROUP_PREFIX);
    return statistics.lambda;
  }
}
