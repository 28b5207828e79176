import { describe, expect, it } from 'vitest';
import { ENVIRONMENT_NAMES } from '../../../infra/config/environments.ts';
import { type Grant, grantsOf, linesOf } from './grants.ts';
import { synthesize } from './synthesized.ts';

/** What the event source of a queue needs. */
const CONSUME = 'ChangeMessageVisibility DeleteMessage GetQueueAttributes GetQueueUrl ReceiveMessage';

/**
 * Every permission of every function in `prod`, besides its log and traces: a grant that is added must be added here.
 * `[…]` holds the values of a condition: partitions of the table, or attributes.
 */
const FUNCTIONS: Record<string, readonly string[]> = {
  AddClaims: [],
  ArchiveEvents: [
    'dynamodb:images: BatchGetItem GetItem PutItem',
    's3:pictures/events/*: PutObject',
    `sqs:archive: ${CONSUME}`,
  ],
  AttemptDelivery: [
    'dynamodb:activity [SWITCHES]: GetItem',
    'dynamodb:activity [TENANT#*#WEBHOOKS]: DeleteItem GetItem PutItem',
    'dynamodb:audit: PutItem',
    'dynamodb:tenants: GetItem PutItem',
    'secretsmanager:secret:t/*/webhook/*: GetSecretValue',
    'sns:events: Publish',
    `sqs:webhook-attempts: ${CONSUME} SendMessage`,
  ],
  AuthorizeRequest: [
    'dynamodb:activity [REVOKED#*]: GetItem',
    'dynamodb:audit: PutItem',
    'dynamodb:tenants [pk sk key_id last_used_at NONE UPDATED_NEW UPDATED_OLD]: UpdateItem',
    'dynamodb:tenants/index/by_key_hash: Query',
    'dynamodb:tenants: GetItem',
  ],
  DetectDuplicates: [
    'dynamodb:groups: BatchGetItem DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:images/index/by_sha256: Query',
    'dynamodb:images: BatchGetItem GetItem UpdateItem',
    'dynamodb:tenants: BatchGetItem GetItem',
    'es:domain/deeplens-prod/_msearch: ESHttpPost',
    's3:pictures/derived/*: GetObject',
    's3:pictures: ListBucket',
    'sns:events: Publish',
    `sqs:duplicates: ${CONSUME}`,
  ],
  ExportAudit: [
    'dynamodb:audit/stream: DescribeStream GetRecords GetShardIterator ListStreams',
    's3:audit/audit/*: PutObject',
  ],
  FanOutEvents: [
    'dynamodb:activity [TENANT#*#WEBHOOKS]: GetItem PutItem',
    'dynamodb:tenants: Query',
    'sqs:webhook-attempts: SendMessage',
    `sqs:webhooks: ${CONSUME}`,
  ],
  Health: [
    'dynamodb:activity [HEARTBEAT]: GetItem',
    'dynamodb:audit: PutItem',
    'es:domain/deeplens-prod/_cluster/health: ESHttpGet',
    's3:pictures: ListBucket',
    'sqs:embedding: GetQueueAttributes',
  ],
  ImportObject: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem',
    'dynamodb:activity [SWITCHES]: GetItem',
    'dynamodb:activity [TENANT#*#JOBERRORS]: PutItem',
    'dynamodb:catalogue: BatchGetItem DeleteItem PutItem UpdateItem',
    'dynamodb:images: BatchGetItem GetItem PutItem UpdateItem',
    'dynamodb:tenants: GetItem',
    's3:pictures/derived/*: DeleteObject PutObject',
    's3:pictures/incoming/*: DeleteObject',
    's3:pictures/uploads/*: DeleteObject',
    'iam:*:role/*: sts:AssumeRole',
    'iam:role/*: !sts:AssumeRole',
    'secretsmanager:secret:t/*/storage/*: GetSecretValue',
    'sns:events: Publish',
    `sqs:imports: ${CONSUME} SendMessage`,
  ],
  IndexImage: [
    'dynamodb:images: BatchGetItem BatchWriteItem ConditionCheckItem GetItem PutItem Query UpdateItem',
    'es:domain/deeplens-prod/*: ESHttpGet',
    'es:domain/deeplens-prod/*/_bulk: ESHttpPut',
    'es:domain/deeplens-prod/*/_mapping: ESHttpPost',
    'es:domain/deeplens-prod/images-deeplens-lite-v1-000001: ESHttpPut',
    'es:domain/deeplens-prod/images-efficientnet-lite1-000001: ESHttpPut',
    'sns:events: Publish',
    `sqs:indexing: ${CONSUME}`,
  ],
  ManageFailures: [
    'dynamodb:activity [IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:activity [TENANT#*#IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:audit: PutItem',
    'dynamodb:images: GetItem UpdateItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: GetItem',
    's3:pictures/incoming/*: GetObject',
    's3:pictures/uploads/*: GetObject',
    's3:pictures: ListBucket',
    'sns:events: Publish',
    'sqs:duplicates: SendMessage',
    'sqs:embedding: SendMessage',
    'sqs:fair-validation: SendMessage',
    'sqs:indexing: SendMessage',
    'sqs:redrives: SendMessage',
  ],
  ManageImages: [
    'dynamodb:activity [TENANT#*#CACHE]: BatchWriteItem Query',
    'dynamodb:activity [TENANT#*#IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:audit: PutItem',
    'dynamodb:catalogue: BatchGetItem DeleteItem PutItem',
    'dynamodb:groups: BatchGetItem DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:images/index/by_external_id: Query',
    'dynamodb:images/index/by_status: Query',
    'dynamodb:images: BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: GetItem',
    'es:domain/deeplens-prod/*: ESHttpGet',
    'es:domain/deeplens-prod/*/_bulk: ESHttpPut',
    'iam:*:role/*: sts:AssumeRole',
    'iam:role/*: !sts:AssumeRole',
    's3:pictures/derived/*: DeleteObject GetObject',
    's3:pictures/events/*: DeleteObject GetObject',
    's3:pictures/incoming/*: DeleteObject GetObject',
    's3:pictures/uploads/*: DeleteObject GetObject',
    's3:pictures: ListBucket',
    'secretsmanager:secret:t/*/storage/*: GetSecretValue',
    'sns:events: Publish',
  ],
  ManageJobs: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: BatchGetItem GetItem PutItem Query',
    'dynamodb:activity [TENANT#*#JOBERRORS]: Query',
    'dynamodb:audit: PutItem',
    'dynamodb:limits: GetItem UpdateItem',
    'sns:events: Publish',
    'sqs:event-replays: SendMessage',
    'sqs:model-jobs: SendMessage',
    'sqs:redrives: SendMessage',
    'sqs:scans: SendMessage',
    'sqs:webhook-replays: SendMessage',
  ],
  ManageKeys: [
    'dynamodb:activity [TENANT#*#IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:audit: PutItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: GetItem PutItem Query UpdateItem',
    'sns:events: Publish',
  ],
  ManageModels: [
    'dynamodb:activity [IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:audit: PutItem',
    'dynamodb:tenants: GetItem',
    'sqs:model-jobs: SendMessage',
  ],
  ManagePeople: [
    'cognito-idp:pool: AdminAddUserToGroup AdminCreateUser AdminDeleteUser AdminDisableUser AdminEnableUser AdminGetUser AdminListGroupsForUser AdminRemoveUserFromGroup',
    'dynamodb:activity [REVOKED#*]: PutItem',
    'dynamodb:activity [TENANT#*#IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:audit: PutItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem',
    'sns:events: Publish',
  ],
  ManagePurges: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:audit: PutItem',
    'dynamodb:tenants: UpdateItem',
    'sqs:purges: SendMessage',
  ],
  ManageScans: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:activity [TENANT#*#IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:audit: PutItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: GetItem',
    'sns:events: Publish',
    'sqs:scans: SendMessage',
  ],
  ManageSettings: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:audit: PutItem',
    'dynamodb:images: GetItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: GetItem UpdateItem',
    'sns:events: Publish',
    'sqs:model-jobs: SendMessage',
  ],
  ManageTenants: [
    'apigateway:/apikeys: GET POST',
    'apigateway:/usageplans/*/keys/*: DELETE',
    'apigateway:/usageplans/*/keys: POST',
    'dynamodb:activity [TENANT#*#IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:audit: PutItem',
    'dynamodb:tenants/index/by_kind: Query',
    'dynamodb:tenants: GetItem PutItem Query UpdateItem',
    'ssm:parameter/deeplens/usage-plans: GetParameter',
  ],
  ManageStorages: [
    '* [true]: events:ListEventBuses',
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:activity [TENANT#*#IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:activity [TENANT#*#STATISTICS]: GetItem',
    'dynamodb:audit: PutItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: GetItem PutItem Query UpdateItem',
    'events:event-bus/deeplens.*: CreateEventBus DeleteEventBus PutPermission',
    'events:rule/deeplens.*: DeleteRule PutRule PutTargets RemoveTargets',
    'iam:*:role/*: sts:AssumeRole',
    'iam:role/*: !sts:AssumeRole',
    'secretsmanager:secret:t/*/storage/*: CreateSecret DeleteSecret GetSecretValue PutSecretValue',
    'sns:events: Publish',
    'sqs:storage-removals: SendMessage',
  ],
  ManageIncidents: [
    'dynamodb:activity [IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:activity [SWITCHES JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:audit: PutItem',
    'sqs:event-replays: SendMessage',
  ],
  ManageWebhooks: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:activity [TENANT#*#IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:activity [TENANT#*#WEBHOOKS]: GetItem PutItem Query',
    'dynamodb:audit: PutItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: DeleteItem GetItem PutItem Query UpdateItem',
    'secretsmanager:secret:t/*/webhook/*: CreateSecret DeleteSecret GetSecretValue PutSecretValue',
    'sns:events: Publish',
    'sqs:webhook-attempts: SendMessage',
    'sqs:webhook-replays: SendMessage',
  ],
  MeterUsage: [
    'dynamodb:activity [TENANT#*#USAGE TENANT#*#METERED#?]: BatchGetItem GetItem PutItem UpdateItem',
    'dynamodb:tenants: GetItem',
    's3:pictures/events/tenant.usage/*: PutObject',
    'sns:events: Publish',
    `sqs:usage: ${CONSUME}`,
  ],
  OpenApi: [],
  NoteChange: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:catalogue: PutItem',
    'dynamodb:tenants: GetItem',
    'sqs:scans: SendMessage',
    `sqs:storage-events: ${CONSUME}`,
  ],
  PurgeTenant: [
    '* [true]: events:ListEventBuses secretsmanager:ListSecrets',
    'apigateway:/apikeys/*: DELETE',
    'apigateway:/apikeys: GET',
    'cognito-idp:pool: AdminDeleteUser AdminGetUser',
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:activity [REVOKED#*]: PutItem',
    'dynamodb:activity [TENANT#*]: BatchWriteItem Query',
    'dynamodb:catalogue: BatchWriteItem DeleteItem Query',
    'dynamodb:groups: BatchWriteItem Query',
    'dynamodb:images: BatchWriteItem Query',
    'dynamodb:limits: BatchWriteItem Query',
    'dynamodb:tenants: BatchWriteItem DeleteItem GetItem Query',
    'es:domain/deeplens-prod/*: ESHttpGet',
    'es:domain/deeplens-prod/*/_count: ESHttpPost',
    'es:domain/deeplens-prod/*/_delete_by_query: ESHttpPost',
    'events:event-bus/deeplens.*: DeleteEventBus',
    'events:rule/deeplens.*: DeleteRule RemoveTargets',
    's3:pictures/derived/*: DeleteObject',
    's3:pictures/events/*: DeleteObject',
    's3:pictures/incoming/*: DeleteObject',
    's3:pictures/uploads/*: DeleteObject',
    's3:pictures: ListBucket',
    'secretsmanager:secret:t/*: DeleteSecret',
    `sqs:purges: ${CONSUME} SendMessage`,
  ],
  ReadAudit: [
    'dynamodb:audit/index/by_tenant: Query',
    'dynamodb:audit: PutItem Query',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: GetItem',
    'sns:events: Publish',
  ],
  RemoveStorage: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:activity [TENANT#*#CACHE]: BatchWriteItem Query',
    'dynamodb:catalogue: BatchWriteItem Query',
    'dynamodb:groups: BatchGetItem DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:images: BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem',
    'dynamodb:tenants: DeleteItem GetItem UpdateItem',
    'es:domain/deeplens-prod/*: ESHttpGet',
    'es:domain/deeplens-prod/*/_bulk: ESHttpPut',
    's3:pictures/derived/*: DeleteObject GetObject',
    's3:pictures/events/*: DeleteObject GetObject',
    's3:pictures/incoming/*: DeleteObject GetObject',
    's3:pictures/uploads/*: DeleteObject GetObject',
    's3:pictures: ListBucket',
    'secretsmanager:secret:t/*/storage/*: DeleteSecret',
    'sns:events: Publish',
    `sqs:storage-removals: ${CONSUME} SendMessage`,
  ],
  RecordFailure: [
    'dynamodb:images: UpdateItem',
    'sns:events: Publish',
    `sqs:duplicates-dlq: ${CONSUME}`,
    `sqs:embedding-dlq: ${CONSUME}`,
    `sqs:indexing-dlq: ${CONSUME}`,
    `sqs:fair-validation-dlq: ${CONSUME}`,
    `sqs:validation-dlq: ${CONSUME}`,
  ],
  ReportStatistics: [
    'dynamodb:activity [TENANT#*#STATISTICS TENANT#*#USAGE HEARTBEAT]: BatchGetItem GetItem',
    'dynamodb:audit: PutItem',
    'dynamodb:images/index/by_status: Query',
    'dynamodb:images/index/by_unsettled: Query',
    'dynamodb:images: BatchGetItem GetItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants/index/by_kind: Query',
    'sns:events: Publish',
  ],
  ReportUsage: [
    'dynamodb:activity [TENANT#*#USAGE]: BatchGetItem Query',
    'dynamodb:audit: PutItem',
    'dynamodb:images: BatchGetItem GetItem Query',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants/index/by_kind: Query',
    'dynamodb:tenants: GetItem',
    'sns:events: Publish',
  ],
  ReplayEvents: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    's3:pictures/events/*: GetObject',
    's3:pictures: ListBucket',
    'sns:events: Publish',
    `sqs:event-replays: ${CONSUME} SendMessage`,
  ],
  RequestUploads: [
    'dynamodb:activity [SWITCHES]: GetItem',
    'dynamodb:activity [TENANT#*#IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:audit: PutItem',
    'dynamodb:images: BatchGetItem GetItem PutItem UpdateItem',
    'dynamodb:limits: GetItem UpdateItem',
    's3:pictures/incoming/*: PutObject',
    'sns:events: Publish',
  ],
  ReviewDuplicates: [
    'dynamodb:activity [TENANT#*#IDEMPOTENCY]: DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:audit: PutItem',
    'dynamodb:groups: BatchGetItem DeleteItem GetItem PutItem Query UpdateItem',
    'dynamodb:images: BatchGetItem',
    'dynamodb:limits: GetItem UpdateItem',
    'sns:events: Publish',
  ],
  RevokeTokens: ['dynamodb:activity [REVOKED#*]: PutItem', 'dynamodb:audit: PutItem'],
  RunModelJob: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: BatchGetItem GetItem PutItem Query',
    'dynamodb:images: BatchGetItem Query',
    'dynamodb:tenants/index/by_kind: Query',
    'dynamodb:tenants: GetItem UpdateItem',
    'es:domain/deeplens-prod/*: ESHttpGet',
    'es:domain/deeplens-prod/*/_bulk: ESHttpPut',
    'es:domain/deeplens-prod/*/_delete_by_query: ESHttpPost',
    'es:domain/deeplens-prod/*/_mapping: ESHttpPost',
    'es:domain/deeplens-prod/*/_search: ESHttpPost',
    'es:domain/deeplens-prod/_aliases: ESHttpPost',
    'es:domain/deeplens-prod/_msearch: ESHttpPost',
    'es:domain/deeplens-prod/images-*: ESHttpDelete ESHttpPut',
    'es:domain/deeplens-prod/images-deeplens-lite-v1-000001: ESHttpPut',
    'es:domain/deeplens-prod/images-efficientnet-lite1-000001: ESHttpPut',
    'sns:events: Publish',
    `sqs:model-jobs: ${CONSUME} SendMessage`,
  ],
  RunRedrive: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:images/index/by_status: Query',
    'dynamodb:images: GetItem UpdateItem',
    'dynamodb:tenants/index/by_kind: Query',
    'dynamodb:tenants: GetItem',
    's3:pictures/incoming/*: GetObject',
    's3:pictures/uploads/*: GetObject',
    's3:pictures: ListBucket',
    'sns:events: Publish',
    'sqs:duplicates: SendMessage',
    'sqs:embedding: SendMessage',
    'sqs:fair-validation: SendMessage',
    'sqs:indexing: SendMessage',
    `sqs:redrives: ${CONSUME} SendMessage`,
  ],
  RunReplay: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:activity [TENANT#*#WEBHOOKS]: GetItem PutItem Query',
    'dynamodb:tenants: GetItem',
    'sns:events: Publish',
    'sqs:webhook-attempts: SendMessage',
    `sqs:webhook-replays: ${CONSUME} SendMessage`,
  ],
  RunScan: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:activity [SWITCHES]: GetItem',
    'dynamodb:activity [TENANT#*#CACHE]: BatchWriteItem Query',
    'dynamodb:activity [TENANT#*#JOBERRORS]: PutItem Query',
    'dynamodb:catalogue/index/by_queued: Query',
    'dynamodb:catalogue: BatchGetItem DeleteItem GetItem PutItem Query UpdateItem',
    'dynamodb:groups: BatchGetItem DeleteItem GetItem PutItem UpdateItem',
    'dynamodb:images: BatchGetItem BatchWriteItem GetItem PutItem Query UpdateItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: GetItem UpdateItem',
    'es:domain/deeplens-prod/*/_bulk: ESHttpPut',
    'es:domain/deeplens-prod/*: ESHttpGet',
    's3:pictures/derived/*: DeleteObject GetObject',
    's3:pictures/events/*: DeleteObject GetObject',
    's3:pictures/incoming/*: DeleteObject GetObject',
    's3:pictures/uploads/*: DeleteObject GetObject',
    's3:pictures: ListBucket',
    'iam:*:role/*: sts:AssumeRole',
    'iam:role/*: !sts:AssumeRole',
    'secretsmanager:secret:t/*/storage/*: GetSecretValue',
    'sns:events: Publish',
    'sqs:imports: SendMessage',
    `sqs:scans: ${CONSUME} SendMessage`,
  ],
  SearchImages: [
    'dynamodb:activity [SWITCHES]: GetItem',
    'dynamodb:activity [TENANT#*#CACHE]: GetItem PutItem',
    'dynamodb:audit: PutItem',
    'dynamodb:groups: BatchGetItem',
    'dynamodb:images: BatchGetItem Query',
    'dynamodb:limits: GetItem UpdateItem',
    'es:domain/deeplens-prod/*: ESHttpGet',
    'es:domain/deeplens-prod/*/_mapping: ESHttpPost',
    'es:domain/deeplens-prod/_msearch: ESHttpPost',
    'es:domain/deeplens-prod/images-deeplens-lite-v1-000001: ESHttpPut',
    'es:domain/deeplens-prod/images-efficientnet-lite1-000001: ESHttpPut',
    's3:pictures/derived/*: GetObject',
    's3:pictures: ListBucket',
    'sns:events: Publish',
  ],
  SettleImages: [
    'dynamodb:images/index/by_unsettled: Query',
    'dynamodb:images: BatchGetItem DeleteItem GetItem UpdateItem',
    's3:pictures/derived/*: DeleteObject',
    's3:pictures/incoming/*: DeleteObject GetObject',
    's3:pictures/uploads/*: DeleteObject',
    's3:pictures: ListBucket',
    'sns:events: Publish',
  ],
  SweepDue: [
    'dynamodb:activity [SWITCHES]: GetItem',
    'dynamodb:activity/index/by_due: Query',
    'sqs:webhook-attempts: SendMessage',
  ],
  StartScans: [
    'dynamodb:activity [JOB#* JOBS TENANT#*#JOBS]: GetItem PutItem',
    'dynamodb:activity [SWITCHES]: GetItem',
    'dynamodb:tenants/index/by_next_scan: Query',
    'dynamodb:tenants: GetItem UpdateItem',
    'sqs:scans: SendMessage',
  ],
  UpdateStatistics: [
    'dynamodb:activity [TENANT#*#STATISTICS]: BatchGetItem DeleteItem PutItem UpdateItem',
    'dynamodb:groups/stream: DescribeStream GetRecords GetShardIterator ListStreams',
    'dynamodb:groups: GetItem',
    'dynamodb:images/stream: DescribeStream GetRecords GetShardIterator ListStreams',
    'dynamodb:activity [TENANT#*#USAGE]: GetItem PutItem',
    'dynamodb:images: BatchGetItem GetItem',
    'dynamodb:tenants: GetItem',
    'sns:events: Publish',
  ],
  ValidateImage: [
    'dynamodb:images: GetItem UpdateItem',
    'dynamodb:limits: GetItem UpdateItem',
    'dynamodb:tenants: GetItem',
    's3:pictures/derived/*: DeleteObject PutObject',
    's3:pictures/incoming/*: DeleteObject GetObject',
    's3:pictures/uploads/*: DeleteObject GetObject PutObject',
    's3:pictures: ListBucket',
    'sns:events: Publish',
    `sqs:fair-validation: ${CONSUME} SendMessage`,
    `sqs:validation: ${CONSUME}`,
  ],
};

/** The roles that are not a function's. */
const OTHERS: Record<string, readonly string[]> = {
  Authorizer: [expect.stringMatching(/^lambda:AuthorizeRequestLive[0-9A-F]{8}: InvokeFunction$/)],
  BucketNotificationsHandler050a0587b7544547bf325f094a3db834: [
    's3:pictures: GetBucketNotification PutBucketNotification',
  ],
  Files: [
    's3:Bucket83908E77/*: DeleteObject PutObject',
    's3:Bucket83908E77: ListBucket',
    's3:cdkhnb659fds-assets--/*: GetObject',
  ],
  Deploy: [
    '*: cloudwatch:DescribeAlarms',
    ...['deploy', 'file-publishing', 'image-publishing', 'lookup'].map(
      (role) => `iam:444455556666:role/cdk-hnb659fds-${role}-role-444455556666-eu-west-1: sts:AssumeRole`,
    ),
  ],
  Diff: ['iam:444455556666:role/cdk-hnb659fds-lookup-role-444455556666-eu-west-1: sts:AssumeRole'],
  VpcAllIAM: ['logs:/deeplens/network: CreateLogStream DescribeLogStreams PutLogEvents'],
  WorkerInstance: [
    '* [{"Fn::GetAtt":["WorkerCluster89E4DD17","Arn"]}]: ecs:Poll ecs:StartTelemetrySession',
    '*: ecr:GetAuthorizationToken ecs:DiscoverPollEndpoint logs:CreateLogStream logs:PutLogEvents',
    'ecs:deeplens-prod: DeregisterContainerInstance RegisterContainerInstance Submit*',
  ],
  WorkerTaskExecution: [
    '*: ecr:GetAuthorizationToken',
    'ecr:repository/cdk-hnb659fds-container-assets-444455556666-eu-west-1: BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer',
  ],
  WorkerTaskTask: [
    'dynamodb:activity [HEARTBEAT]: PutItem',
    'dynamodb:images/index/by_sha256: Query',
    'dynamodb:images: BatchGetItem GetItem UpdateItem',
    'ecs:task/deeplens-prod/*: GetTaskProtection UpdateTaskProtection',
    's3:pictures/derived/*: GetObject',
    's3:pictures: ListBucket',
    'sns:events: Publish',
    'sqs:embedding: ChangeMessageVisibility DeleteMessage ReceiveMessage',
  ],
};

/** Tracing, and the network interfaces of functions that reach the vector index. Neither can name a resource. */
const WITHOUT_RESOURCE = /^\*: (ec2:\w+ ){0,6}(xray:PutTelemetryRecords xray:PutTraceSegments)?$/;
const OWN_LOG = /^logs:\/deeplens\/[\w/-]+: CreateLogStream PutLogEvents$/;

const isCommon = (line: string): boolean => WITHOUT_RESOURCE.test(line) || OWN_LOG.test(line);
const sorted = (roles: Record<string, readonly string[]>) =>
  Object.fromEntries(Object.entries(roles).map(([role, lines]) => [role, lines.toSorted()]));

/** Returns the roles that have an action on a resource. */
const holders = (
  grants: ReadonlyMap<string, readonly Grant[]>,
  action: string,
  matches: (grant: Grant) => boolean,
): string[] =>
  [...grants]
    .filter(([, own]) => own.some((grant) => grant.action === action && matches(grant)))
    .map(([role]) => role)
    .sort();

const prod = grantsOf(synthesize('prod'));

it('gives each role of prod exactly the grants that are listed', () => {
  const roles = [...prod].map(([role, grants]) => [role, linesOf(grants).filter((line) => !isCommon(line))]);
  expect(Object.fromEntries(roles)).toEqual(sorted({ ...FUNCTIONS, ...OTHERS }));
});

describe.each(ENVIRONMENT_NAMES)('env %s', (name) => {
  const grants = grantsOf(synthesize(name));

  it('gives functions the same grants as prod, besides the vector index', () => {
    const besidesIndex = (lines: readonly string[]) =>
      lines.filter((line) => !line.startsWith('es:') && !isCommon(line) && line !== '*: ');
    for (const role of Object.keys(FUNCTIONS))
      expect(besidesIndex(linesOf(grants.get(role) ?? [])), role).toEqual(
        besidesIndex(sorted(FUNCTIONS)[role] ?? []),
      );
  });

  it('grants no families of actions, and nothing on all tables, objects or queues', () => {
    const wide = [...grants].flatMap(([role, own]) =>
      own
        .filter(({ action, resource }) => action.includes('*') || /^(dynamodb|s3|sqs|sns):\*/.test(resource))
        .map(({ action, resource }) => `${role}: ${action} on ${resource}`),
    );
    // The CDK library's statement for an ECS instance.
    expect(wide.filter((each) => !each.startsWith('WorkerInstance: ecs:Submit*'))).toEqual([]);
  });

  it('lets nobody scan a table', () => {
    expect(holders(grants, 'dynamodb:Scan', () => true)).toEqual([]);
    expect(holders(grants, 'dynamodb:PartiQLSelect', () => true)).toEqual([]);
  });

  it('lets the purges of an image, of a replaced one and of a tenant alone remove archived events', () => {
    const inArchive = ({ resource }: Grant) => resource.startsWith('s3:pictures/events/');
    expect(holders(grants, 's3:DeleteObject', inArchive)).toEqual([
      'ManageImages',
      'PurgeTenant',
      'RemoveStorage',
      'RunScan',
    ]);
  });

  it('lets searches and health neither write nor remove documents of the index', () => {
    const changing = (role: string) =>
      (grants.get(role) ?? []).filter(
        ({ action, resource }) =>
          /^es:ESHttp(Post|Put|Delete)$/.test(action) &&
          !/\/(_msearch|\*\/_mapping|images-[\w-]+-000001)$/.test(resource),
      );
    for (const role of ['SearchImages', 'DetectDuplicates', 'Health'])
      expect(changing(role), role).toEqual([]);
  });

  it('lets validation, which decodes what strangers send, read no derivative and no archived event', () => {
    const objects = (action: string) =>
      (grants.get('ValidateImage') ?? [])
        .filter((grant) => grant.action === action)
        .map(({ resource }) => resource);
    const [derived, incoming, uploads] = ['derived', 'incoming', 'uploads'].map(
      (folder) => `s3:pictures/${folder}/*`,
    );
    expect(objects('s3:GetObject').sort()).toEqual([incoming, uploads]);
    expect(objects('s3:PutObject').sort()).toEqual([derived, uploads]);
    expect(objects('s3:DeleteObject').sort()).toEqual([derived, incoming, uploads]);
    expect(objects('dynamodb:Query')).toEqual([]);
  });

  it('lets the authorizer write the last use of a key, and nothing else of a tenant', () => {
    const writes = (grants.get('AuthorizeRequest') ?? []).filter(
      ({ action, resource }) => /Put|Update|Delete|Write/.test(action) && resource === 'dynamodb:tenants',
    );
    expect(writes).toEqual([
      expect.objectContaining({
        action: 'dynamodb:UpdateItem',
        conditions: ['pk', 'sk', 'key_id', 'last_used_at', 'NONE', 'UPDATED_NEW', 'UPDATED_OLD'],
      }),
    ]);
  });

  it('lets what manages storage and webhooks alone write secrets of tenants, each its own', () => {
    for (const action of ['CreateSecret', 'PutSecretValue']) {
      const writers = (of: string) =>
        holders(grants, `secretsmanager:${action}`, ({ resource }) => resource.includes(`/${of}/`));
      expect(writers('storage')).toEqual(['ManageStorages']);
      expect(writers('webhook')).toEqual(['ManageWebhooks']);
    }
  });

  it('lets what manages storage alone make event buses, whose rules send to no queue but that of events', () => {
    for (const action of ['CreateEventBus', 'PutPermission', 'PutRule', 'PutTargets'])
      expect(holders(grants, `events:${action}`, () => true)).toEqual(['ManageStorages']);
    const policies = synthesize('prod').of('AWS::SQS::QueuePolicy');
    const open = policies.filter(({ properties }) =>
      JSON.stringify(properties).includes('events.amazonaws.com'),
    );
    expect(open.map(({ id }) => id)).toEqual([expect.stringMatching(/^ChangesQueue/)]);
    expect(JSON.stringify(open[0]?.properties)).toMatch(/"aws:SourceArn":.*:rule\/deeplens-prod\.\*/);
  });

  it('lets what reads tenants’ storage alone take roles, and none of our own account', () => {
    const readers = ['ImportObject', 'ManageImages', 'ManageStorages', 'RunScan'];
    const notOurs = ({ resource }: Grant) => !resource.includes('role/cdk-'); // those of the CDK's bootstrap
    expect(holders(grants, 'sts:AssumeRole', notOurs)).toEqual(readers);
    expect(holders(grants, '!sts:AssumeRole', ({ resource }) => resource === 'iam:role/*')).toEqual(readers);
  });

  it('lets the revocation of tokens, and what ends people’s access, alone write revocations', () => {
    const couldRevoke = ({ resource, conditions }: Grant) =>
      resource === 'dynamodb:activity' &&
      (conditions.length === 0 || conditions.some((partition) => partition.startsWith('REVOKED')));
    const writers = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'].flatMap((action) =>
      holders(grants, `dynamodb:${action}`, couldRevoke),
    );
    expect(writers).toEqual(['ManagePeople', 'PurgeTenant', 'RevokeTokens']);
  });
});
