import type { App } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Env as SearchImagesEnv } from '../../functions/search/search-images/env.ts';
import type { Environment } from '../config/environments.ts';
import { searchMemory } from '../config/quotas.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction, MODELS_IN_FUNCTION } from '../constructs/app-function.ts';
import { tenantGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, onTable } from '../constructs/permissions.ts';
import type { Routes } from '../constructs/routes.ts';
import type { VectorIndexAccess } from '../constructs/vector-index-access.ts';
import { webVariables } from '../constructs/web-access.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface SearchStackProps {
  environment: Environment;
  data: DataStack;
  index: VectorIndexAccess;
}

/** Similarity search. */
export class SearchStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly functions: IFunction[];

  constructor(app: App, { environment, data, index }: SearchStackProps) {
    super(app, environment, 'search');
    const guards = tenantGuardsAccess(data);
    const search = new AppFunction<typeof SearchImagesEnv>(this, 'SearchImages', {
      environment,
      path: 'search/search-images',
      description: 'Embeds a query image, and finds similar ones',
      variables: {
        ...index.variables,
        ...guards.variables,
        ...webVariables(environment),
        IMAGES_TABLE: data.tables.images.tableName,
        GROUPS_TABLE: data.tables.groups.tableName,
        ACTIVITY_TABLE: data.tables.activity.tableName,
        IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
        DEEPLENS_MODELS: environment.models,
        MODELS_DIR: MODELS_IN_FUNCTION,
      },
      timeout: 29, // API Gateway’s limit
      memory: searchMemory(environment), // 3 008 MB come with 1.7 CPUs, for the decoder and the model
      reserved: environment.reserved?.search,
      canary: 'errors',
      nativeModules: ['sharp', 'onnxruntime-node'],
      models: 'all',
      network: index.networkWithEgress,
    })
      .allow(onTable('BatchGetItem', 'Query'), [data.tables.images.tableArn])
      .allow(onTable('GetItem'), [data.tables.activity.tableArn], inPartitions(PARTITIONS.switches))
      .allow(onTable('BatchGetItem'), [data.tables.groups.tableArn])
      .allow(onTable('GetItem', 'PutItem'), [data.tables.activity.tableArn], inPartitions(PARTITIONS.cache))
      .allow(ACTIONS.readObjects, [data.imagesBucket.objects('derived')])
      .allow(ACTIONS.listObjects, [data.imagesBucket.bucket.bucketArn]);
    index.allow(search, 'search', 'prepare');
    guards.allow(search);
    this.functions = [search.lambda];
    this.routes = { 'POST /v1/search/similarity': search.live };
  }
}
