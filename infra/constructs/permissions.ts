import { type Conditions, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';

/**
 * Lists of single actions: the CDK library's grants allow whole families. The actions on a table are written with each
 * function, by `onTable`. test/unit/infra/roles.test.ts lists every grant.
 */
export const ACTIONS = {
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
  consume: ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:ReceiveMessage'],
  send: ['sqs:SendMessage'],
  lookAtQueue: ['sqs:GetQueueAttributes'],
  readSecrets: ['secretsmanager:GetSecretValue'],
  writeSecrets: ['secretsmanager:CreateSecret', 'secretsmanager:PutSecretValue'],
  /** Names no resource: it lists the names of all secrets of the account. */
  listSecrets: ['secretsmanager:ListSecrets'],
  deleteSecrets: ['secretsmanager:DeleteSecret'],
  makeBuses: ['events:CreateEventBus', 'events:PutPermission'],
  makeRules: ['events:PutRule', 'events:PutTargets'],
  deleteBuses: ['events:DeleteEventBus'],
  deleteRules: ['events:DeleteRule', 'events:RemoveTargets'],
  /** Names no resource: it lists the names of all buses of the account. */
  listBuses: ['events:ListEventBuses'],
  manageAccounts: [
    'cognito-idp:AdminAddUserToGroup',
    'cognito-idp:AdminCreateUser',
    'cognito-idp:AdminDeleteUser',
    'cognito-idp:AdminDisableUser',
    'cognito-idp:AdminEnableUser',
    'cognito-idp:AdminGetUser',
    'cognito-idp:AdminListGroupsForUser',
    'cognito-idp:AdminRemoveUserFromGroup',
  ],
  deleteAccounts: ['cognito-idp:AdminDeleteUser', 'cognito-idp:AdminGetUser'],
} as const satisfies Record<string, readonly string[]>;

/** The writes of a transaction need the permission of each single write; a condition check has one of its own. */
type TableAction =
  | 'BatchGetItem'
  | 'BatchWriteItem'
  | 'ConditionCheckItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem';
export const onTable = (...names: readonly TableAction[]): string[] =>
  names.map((name) => `dynamodb:${name}`);

/** The condition of a grant on no resource. */
export const OVER_TLS: Conditions = { Bool: { 'aws:SecureTransport': 'true' } };

/** Limits a grant to partitions of a table. @param partitions with `*` for any characters */
export const inPartitions = (partitions: readonly string[]): Conditions => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] },
});

/** Limits an UpdateItem to top-level attributes, those of the key and of its condition included, and returns no others. */
export const ofAttributes = (names: readonly string[]): Conditions => ({
  'ForAllValues:StringEquals': { 'dynamodb:Attributes': [...names] },
  StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_NEW', 'UPDATED_OLD'] },
});

/** Allows a role the actions on the resources. A wildcard in a resource ends a prefix that belongs to DeepLens alone. */
export function allow(
  scope: Construct,
  role: IRole,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Conditions = {},
): void {
  role.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
  );
  acknowledgeWildcards(
    scope,
    resources,
    'Names are assigned at run time; the prefix before the wildcard belongs to DeepLens.',
  );
}
