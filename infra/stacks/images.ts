import { type App, CfnOutput } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { MAX_RECEIVES } from '#shared/kernel/redelivery.ts';
import type { Env as IndexImageEnv } from '../../functions/images/index-image/env.ts';
import type { Env as ManageImagesEnv } from '../../functions/images/manage-images/env.ts';
import type { Env as RequestUploadsEnv } from '../../functions/images/request-uploads/env.ts';
import type { Env as ValidateImageEnv } from '../../functions/images/validate-image/env.ts';
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { sendUploads } from '../constructs/bucket-notifications.ts';
import { subscribe } from '../constructs/event-subscription.ts';
import { GpuWorker } from '../constructs/gpu-worker.ts';
import { idempotentGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, onTable } from '../constructs/permissions.ts';
import { QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import { tenantSecrets } from '../constructs/tenant-secrets.ts';
import type { VectorIndexAccess } from '../constructs/vector-index-access.ts';
import { webVariables } from '../constructs/web-access.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';
import { type DeadLetters, failureRecording } from './failure-recording.ts';
import type { NetworkStack } from './network.ts';
import { imageSettlement } from './settlement.ts';

export interface ImagesStackProps {
  environment: Environment;
  data: DataStack;
  index: VectorIndexAccess;
  network: NetworkStack | undefined;
  /** The dead-letter queues of later steps in other stacks. */
  laterDeadLetters: { duplicates: Queue };
}

/** Timeouts of each step, in seconds per batch. */
export const TIMEOUTS = { validation: 60, embedding: 60, indexing: 30 } as const;

/** The least that SQS accepts as the maximum of concurrent batches of a queue. */
const LEAST_CONCURRENCY = 2;

/** Ingest of images, from the upload to the index. */
export class ImagesStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly worker: GpuWorker;
  readonly functions: IFunction[];
  readonly settlement: IFunction;
  readonly queues: Record<'validation' | 'fair-validation' | 'embedding' | 'indexing', QueueWithDlq>;
  private readonly props: ImagesStackProps;

  constructor(app: App, props: ImagesStackProps) {
    const { environment, data } = props;
    super(app, environment, 'ingest');
    this.props = props;
    this.queues = {
      validation: this.queue('Validation', TIMEOUTS.validation),
      'fair-validation': this.queue('Fair-Validation', TIMEOUTS.validation),
      embedding: this.queue('Embedding', TIMEOUTS.embedding),
      indexing: this.queue('Indexing', TIMEOUTS.indexing),
    };
    sendUploads(this, data.imagesBucket.bucket.bucketArn, this.queues.validation.queue);
    subscribe(this.queues.embedding.queue, data.events, 'images.validated');
    subscribe(this.queues.indexing.queue, data.events, 'images.processed');

    const requestUploads = this.requestUploads();
    const manageImages = this.manageImages();
    this.settlement = imageSettlement(this, props);
    this.functions = [
      requestUploads.lambda,
      manageImages,
      this.validateImage(),
      this.indexImage(),
      failureRecording(this, props, this.deadLetters()),
      this.settlement,
    ];
    this.worker = this.embed();
    this.routes = {
      'POST /v1/uploads': requestUploads.live,
      'POST /v1/images': requestUploads.live,
      'GET /v1/images': manageImages,
      'GET /v1/images/{image_id}': manageImages,
      'DELETE /v1/images/{image_id}': manageImages,
      'POST /v1/images/delete': manageImages,
      'GET /v1/thumbnails/{image_id}': manageImages,
    };
    new CfnOutput(this, 'EmbeddingQueueUrl', { value: this.queues.embedding.queue.queueUrl });
    new CfnOutput(this, 'WorkerTaskDefinitionArn', { value: this.worker.taskDefinitionArn });
  }

  private queue(stage: string, consumerTimeout: number): QueueWithDlq {
    const name = `deeplens-${this.props.environment.name}-${stage.toLowerCase()}`;
    return new QueueWithDlq(this, stage, { name, consumerTimeout, maxReceives: MAX_RECEIVES });
  }

  private deadLetters(): DeadLetters {
    const { validation, 'fair-validation': fair, embedding, indexing } = this.queues;
    return [
      ['validation', validation.deadLetters],
      ['validation', fair.deadLetters],
      ['embedding', embedding.deadLetters],
      ['indexing', indexing.deadLetters],
      ['duplicates', this.props.laterDeadLetters.duplicates],
    ];
  }

  private requestUploads(): AppFunction<typeof RequestUploadsEnv> {
    const { environment, data } = this.props;
    const guards = idempotentGuardsAccess(data);
    const request = new AppFunction<typeof RequestUploadsEnv>(this, 'RequestUploads', {
      environment,
      path: 'images/request-uploads',
      description: 'Accepts images: forms for uploads, images in requests and at URLs',
      variables: {
        ...guards.variables,
        ...webVariables(environment),
        IMAGES_TABLE: data.tables.images.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
      },
      timeout: 29, // API Gateway’s limit
      memory: 1_024, // a file of 50 MB, read from its URL and sent to S3
      canary: 'errors',
    })
      .allow(onTable('BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'), [data.tables.images.tableArn])
      .allow(onTable('GetItem'), [data.tables.activity.tableArn], inPartitions(PARTITIONS.switches))
      .allow(ACTIONS.writeObjects, [data.imagesBucket.objects('incoming')]);
    return guards.allow(request);
  }

  private manageImages(): IFunction {
    const { environment, data, index } = this.props;
    const { tables, imagesBucket } = data;
    const guards = idempotentGuardsAccess(data);
    const secrets = tenantSecrets(environment);
    const manage = new AppFunction<typeof ManageImagesEnv>(this, 'ManageImages', {
      environment,
      path: 'images/manage-images',
      description: 'Lists, shows and purges images, and signs their thumbnails',
      variables: {
        ...index.variables,
        ...guards.variables,
        IMAGES_TABLE: tables.images.tableName,
        GROUPS_TABLE: tables.groups.tableName,
        IMAGES_BUCKET: imagesBucket.bucket.bucketName,
        TENANTS_TABLE: tables.tenants.tableName,
        CATALOGUE_TABLE: tables.catalogue.tableName,
        ...secrets.variables,
        ...webVariables(environment),
      },
      timeout: 29,
      memory: 1_024,
      // It deletes originals in tenants' own storage.
      network: index.networkWithEgress,
    })
      .allow(onTable('GetItem'), [tables.tenants.tableArn])
      .allow(onTable('BatchGetItem', 'DeleteItem', 'PutItem'), [tables.catalogue.tableArn])
      .allow(ACTIONS.readSecrets, [secrets.of('storage')])
      .assumeTenantRoles()
      .allow(
        onTable('BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
        [tables.images.tableArn],
      )
      .allow(onTable('Query'), [tables.imagesBy('by_external_id'), tables.imagesBy('by_status')])
      .allow(onTable('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'), [
        tables.groups.tableArn,
      ])
      .allow(onTable('BatchWriteItem', 'Query'), [tables.activity.tableArn], inPartitions(PARTITIONS.cache))
      // The purge of an image counts and removes its objects, archived events included.
      .allow([...ACTIONS.readObjects, ...ACTIONS.deleteObjects], imagesBucket.everyObject)
      .allow(ACTIONS.listObjects, [imagesBucket.bucket.bucketArn]);
    index.allow(manage, 'write');
    return guards.allow(manage).lambda;
  }

  private validateImage(): IFunction {
    const { environment, data } = this.props;
    const incoming = data.imagesBucket.objects('incoming');
    const uploads = data.imagesBucket.objects('uploads');
    const derived = data.imagesBucket.objects('derived');
    const { validation, 'fair-validation': fair } = this.queues;
    const validate = new AppFunction<typeof ValidateImageEnv>(this, 'ValidateImage', {
      environment,
      path: 'images/validate-image',
      description: 'Validates an uploaded image, and derives thumbnails and the models’ input',
      variables: {
        TENANTS_TABLE: data.tables.tenants.tableName,
        IMAGES_TABLE: data.tables.images.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        DEEPLENS_MODELS: environment.models,
        LIMITS_TABLE: data.tables.limits.tableName,
        FAIR_VALIDATION_QUEUE_URL: fair.queue.queueUrl,
      },
      timeout: TIMEOUTS.validation,
      // 1 GB for the process that reads images, and as much for this one: ADR 0032.
      memory: 2_048,
      nativeModules: ['sharp'],
    })
      .allow(onTable('GetItem'), [data.tables.tenants.tableArn])
      .allow(onTable('GetItem', 'UpdateItem'), [data.tables.images.tableArn, data.tables.limits.tableArn])
      .allow(ACTIONS.readObjects, [incoming, uploads])
      // It decodes what strangers send: it cannot read derivatives.
      .allow(ACTIONS.writeObjects, [uploads, derived])
      .allow(ACTIONS.deleteObjects, [incoming, uploads, derived])
      .allow(ACTIONS.listObjects, [data.imagesBucket.bucket.bucketArn])
      .allow(ACTIONS.publish, [data.events.topicArn])
      .allow(ACTIONS.send, [fair.queue.queueArn]);
    const inOrder = Math.max(LEAST_CONCURRENCY, Math.round(environment.validators / 4));
    const batch = { size: 1, waitSeconds: 0 };
    validation.consumedBy(validate, { ...batch, concurrency: inOrder });
    fair.consumedBy(validate, { ...batch, concurrency: environment.validators - inOrder });
    return validate.lambda;
  }

  private indexImage(): IFunction {
    const { environment, data, index } = this.props;
    const step = new AppFunction<typeof IndexImageEnv>(this, 'IndexImage', {
      environment,
      path: 'images/index-image',
      description: 'Writes vectors to the table, then to the index',
      variables: {
        ...index.variables,
        IMAGES_TABLE: data.tables.images.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
      },
      timeout: TIMEOUTS.indexing,
      memory: 1_024,
      network: index.network,
    })
      .allow(
        onTable(
          'BatchGetItem',
          'BatchWriteItem',
          'ConditionCheckItem',
          'GetItem',
          'PutItem',
          'Query',
          'UpdateItem',
        ),
        [data.tables.images.tableArn],
      )
      .allow(ACTIONS.publish, [data.events.topicArn]);
    index.allow(step, 'prepare', 'write');
    this.queues.indexing.consumedBy(step, { size: 50, waitSeconds: 1, concurrency: environment.consumers });
    return step.lambda;
  }

  private embed(): GpuWorker {
    const { environment, data, network } = this.props;
    const { queue } = this.queues.embedding;
    return new GpuWorker(this, 'Worker', {
      environment,
      network,
      queue,
      deadLetters: this.queues.embedding.deadLetters,
      variables: {
        IMAGES_TABLE: data.tables.images.tableName,
        ACTIVITY_TABLE: data.tables.activity.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        EMBEDDING_QUEUE_URL: queue.queueUrl,
      },
    })
      .allow(onTable('BatchGetItem', 'GetItem', 'UpdateItem'), [data.tables.images.tableArn])
      .allow(onTable('Query'), [data.tables.imagesBy('by_sha256')])
      .allow(onTable('PutItem'), [data.tables.activity.tableArn], inPartitions(PARTITIONS.heartbeats))
      .allow(ACTIONS.readObjects, [data.imagesBucket.objects('derived')])
      .allow(ACTIONS.listObjects, [data.imagesBucket.bucket.bucketArn])
      .allow(ACTIONS.consume, [queue.queueArn])
      .allow(ACTIONS.publish, [data.events.topicArn]);
  }
}
