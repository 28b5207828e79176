import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environments.ts';
import { AppFunction } from './app-function.ts';

/** Log groups that Logs Insights reads for one query. */
const MOST_GROUPS = 50;
/** The functions through which an image, and what is told of it, goes. */
const IMAGE_PATHS = [
  ...['images/request-uploads', 'images/validate-image', 'images/gpu-worker', 'images/index-image'],
  ...['duplicates/detect-duplicates', 'images/record-failure', 'images/archive-events'],
  ...['webhooks/fan-out-events', 'webhooks/attempt-delivery', 'scans/import-object'],
];

/** The worker is no function: its log group is in the stack of images. */
const WORKER = { path: 'images/gpu-worker', group: 'ingest/gpu-worker' };

interface SavedQuery {
  /** As runbooks name it. */
  name: string;
  /** The functions whose logs it reads; absent: all. */
  paths?: readonly string[];
  query: string;
}

/** The queries that runbooks begin with. In each, replace what stands in capitals. */
export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    name: 'way-of-a-picture',
    paths: IMAGE_PATHS,
    query: `fields @timestamp, step, operation, status, code, ms, attempts, tenant_id, image_id, delivery_id, message
| filter correlation_id = "ID" or image_id = "ID" or delivery_id = "ID"
| sort @timestamp asc`,
  },
  {
    name: 'tenant-5xx',
    query: `fields @timestamp, operation, status, code, detail, correlation_id, caller
| filter message = "request" and tenant_id = "TENANT" and status >= 500
| sort @timestamp desc`,
  },
  {
    name: 'slow-searches',
    paths: ['search/search-images'],
    query: `fields @timestamp, ms, tenant_id, correlation_id, status
| filter message = "request" and ms > 500
| sort ms desc`,
  },
  {
    name: 'errors',
    query: `fields @timestamp, service, message, error.message, error.location, correlation_id, tenant_id
| filter level = "ERROR"
| sort @timestamp desc`,
  },
  {
    name: 'refusals',
    query: `filter message = "request" and status >= 400 and status < 500
| stats count(*) as calls by tenant_id, operation, code
| sort calls desc`,
  },
  {
    name: 'failed-steps',
    paths: IMAGE_PATHS,
    query: `filter message = "step" and status = "failed"
| stats count(*) as failures, max(attempts) as attempts by step, tenant_id
| sort failures desc`,
  },
  {
    name: 'webhook-attempts',
    paths: ['webhooks/attempt-delivery'],
    query: `filter ispresent(webhook_attempts_total)
| stats sum(webhook_attempts_total) as attempts by tenant_id, outcome
| sort attempts desc`,
  },
  {
    name: 'busiest-tenants',
    paths: ['usage/meter-usage'],
    query: `filter ispresent(tenant_usage_api_calls)
| stats sum(tenant_usage_api_calls) as calls by tenant_id
| sort calls desc | limit 20`,
  },
];

/** Saves the queries in CloudWatch, under the folder of the environment. */
export function savedQueries(
  scope: Construct,
  environment: Environment,
  functions: readonly IFunction[],
): void {
  const prefix = `/deeplens/${environment.name}/`;
  const groups = functions.flatMap(({ node }) =>
    node.scope instanceof AppFunction ? [node.scope.logGroupName] : [],
  );
  const all = [...groups, `${prefix}${WORKER.group}`];
  for (const { name, paths, query } of SAVED_QUERIES) {
    const logGroupNames = paths ? paths.map((path) => groupOf(path, prefix, all)) : groups;
    if (logGroupNames.length > MOST_GROUPS)
      throw new Error(
        `The query ${name} reads ${logGroupNames.length} log groups; ${MOST_GROUPS} are allowed.`,
      );
    new CfnQueryDefinition(scope, `Query-${name}`, {
      name: `deeplens-${environment.name}/${name}`,
      logGroupNames,
      queryString: query,
    });
  }
}

function groupOf(path: string, prefix: string, all: readonly string[]): string {
  const group = `${prefix}${path === WORKER.path ? WORKER.group : path}`;
  if (!all.includes(group)) throw new Error(`There is no log group ${group}.`);
  return group;
}
