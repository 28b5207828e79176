import { Aws, Duration } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from './acknowledge.ts';
import { bucketRemoval, removal } from './removal.ts';

const TENANT_INDEX = 'by_tenant';
/** Retention of the archive in environments without customers, in days. */
const THROWAWAY_DAYS = 90;
/** Actions that change or remove an entry. PutItem can overwrite one too: a policy cannot require its condition. */
const ALTERATIONS = [
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:PartiQLDelete',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:UpdateItem',
];

export interface AuditTrailProps {
  environment: Environment;
  /** The bucket for the archive's access log. */
  accessLog: Bucket;
}

/** The audit log: an append-only table, its stream, and the archive that the stream is copied to. */
export class AuditTrail extends Construct {
  readonly table: Table;
  readonly archive: Bucket;
  /** The variables of functions that refuse callers. */
  readonly variables: { AUDIT_TABLE: string; AUDIT_REFUSALS_PER_MINUTE?: string };
  private readonly archiveName: string;

  constructor(scope: Construct, id: string, { environment, accessLog }: AuditTrailProps) {
    super(scope, id);
    this.archiveName = `deeplens-${environment.name}-audit-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
    this.table = this.newTable(environment);
    this.archive = this.newArchive(environment, accessLog);
    this.variables = {
      AUDIT_TABLE: this.table.tableName,
      // On one machine all calls come from one address, and tests make hundreds of refused ones.
      ...(environment.name === 'local' && { AUDIT_REFUSALS_PER_MINUTE: '10000' }),
    };
  }

  /** The ARNs of the table and its index. */
  get tableArns(): string[] {
    return [this.table.tableArn, `${this.table.tableArn}/index/${TENANT_INDEX}`];
  }

  /** The ARN of the archive's objects, by name, so that cdk-nag matches it in other stacks too. */
  get objects(): string {
    return `arn:${Aws.PARTITION}:s3:::${this.archiveName}/audit/*`;
  }

  private newTable(environment: Environment): Table {
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    const tableName = `deeplens-${environment.name}-audit`;
    const arn = `arn:${Aws.PARTITION}:dynamodb:${Aws.REGION}:${Aws.ACCOUNT_ID}:table/${tableName}`;
    const table = new Table(this, 'Table', {
      tableName,
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: environment.recovery },
      deletionProtection: environment.keepData,
      removalPolicy: removal(environment),
      resourcePolicy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            sid: 'OnlyGrows',
            effect: Effect.DENY,
            principals: [new AnyPrincipal()],
            actions: ALTERATIONS,
            resources: [arn],
          }),
        ],
      }),
    });
    table.addGlobalSecondaryIndex({
      indexName: TENANT_INDEX,
      partitionKey: text('gsi_tenant'),
      sortKey: text('sk'),
      projectionType: ProjectionType.ALL,
    });
    if (!environment.recovery) acknowledge(table, { DDB3: 'Local tables are recreated by npm run reset.' });
    return table;
  }

  private newArchive(environment: Environment, accessLog: Bucket): Bucket {
    const { keepData, auditLockDays } = environment;
    return new Bucket(this, 'Archive', {
      bucketName: this.archiveName,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...bucketRemoval(environment),
      serverAccessLogsBucket: accessLog as IBucket, // its type differs only under exactOptionalPropertyTypes
      serverAccessLogsPrefix: 'audit/',
      versioned: keepData,
      ...(auditLockDays !== undefined && {
        objectLockEnabled: true,
        objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(auditLockDays)),
      }),
      lifecycleRules: [
        { id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        ...(keepData ? [] : [{ id: 'old-entries', expiration: Duration.days(THROWAWAY_DAYS) }]),
      ],
    });
  }
}
