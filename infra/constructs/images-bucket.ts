import { Aws, Duration } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { FOLDERS, type Folder } from '#shared/blobs/blobs.ts';
import { ARCHIVE_DAYS, type EventType } from '#shared/contracts/events/registry.ts';
import type { Environment } from '../config/environments.ts';
import { bucketRemoval } from './removal.ts';

const PRIVATE = {
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
} as const;

/** Expires objects that were removed or overwritten. */
const OLD_VERSIONS = {
  id: 'old-versions',
  noncurrentVersionExpiration: Duration.days(7),
  expiredObjectDeleteMarker: true,
};

/** The bucket of images (`incoming/`, `uploads/`, `derived/`) and of archived events (`events/`). */
export class ImagesBucket extends Construct {
  readonly bucket: Bucket;
  /** The access log of the service's buckets. */
  readonly accessLog: Bucket;
  private readonly bucketName: string;

  constructor(scope: Construct, id: string, { environment }: { environment: Environment }) {
    super(scope, id);
    this.bucketName = `deeplens-${environment.name}-pictures-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
    this.accessLog = this.newAccessLog(environment);
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: this.bucketName,
      ...PRIVATE,
      ...bucketRemoval(environment),
      serverAccessLogsBucket: this.accessLog as IBucket, // its type differs only under exactOptionalPropertyTypes
      // Undoes an accident. Functions cannot read or remove versions.
      versioned: environment.keepData,
      lifecycleRules: [
        ...(environment.keepData ? [OLD_VERSIONS] : []),
        // Validation removes what it has handled; this removes what it never got.
        { id: 'incoming', prefix: 'incoming/', expiration: Duration.days(1) },
        { id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        ...Object.entries(ARCHIVE_DAYS).map(([type, days]) => ({
          id: `events-${type}`,
          prefix: `events/${type}/`,
          expiration: Duration.days(days),
        })),
      ],
      // Any origin: a presigned POST fixes key, type and size and authenticates itself.
      cors: [
        { allowedMethods: [HttpMethods.POST], allowedOrigins: ['*'], allowedHeaders: ['*'], maxAge: 3000 },
      ],
    });
  }

  /** Returns the ARN of the objects in a folder, by name, so that other stacks can use it. */
  objects(folder: Folder | `events/${EventType}`): string {
    return `arn:${Aws.PARTITION}:s3:::${this.bucketName}/${folder}/*`;
  }

  /** The ARNs of all objects. */
  get everyObject(): string[] {
    return FOLDERS.map((folder) => this.objects(folder));
  }

  private newAccessLog(environment: Environment): Bucket {
    return new Bucket(this, 'AccessLog', {
      ...PRIVATE,
      ...bucketRemoval(environment),
      lifecycleRules: [{ id: 'old-entries', expiration: Duration.days(90) }],
    });
  }
}
