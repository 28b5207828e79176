import { type App, Stack } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Env as MeterUsageEnv } from '../../functions/tenants/meter-usage/env.ts';
import type { Env as ReportUsageEnv } from '../../functions/tenants/report-usage/env.ts';
import type { Environment } from '../config/environments.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { subscribe } from '../constructs/event-subscription.ts';
import { frontDoorAccess } from '../constructs/front-door-access.ts';
import { ACTIONS } from '../constructs/permissions.ts';
import { QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import type { DataStack } from './data.ts';

export interface UsageStackProps {
  environment: Environment;
  data: DataStack;
}

const METER_TIMEOUT = 30;
/** Calls counted together: the larger the batch, the fewer writes to the counters of a busy tenant. */
const METER_BATCH = { size: 500, waitSeconds: 10 } as const;
const LOCAL_METER_BATCH = { size: 100, waitSeconds: 1 } as const;

/** What tenants use, and what they hold. */
export class UsageStack extends Stack {
  readonly routes: Routes;
  readonly functions: NodejsFunction[];
  readonly queue: QueueWithDlq;

  constructor(app: App, props: UsageStackProps) {
    const { environment, data } = props;
    super(app, `deeplens-${environment.name}-usage`);
    this.queue = new QueueWithDlq(this, 'Usage', {
      name: `deeplens-${environment.name}-usage`,
      consumerTimeout: METER_TIMEOUT,
    });
    subscribe(this.queue.queue, data.events, 'tenant.usage');
    const report = this.reportUsage(props);
    this.functions = [this.meterUsage(props), report];
    this.routes = {
      'GET /v1/usage': report,
      'GET /v1/admin/usage': report,
      'GET /v1/admin/tenants/{tenant_id}/usage': report,
    };
  }

  private meterUsage({ environment, data }: UsageStackProps): NodejsFunction {
    const meter = new AppFunction<typeof MeterUsageEnv>(this, 'MeterUsage', {
      environment,
      path: 'tenants/meter-usage',
      description: 'Counts what tenants use, each call once',
      variables: {
        TENANTS_TABLE: data.tables.tenants.tableName,
        ACTIVITY_TABLE: data.tables.activity.tableName,
        PICTURES_BUCKET: data.pictures.bucket.bucketName,
      },
      timeout: METER_TIMEOUT,
      memory: 512,
    })
      .allow(ACTIONS.readTable, [data.tables.tenants.tableArn])
      .allow(ACTIONS.changeTable, [data.tables.activity.tableArn])
      .allow(ACTIONS.writeObjects, [data.pictures.objects('events')]);
    const batch = environment.name === 'local' ? LOCAL_METER_BATCH : METER_BATCH;
    this.queue.consumedBy(meter, { ...batch, concurrency: environment.consumers });
    return meter.lambda;
  }

  private reportUsage({ environment, data }: UsageStackProps): NodejsFunction {
    const { tenants, activity, images } = data.tables;
    const door = frontDoorAccess(data);
    const report = new AppFunction<typeof ReportUsageEnv>(this, 'ReportUsage', {
      environment,
      path: 'tenants/report-usage',
      description: 'Shows what tenants have used',
      variables: {
        ...door.variables,
        TENANTS_TABLE: tenants.tableName,
        ACTIVITY_TABLE: activity.tableName,
        IMAGES_TABLE: images.tableName,
      },
      timeout: 29,
      memory: 512,
    })
      .allow(ACTIONS.readTable, [...data.tables.tenantsArns, activity.tableArn])
      .allow(['dynamodb:BatchGetItem', 'dynamodb:GetItem'], [images.tableArn]);
    return door.allow(report).lambda;
  }
}
