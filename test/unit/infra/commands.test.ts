import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { grantsOf } from './grants.ts';
import { sdkCalls } from './sdk-calls.ts';
import { synthesize } from './synthesized.ts';

/** The actions that a call of the SDK needs. A write of a transaction needs the permission of the single write. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  AdminAddUserToGroupCommand: ['cognito-idp:AdminAddUserToGroup'],
  AdminCreateUserCommand: ['cognito-idp:AdminCreateUser'],
  AdminDeleteUserCommand: ['cognito-idp:AdminDeleteUser'],
  AdminDisableUserCommand: ['cognito-idp:AdminDisableUser'],
  AdminEnableUserCommand: ['cognito-idp:AdminEnableUser'],
  AdminGetUserCommand: ['cognito-idp:AdminGetUser'],
  AdminListGroupsForUserCommand: ['cognito-idp:AdminListGroupsForUser'],
  AdminRemoveUserFromGroupCommand: ['cognito-idp:AdminRemoveUserFromGroup'],
  AssumeRoleCommand: ['sts:AssumeRole'],
  BatchGetCommand: ['dynamodb:BatchGetItem'],
  BatchWriteCommand: ['dynamodb:BatchWriteItem'],
  ChangeMessageVisibilityBatchCommand: ['sqs:ChangeMessageVisibility'],
  ChangeMessageVisibilityCommand: ['sqs:ChangeMessageVisibility'],
  CreateApiKeyCommand: ['apigateway:POST'],
  CreateEventBusCommand: ['events:CreateEventBus'],
  CreateSecretCommand: ['secretsmanager:CreateSecret'],
  CreateUsagePlanKeyCommand: ['apigateway:POST'],
  DeleteApiKeyCommand: ['apigateway:DELETE'],
  DeleteCommand: ['dynamodb:DeleteItem'],
  DeleteEventBusCommand: ['events:DeleteEventBus'],
  DeleteMessageBatchCommand: ['sqs:DeleteMessage'],
  DeleteObjectsCommand: ['s3:DeleteObject'],
  DeleteRuleCommand: ['events:DeleteRule'],
  DeleteSecretCommand: ['secretsmanager:DeleteSecret'],
  DeleteUsagePlanKeyCommand: ['apigateway:DELETE'],
  DynamoDBPersistenceLayer: [
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
  ],
  GetApiKeyCommand: ['apigateway:GET'],
  GetApiKeysCommand: ['apigateway:GET'],
  GetCommand: ['dynamodb:GetItem'],
  GetObjectCommand: ['s3:GetObject', 's3:ListBucket'], // without the second, S3 says 403 of a missing object, not 404
  GetQueueAttributesCommand: ['sqs:GetQueueAttributes'],
  GetSecretValueCommand: ['secretsmanager:GetSecretValue'],
  GetUsagePlanKeysCommand: ['apigateway:GET'],
  HeadBucketCommand: ['s3:ListBucket'],
  HeadObjectCommand: ['s3:GetObject', 's3:ListBucket'],
  ListEventBusesCommand: ['events:ListEventBuses'],
  ListObjectsV2Command: ['s3:ListBucket'],
  ListSecretsCommand: ['secretsmanager:ListSecrets'],
  PublishBatchCommand: ['sns:Publish'],
  PutCommand: ['dynamodb:PutItem'],
  PutObjectCommand: ['s3:PutObject'],
  PutPermissionCommand: ['events:PutPermission'],
  PutRuleCommand: ['events:PutRule'],
  PutSecretValueCommand: ['secretsmanager:PutSecretValue'],
  PutTargetsCommand: ['events:PutTargets'],
  QueryCommand: ['dynamodb:Query'],
  ReceiveMessageCommand: ['sqs:ReceiveMessage'],
  RemoveTargetsCommand: ['events:RemoveTargets'],
  SSMProvider: ['ssm:GetParameter'],
  SendMessageBatchCommand: ['sqs:SendMessage'],
  SendMessageCommand: ['sqs:SendMessage'],
  TransactConditionCheck: ['dynamodb:ConditionCheckItem'],
  TransactDelete: ['dynamodb:DeleteItem'],
  TransactPut: ['dynamodb:PutItem'],
  TransactUpdate: ['dynamodb:UpdateItem'],
  TransactWriteCommand: [],
  UpdateCommand: ['dynamodb:UpdateItem'],
  createPresignedPost: ['s3:PutObject'],
  'OpenSearch bulk': ['es:ESHttpPut */_bulk'],
  'OpenSearch cluster.health': ['es:ESHttpGet _cluster/health'],
  'OpenSearch count': ['es:ESHttpPost */_count'],
  'OpenSearch deleteByQuery': ['es:ESHttpPost */_delete_by_query'],
  'OpenSearch indices.create': ['es:ESHttpPut images-*-000001'],
  'OpenSearch indices.delete': ['es:ESHttpDelete images-*'],
  'OpenSearch indices.getAlias': ['es:ESHttpGet *'],
  'OpenSearch indices.getFieldMapping': ['es:ESHttpGet *'],
  'OpenSearch indices.getMapping': ['es:ESHttpGet *'],
  'OpenSearch indices.putMapping': ['es:ESHttpPost */_mapping'],
  'OpenSearch indices.putSettings': ['es:ESHttpPut images-*'],
  'OpenSearch indices.refresh': ['es:ESHttpGet *'],
  'OpenSearch indices.stats': ['es:ESHttpGet *'],
  'OpenSearch indices.updateAliases': ['es:ESHttpPost _aliases'],
  'OpenSearch msearch': ['es:ESHttpPost _msearch'],
  'OpenSearch nodes.stats': ['es:ESHttpGet *'],
  'OpenSearch search': ['es:ESHttpPost */_search'],
};

/** What Lambda does with a function's role: it polls queues and streams, writes logs and traces, and joins networks. */
const BY_LAMBDA = /^(logs|xray|ec2):/;
const POLLS_QUEUE = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];
const POLLS_STREAM = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];

/** Differences that are meant, by role: an action, and why the program's calls do not match it. */
const MEANT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ManageStorages: {
    '+!sts:AssumeRole': 'A denial, of the roles of our own account.',
    '+sts:AssumeRole':
      'Called by shared/connectors/s3-role.ts, which is imported when a location of S3 comes.',
  },
  ImportObject: {
    '+!sts:AssumeRole': 'A denial, of the roles of our own account.',
    '+sts:AssumeRole':
      'Called by shared/connectors/s3-role.ts, which is imported when a location of S3 comes.',
  },
  ManageImages: {
    '+!sts:AssumeRole': 'A denial, of the roles of our own account.',
    '+sts:AssumeRole':
      'Called by shared/connectors/s3-role.ts, which is imported when a location of S3 comes.',
  },
  RunScan: {
    '+!sts:AssumeRole': 'A denial, of the roles of our own account.',
    '+sts:AssumeRole':
      'Called by shared/connectors/s3-role.ts, which is imported when a location of S3 comes.',
  },
  WorkerTaskTask: {
    '+ecs:GetTaskProtection': 'Asked of the agent on the instance, by HTTP: gpu-worker/task-protection.ts.',
    '+ecs:UpdateTaskProtection': 'The same.',
  },
};

const stacks = synthesize('prod');
const grants = grantsOf(stacks);
const Settings = z.object({ Variables: z.object({ POWERTOOLS_SERVICE_NAME: z.string() }) });
const Mapping = z.object({
  FunctionName: z.object({ Ref: z.string() }),
  StartingPosition: z.string().optional(),
});

/** Our functions, without those of the CDK library. */
const functions = stacks
  .of('AWS::Lambda::Function')
  .filter(({ properties }) => Settings.safeParse(properties.Environment).success);

/** The programs by role. */
const programs = new Map([
  ...functions.map(({ id, properties }) => {
    const path = Settings.parse(properties.Environment).Variables.POWERTOOLS_SERVICE_NAME;
    return [id.replace(/Function[0-9A-F]{8}$/, ''), `functions/${path}/handler.ts`] as const;
  }),
  ['WorkerTaskTask', 'gpu-worker/main.ts'] as const,
]);

/** Returns the actions that Lambda needs to poll what a function reads. */
function polled(role: string): Set<string> {
  const mappings = stacks
    .of('AWS::Lambda::EventSourceMapping')
    .map(({ properties }) => Mapping.parse(properties))
    .filter(({ FunctionName }) => FunctionName.Ref.startsWith(`${role}Function`));
  return new Set(mappings.flatMap(({ StartingPosition }) => (StartingPosition ? POLLS_STREAM : POLLS_QUEUE)));
}

/** Returns the actions that a program's calls need. @throws Error for a command that is not in the table */
function needed(program: string): Set<string> {
  const calls = [...sdkCalls(program)];
  const unknown = calls.filter((call) => /^OpenSearch |Command$/.test(call) && !(call in NEEDS));
  if (unknown.length > 0)
    throw new Error(`Name the actions of ${unknown.join(', ')}, which ${program} calls.`);
  return new Set(calls.flatMap((call) => NEEDS[call] ?? []));
}

/** Returns the actions of a role, those on the index with the path. */
const granted = (role: string): Set<string> =>
  new Set(
    (grants.get(role) ?? [])
      .filter(({ action }) => !BY_LAMBDA.test(action))
      .map(({ action, resource }) =>
        action.startsWith('es:') ? `${action} ${resource.replace(/^es:domain\/[\w-]+\//, '')}` : action,
      ),
  );

/** True if one of the actions allows another: a path with wildcards allows those that it matches. */
function allows(actions: ReadonlySet<string>, wanted: string): boolean {
  return [...actions].some((action) => {
    const pattern = action.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
    return new RegExp(`^${pattern}$`).test(wanted);
  });
}

/** True if one of the actions is a case of another: `images-model-000001` of `images-*-000001`. */
const allowsPart = (actions: ReadonlySet<string>, wanted: string): boolean =>
  [...actions].some((action) => allows(new Set([wanted]), action));

/** Returns the differences between a role and its program: `+` for an action that no call needs, `-` for a missing one. */
function differences(role: string, program: string): string[] {
  const [has, needs, byLambda] = [granted(role), needed(program), polled(role)];
  return [
    ...[...has]
      .filter((action) => !allows(needs, action) && !byLambda.has(action))
      .map((action) => `+${action}`),
    ...[...needs]
      .filter((action) => !allows(has, action) && !allowsPart(has, action))
      .map((action) => `-${action}`),
  ].sort();
}

describe('a role has the actions of the calls that its program can make, and no others', () => {
  it.each([...programs])('%s', (role, program) => {
    expect(differences(role, program)).toEqual(Object.keys(MEANT[role] ?? {}).sort());
  });

  it('is checked for every role of a program', () => {
    expect(programs.size).toBe(functions.length + 1);
    for (const role of programs.keys()) expect(grants.has(role), role).toBe(true);
  });
});
