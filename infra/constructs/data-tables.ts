import { RemovalPolicy } from 'aws-cdk-lib';
import { type Attribute, AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from './acknowledge.ts';

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });

const KEY_INDEX = 'by_key_hash';
/** Of the table `images`: name, partition key, sort key. */
const IMAGE_INDEXES = [
  ['by_sha256', 'gsi_sha256', 'image_id'],
  ['by_external_id', 'gsi_external_id', 'image_id'],
  ['by_status', 'gsi_status', 'gsi_status_at'],
] as const;

/** The tables of the catalog. All but `activity`, which holds what is short-lived, can be brought back to any second. */
export class DataTables extends Construct {
  readonly tenants: Table;
  readonly images: Table;
  readonly groups: Table;
  readonly activity: Table;

  constructor(scope: Construct, id: string, { environment }: { environment: Environment }) {
    super(scope, id);
    const table = (name: string, options: { recovery: boolean; expires: boolean }) =>
      new Table(this, name, {
        tableName: `deeplens-${environment.name}-${name.toLowerCase()}`,
        partitionKey: text('pk'),
        sortKey: text('sk'),
        billingMode: BillingMode.PAY_PER_REQUEST,
        pointInTimeRecoverySpecification: {
          pointInTimeRecoveryEnabled: options.recovery && environment.recovery,
        },
        deletionProtection: environment.keepData,
        removalPolicy: environment.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        ...(options.expires && { timeToLiveAttribute: 'expires_at' }),
      });

    this.tenants = table('Tenants', { recovery: true, expires: false });
    this.images = table('Images', { recovery: true, expires: true });
    this.groups = table('Groups', { recovery: true, expires: false });
    this.activity = table('Activity', { recovery: false, expires: true });

    this.tenants.addGlobalSecondaryIndex({ indexName: KEY_INDEX, partitionKey: text('key_hash') });
    for (const [indexName, partition, sort] of IMAGE_INDEXES)
      this.images.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partition),
        sortKey: text(sort),
        projectionType: ProjectionType.ALL,
      });

    acknowledge(this.activity, {
      DDB3: 'Holds heartbeats and remembered replies, which expire within a day.',
    });
    if (!environment.recovery)
      acknowledge(this, { DDB3: 'The tables of one machine are made anew by npm run reset.' });
  }

  /** The table `images` and its indexes. */
  get imagesArns(): string[] {
    return [
      this.images.tableArn,
      ...IMAGE_INDEXES.map(([indexName]) => `${this.images.tableArn}/index/${indexName}`),
    ];
  }

  /** The table `tenants` and its index. */
  get tenantsArns(): string[] {
    return [this.tenants.tableArn, `${this.tenants.tableArn}/index/${KEY_INDEX}`];
  }
}
