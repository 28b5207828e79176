import {
  type Attribute,
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from './acknowledge.ts';
import { removal } from './removal.ts';

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });

/** Indexes of the table `tenants`: name, partition key, sort key. */
const TENANT_INDEXES = [
  ['by_key_hash', 'key_hash', undefined],
  ['by_kind', 'gsi_kind', 'tenant_id'],
] as const;
/** Indexes of the table `images`: name, partition key, sort key. */
const IMAGE_INDEXES = [
  ['by_sha256', 'gsi_sha256', 'image_id'],
  ['by_external_id', 'gsi_external_id', 'image_id'],
  ['by_status', 'gsi_status', 'gsi_status_at'],
] as const;

/** The DynamoDB tables. All have point-in-time recovery but `limits`, which holds counts of the last minute. */
export class DataTables extends Construct {
  readonly tenants: Table;
  readonly images: Table;
  readonly groups: Table;
  readonly activity: Table;
  readonly limits: Table;
  /** The objects of tenants' own storage. */
  readonly catalogue: Table;

  constructor(scope: Construct, id: string, { environment }: { environment: Environment }) {
    super(scope, id);
    const table = (name: string, options: { recovery: boolean; expires: boolean; stream?: true }) =>
      new Table(this, name, {
        tableName: `deeplens-${environment.name}-${name.toLowerCase()}`,
        partitionKey: text('pk'),
        sortKey: text('sk'),
        billingMode: BillingMode.PAY_PER_REQUEST,
        pointInTimeRecoverySpecification: {
          pointInTimeRecoveryEnabled: options.recovery && environment.recovery,
        },
        deletionProtection: environment.keepData,
        removalPolicy: removal(environment),
        // The statistics read the items themselves: keys are enough.
        ...(options.stream && { stream: StreamViewType.KEYS_ONLY }),
        ...(options.expires && { timeToLiveAttribute: 'expires_at' }),
      });

    this.tenants = table('Tenants', { recovery: true, expires: false });
    this.images = table('Images', { recovery: true, expires: true, stream: true });
    this.groups = table('Groups', { recovery: true, expires: false, stream: true });
    this.activity = table('Activity', { recovery: true, expires: true });
    this.limits = table('Limits', { recovery: false, expires: true });
    this.catalogue = table('Catalogue', { recovery: true, expires: true });

    for (const [indexName, partition, sort] of TENANT_INDEXES)
      this.tenants.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partition),
        ...(sort && { sortKey: text(sort) }),
      });
    this.tenants.addGlobalSecondaryIndex({
      indexName: 'by_next_scan',
      partitionKey: text('gsi_scans'),
      sortKey: text('next_scan_at'),
      projectionType: ProjectionType.INCLUDE, // no other change of a location writes to it
      nonKeyAttributes: ['tenant_id', 'storage_id'],
    });
    for (const [indexName, partition, sort] of IMAGE_INDEXES)
      this.images.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(partition),
        sortKey: text(sort),
        projectionType: ProjectionType.ALL,
      });

    this.images.addGlobalSecondaryIndex({
      indexName: 'by_unsettled',
      partitionKey: text('gsi_unsettled'),
      sortKey: text('settle_at'),
      projectionType: ProjectionType.KEYS_ONLY, // no other change of a record writes to it
    });

    this.activity.addGlobalSecondaryIndex({
      indexName: 'by_due',
      partitionKey: text('gsi_due'),
      sortKey: text('due_at'),
      projectionType: ProjectionType.KEYS_ONLY, // of pending deliveries alone
    });

    this.catalogue.addGlobalSecondaryIndex({
      indexName: 'by_queued',
      partitionKey: text('gsi_queued'),
      sortKey: text('gsi_queued_at'),
      projectionType: ProjectionType.KEYS_ONLY, // no other change of an entry writes to it
    });

    acknowledge(this.limits, { DDB3: 'Holds counts of the last minute.' });
    if (!environment.recovery) acknowledge(this, { DDB3: 'Local tables are recreated by npm run reset.' });
  }

  /** All tables, by their names in alarms. */
  get byName(): Readonly<Record<string, Table>> {
    const { tenants, images, groups, activity, limits, catalogue } = this;
    return { tenants, images, groups, activity, limits, catalogue };
  }

  /** Returns the ARN of an index of the table `images`. */
  imagesBy(index: (typeof IMAGE_INDEXES)[number][0] | 'by_unsettled'): string {
    return `${this.images.tableArn}/index/${index}`;
  }

  /** The index of what is due: pending deliveries to webhooks. */
  get activityByDue(): string {
    return `${this.activity.tableArn}/index/by_due`;
  }

  /** The ARN of the index `by_queued` of the table `catalogue`. */
  get queuedObjects(): string {
    return `${this.catalogue.tableArn}/index/by_queued`;
  }

  /** Returns the ARN of an index of the table `tenants`. */
  tenantsBy(index: (typeof TENANT_INDEXES)[number][0] | 'by_next_scan'): string {
    return `${this.tenants.tableArn}/index/${index}`;
  }
}
