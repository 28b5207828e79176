import { Aws, Duration } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ARCHIVE_DAYS } from '#shared/contracts/events/registry.ts';
import type { Environment } from '../config/environments.ts';
import type { ImagesBucket } from './images-bucket.ts';
import { bucketRemoval } from './removal.ts';

export interface EventQueriesProps {
  environment: Environment;
  images: ImagesBucket;
}

/** The most that one query may read: a query without a day would read the whole archive. */
const BYTES_PER_QUERY = 10 * 1024 ** 3;
const RESULT_DAYS = 7;

/** The fields of an event, and its data as JSON text: `json_extract_scalar(data, '$.failure.code')`. */
const COLUMNS = [
  ...['specversion', 'id', 'source', 'subject', 'time', 'datacontenttype', 'dataversion'],
  ...['tenantid', 'correlationid', 'data'],
];

/**
 * Makes the archive of events a table of Athena, `events`, by type and day. The partitions are computed (partition
 * projection), so that no crawler has to find them: docs/operate/events.md.
 */
export class EventQueries extends Construct {
  constructor(scope: Construct, id: string, { environment, images }: EventQueriesProps) {
    super(scope, id);
    const name = `deeplens_${environment.name}`;
    const results = new Bucket(this, 'Results', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...bucketRemoval(environment),
      serverAccessLogsBucket: images.accessLog as IBucket, // its type differs only under exactOptionalPropertyTypes
      lifecycleRules: [{ id: 'old-results', expiration: Duration.days(RESULT_DAYS) }],
    });
    new CfnWorkGroup(this, 'WorkGroup', {
      name: `deeplens-${environment.name}-events`,
      description: 'Queries of archived events',
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: BYTES_PER_QUERY,
        resultConfiguration: {
          outputLocation: `s3://${results.bucketName}/`,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    });
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name, description: 'Archived events of DeepLens' },
    });
    new CfnTable(this, 'Events', {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: name,
      tableInput: eventsTable(images.bucket.bucketName),
    }).addResourceDependency(database);
  }
}

const eventsTable = (bucket: string): CfnTable.TableInputProperty => ({
  name: 'events',
  description: 'One row an event; always filter by type and day',
  tableType: 'EXTERNAL_TABLE',
  partitionKeys: [
    { name: 'type', type: 'string' },
    { name: 'day', type: 'string' },
  ],
  parameters: {
    'projection.enabled': 'true',
    'projection.type.type': 'enum',
    'projection.type.values': Object.keys(ARCHIVE_DAYS).join(','),
    'projection.day.type': 'date',
    'projection.day.format': 'yyyy-MM-dd',
    'projection.day.range': `NOW-${Math.max(...Object.values(ARCHIVE_DAYS))}DAYS,NOW`,
    'storage.location.template': `s3://${bucket}/events/\${type}/\${day}/`, // Athena fills in the latter two
  },
  storageDescriptor: {
    columns: COLUMNS.map((name) => ({ name, type: 'string' })),
    location: `s3://${bucket}/events/`,
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    serdeInfo: { serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
  },
});
