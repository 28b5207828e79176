import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';

/** Lists of single actions: the CDK library's grants allow whole families. */
export const ACTIONS = {
  readTable: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
  changeTable: [
    'dynamodb:BatchGetItem',
    'dynamodb:BatchWriteItem',
    'dynamodb:ConditionCheckItem',
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
  ],
  countInTable: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
  /** Adds items, and can change them only by overwriting: docs/adr/0014-audit-log.md. */
  appendTable: ['dynamodb:PutItem'],
  queryTable: ['dynamodb:Query'],
  readStream: [
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
  ],
  readObjects: ['s3:GetObject'],
  writeObjects: ['s3:PutObject'],
  deleteObjects: ['s3:DeleteObject'],
  /** Without it, S3 returns 403 instead of 404 for a missing object. */
  listObjects: ['s3:ListBucket'],
  publish: ['sns:Publish'],
  consume: [
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
  ],
  send: ['sqs:SendMessage'],
  lookAtQueue: ['sqs:GetQueueAttributes'],
} as const satisfies Record<string, readonly string[]>;

/** Allows a role the actions on the resources. A wildcard in a resource ends a prefix that belongs to DeepLens alone. */
export function allow(
  scope: Construct,
  role: IRole,
  actions: readonly string[],
  resources: readonly string[],
): void {
  role.addToPrincipalPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  acknowledgeWildcards(
    scope,
    resources,
    'Names are assigned at run time; the prefix before the wildcard belongs to DeepLens.',
  );
}
