import { type App, CfnOutput } from 'aws-cdk-lib';
import { Alias } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Environment } from '../config/environments.ts';
import { AuditTrail } from '../constructs/audit-trail.ts';
import { DataTables } from '../constructs/data-tables.ts';
import { ImagesBucket } from '../constructs/images-bucket.ts';
import { EnvironmentStack } from './environment-stack.ts';

/** The data that outlive a deployment: tables and buckets; and the topic of events. */
export class DataStack extends EnvironmentStack {
  readonly tables: DataTables;
  readonly imagesBucket: ImagesBucket;
  readonly events: Topic;
  readonly audit: AuditTrail;

  constructor(app: App, { environment }: { environment: Environment }) {
    super(app, environment, 'data', { holdsData: true });
    this.tables = new DataTables(this, 'Tables', { environment });
    this.imagesBucket = new ImagesBucket(this, 'Pictures', { environment });
    this.audit = new AuditTrail(this, 'Audit', { environment, accessLog: this.imagesBucket.accessLog });
    this.events = new Topic(this, 'Events', {
      topicName: `deeplens-${environment.name}-events`,
      enforceSSL: true,
      masterKey: Alias.fromAliasName(this, 'EventsKey', 'alias/aws/sns'),
    });
    new CfnOutput(this, 'AuditBucket', { value: this.audit.archive.bucketName });
    new CfnOutput(this, 'ImagesBucket', { value: this.imagesBucket.bucket.bucketName });
  }
}
