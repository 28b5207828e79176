import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ARCHIVE_DAYS } from '#shared/contracts/events/registry.ts';
import type { Environment } from '../config/environments.ts';

/** The tenants' bytes: `uploads/`, `derived/`, and the archive `events/`. */
export class ImagesBucket extends Construct {
  readonly bucket: Bucket;
  /** Where accesses to the buckets of the service are logged. */
  readonly accessLog: Bucket;
  private readonly bucketName: string;

  constructor(scope: Construct, id: string, { environment }: { environment: Environment }) {
    super(scope, id);
    this.bucketName = `deeplens-${environment.name}-pictures-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
    this.accessLog = this.newAccessLog(environment);
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: this.bucketName,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: environment.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      serverAccessLogsBucket: this.accessLog as IBucket, // it is one, but not to exactOptionalPropertyTypes
      lifecycleRules: [
        { id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        ...Object.entries(ARCHIVE_DAYS).map(([type, days]) => ({
          id: `events-${type}`,
          prefix: `events/${type}/`,
          expiration: Duration.days(days),
        })),
      ],
      // A presigned POST names its key, type and size and carries its own proof: the page it comes from proves nothing.
      cors: [
        { allowedMethods: [HttpMethods.POST], allowedOrigins: ['*'], allowedHeaders: ['*'], maxAge: 3000 },
      ],
    });
  }

  /** The objects under one of the bucket's folders, as an ARN. Of the name, so that other stacks can write it too. */
  objects(folder: 'uploads' | 'derived' | 'events'): string {
    return `arn:${Aws.PARTITION}:s3:::${this.bucketName}/${folder}/*`;
  }

  /** The objects under all of them. */
  get everyObject(): string[] {
    return (['uploads', 'derived', 'events'] as const).map((folder) => this.objects(folder));
  }

  private newAccessLog(environment: Environment): Bucket {
    return new Bucket(this, 'AccessLog', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: environment.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: [{ id: 'old-entries', expiration: Duration.days(90) }],
    });
  }
}
