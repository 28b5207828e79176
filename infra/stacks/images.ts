import { type App, CfnOutput, Stack } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { z } from 'zod';
import type { Env as IndexImageEnv } from '../../functions/images/index-image/env.ts';
import type { Env as ManageImagesEnv } from '../../functions/images/manage-images/env.ts';
import type { Env as RecordFailureEnv } from '../../functions/images/record-failure/env.ts';
import type { Env as RequestUploadsEnv } from '../../functions/images/request-uploads/env.ts';
import type { Env as ValidateImageEnv } from '../../functions/images/validate-image/env.ts';
import type { Environment } from '../config/environments.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { sendUploads } from '../constructs/bucket-notifications.ts';
import { subscribe } from '../constructs/event-subscription.ts';
import { GpuWorker } from '../constructs/gpu-worker.ts';
import { tenantGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS } from '../constructs/permissions.ts';
import { eventSource, QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import type { VectorIndexAccess } from '../constructs/vector-index-access.ts';
import type { DataStack } from './data.ts';
import type { NetworkStack } from './network.ts';

export interface ImagesStackProps {
  environment: Environment;
  data: DataStack;
  index: VectorIndexAccess;
  network: NetworkStack | undefined;
  /** The dead-letter queues of later steps in other stacks. */
  laterDeadLetters: { duplicates: Queue };
}

/** Timeouts of each step, in seconds per batch. */
export const TIMEOUTS = { validation: 60, embedding: 60, indexing: 30, recording: 30 } as const;

/** Ingest of images, from the upload to the index. */
export class ImagesStack extends Stack {
  readonly routes: Routes;
  readonly worker: GpuWorker;
  readonly functions: NodejsFunction[];
  readonly queues: { validation: QueueWithDlq; embedding: QueueWithDlq; indexing: QueueWithDlq };
  private readonly props: ImagesStackProps;

  constructor(app: App, props: ImagesStackProps) {
    const { environment, data } = props;
    super(app, `deeplens-${environment.name}-ingest`);
    this.props = props;
    this.queues = {
      validation: this.queue('Validation', TIMEOUTS.validation),
      embedding: this.queue('Embedding', TIMEOUTS.embedding),
      indexing: this.queue('Indexing', TIMEOUTS.indexing),
    };
    sendUploads(this, data.imagesBucket.bucket.bucketArn, this.queues.validation.queue);
    subscribe(this.queues.embedding.queue, data.events, 'images.validated');
    subscribe(this.queues.indexing.queue, data.events, 'images.processed');

    const requestUploads = this.requestUploads();
    const manageImages = this.manageImages();
    this.functions = [
      requestUploads,
      manageImages,
      this.validateImage(),
      this.indexImage(),
      this.recordFailure(),
    ];
    this.worker = this.embed();
    this.routes = {
      'POST /v1/uploads': requestUploads,
      'POST /v1/images': manageImages,
      'GET /v1/images': manageImages,
      'GET /v1/images/{image_id}': manageImages,
      'DELETE /v1/images/{image_id}': manageImages,
      'GET /v1/thumbnails/{image_id}': manageImages,
    };
    new CfnOutput(this, 'EmbeddingQueueUrl', { value: this.queues.embedding.queue.queueUrl });
    new CfnOutput(this, 'WorkerTaskDefinitionArn', { value: this.worker.taskDefinitionArn });
  }

  private queue(stage: string, consumerTimeout: number): QueueWithDlq {
    const name = `deeplens-${this.props.environment.name}-${stage.toLowerCase()}`;
    return new QueueWithDlq(this, stage, { name, consumerTimeout });
  }

  private requestUploads(): NodejsFunction {
    const { environment, data } = this.props;
    const guards = tenantGuardsAccess(data);
    const request = new AppFunction<typeof RequestUploadsEnv>(this, 'RequestUploads', {
      environment,
      path: 'images/request-uploads',
      description: 'Issues presigned POSTs for uploads',
      variables: {
        ...guards.variables,
        IMAGES_TABLE: data.tables.images.tableName,
        ACTIVITY_TABLE: data.tables.activity.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
      },
      timeout: 15,
      memory: 512,
    })
      .allow(ACTIONS.changeTable, [...data.tables.imagesArns, data.tables.activity.tableArn])
      .allow(ACTIONS.writeObjects, [data.imagesBucket.objects('incoming')]);
    return guards.allow(request).lambda;
  }

  private manageImages(): NodejsFunction {
    const { environment, data, index } = this.props;
    const { tables, imagesBucket } = data;
    const guards = tenantGuardsAccess(data);
    const manage = new AppFunction<typeof ManageImagesEnv>(this, 'ManageImages', {
      environment,
      path: 'images/manage-images',
      description: 'Accepts, lists, shows and purges images, and signs their thumbnails',
      variables: {
        ...index.variables,
        ...guards.variables,
        IMAGES_TABLE: tables.images.tableName,
        GROUPS_TABLE: tables.groups.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        IMAGES_BUCKET: imagesBucket.bucket.bucketName,
      },
      timeout: 29,
      memory: 1_024,
      network: index.network,
    })
      .allow(ACTIONS.changeTable, [...tables.imagesArns, tables.groups.tableArn, tables.activity.tableArn])
      .allow([...ACTIONS.readObjects, ...ACTIONS.deleteObjects], imagesBucket.everyObject)
      .allow(ACTIONS.writeObjects, [imagesBucket.objects('incoming')])
      .allow(ACTIONS.listObjects, [imagesBucket.bucket.bucketArn]);
    index.allow(manage);
    return guards.allow(manage).lambda;
  }

  private validateImage(): NodejsFunction {
    const { environment, data } = this.props;
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
      },
      timeout: TIMEOUTS.validation,
      // 1 GB for the process that reads images, and as much for this one: ADR 0032.
      memory: 2_048,
      nativeModules: ['sharp'],
    })
      .allow(ACTIONS.writeObjects, [
        data.imagesBucket.objects('uploads'),
        data.imagesBucket.objects('derived'),
      ])
      .allow(ACTIONS.readTable, [data.tables.tenants.tableArn]);
    allowSteps(validate, data);
    this.queues.validation.consumedBy(validate, {
      size: 1,
      waitSeconds: 0,
      concurrency: environment.validators,
    });
    return validate.lambda;
  }

  private indexImage(): NodejsFunction {
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
    });
    allowSteps(step, data);
    index.allow(step);
    this.queues.indexing.consumedBy(step, { size: 50, waitSeconds: 1, concurrency: environment.consumers });
    return step.lambda;
  }

  private recordFailure(): NodejsFunction {
    const { environment, data, laterDeadLetters } = this.props;
    const deadLetters = {
      validation: this.queues.validation.deadLetters,
      embedding: this.queues.embedding.deadLetters,
      indexing: this.queues.indexing.deadLetters,
      ...laterDeadLetters,
    };
    const stages = Object.entries(deadLetters).map(([stage, { queueName }]) => [queueName, stage]);
    const record = new AppFunction<typeof RecordFailureEnv>(this, 'RecordFailure', {
      environment,
      path: 'images/record-failure',
      description: 'Publishes images.failed for messages that no step could handle',
      variables: {
        IMAGES_TABLE: data.tables.images.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        DEAD_LETTER_STAGES: JSON.stringify(Object.fromEntries(stages)),
      },
      timeout: TIMEOUTS.recording,
      memory: 512,
    });
    allowSteps(record, data);
    for (const queue of Object.values(deadLetters))
      record.lambda.addEventSource(eventSource(queue, { size: 10, waitSeconds: 0 }));
    return record.lambda;
  }

  private embed(): GpuWorker {
    const { environment, data, network } = this.props;
    const { queue } = this.queues.embedding;
    return new GpuWorker(this, 'Worker', {
      environment,
      network,
      queue,
      variables: {
        IMAGES_TABLE: data.tables.images.tableName,
        ACTIVITY_TABLE: data.tables.activity.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        EMBEDDING_QUEUE_URL: queue.queueUrl,
      },
    })
      .allow(ACTIONS.changeTable, [...data.tables.imagesArns, data.tables.activity.tableArn])
      .allow(ACTIONS.readObjects, [data.imagesBucket.objects('derived')])
      .allow(ACTIONS.listObjects, [data.imagesBucket.bucket.bucketArn])
      .allow(ACTIONS.consume, [queue.queueArn])
      .allow(ACTIONS.publish, [data.events.topicArn]);
  }
}

/** Permissions of every step: change an image’s status, publish events, and delete objects of purged images. */
function allowSteps<Schema extends z.ZodType>(step: AppFunction<Schema>, data: DataStack): void {
  step
    .allow(ACTIONS.changeTable, data.tables.imagesArns)
    .allow([...ACTIONS.readObjects, ...ACTIONS.deleteObjects], data.imagesBucket.everyObject)
    .allow(ACTIONS.listObjects, [data.imagesBucket.bucket.bucketArn])
    .allow(ACTIONS.publish, [data.events.topicArn]);
}
