import type { App } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Env as ManageJobsEnv } from '../../functions/jobs/manage-jobs/env.ts';
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { tenantGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, onTable } from '../constructs/permissions.ts';
import type { Routes } from '../constructs/routes.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface JobsStackProps {
  environment: Environment;
  data: DataStack;
  /** The queue of the jobs about models. */
  modelJobs: Queue;
  /** The queue of the jobs that retry failed images. */
  redrives: Queue;
  /** The queue of scans. */
  scans: Queue;
  /** The queue of the jobs that repeat deliveries of webhooks. */
  webhookReplays: Queue;
  /** The queue of the jobs that publish archived events again. */
  eventReplays: Queue;
}

/** Lists, shows and cancels jobs of all kinds; the stacks that start them run them. */
export class JobsStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly functions: IFunction[];

  constructor(app: App, { environment, data, ...queues }: JobsStackProps) {
    super(app, environment, 'jobs');
    const { modelJobs, redrives, scans, webhookReplays, eventReplays } = queues;
    const { activity } = data.tables;
    const guards = tenantGuardsAccess(data);
    const manage = new AppFunction<typeof ManageJobsEnv>(this, 'ManageJobs', {
      environment,
      path: 'jobs/manage-jobs',
      description: 'Lists, shows and cancels jobs',
      variables: {
        ...guards.variables,
        ACTIVITY_TABLE: activity.tableName,
        MODEL_JOBS_QUEUE_URL: modelJobs.queueUrl,
        REDRIVES_QUEUE_URL: redrives.queueUrl,
        SCANS_QUEUE_URL: scans.queueUrl,
        WEBHOOK_REPLAYS_QUEUE_URL: webhookReplays.queueUrl,
        EVENT_REPLAYS_QUEUE_URL: eventReplays.queueUrl,
      },
      timeout: 29,
      memory: 512,
    })
      .allow(
        onTable('BatchGetItem', 'GetItem', 'PutItem', 'Query'),
        [activity.tableArn],
        inPartitions(PARTITIONS.jobs),
      )
      .allow(onTable('Query'), [activity.tableArn], inPartitions(PARTITIONS.jobErrors))
      .allow(
        ACTIONS.send,
        Object.values(queues).map(({ queueArn }) => queueArn),
      );
    const { lambda } = guards.allow(manage);
    this.functions = [lambda];
    this.routes = {
      'GET /v1/jobs': lambda,
      'GET /v1/jobs/{job_id}': lambda,
      'POST /v1/jobs/{job_id}/cancel': lambda,
      'POST /v1/jobs/{job_id}/confirm': lambda,
      'GET /v1/jobs/{job_id}/errors': lambda,
      'GET /v1/admin/jobs': lambda,
      'GET /v1/admin/jobs/{job_id}': lambda,
      'POST /v1/admin/jobs/{job_id}/cancel': lambda,
    };
  }
}
