import { type App, Tags } from 'aws-cdk-lib';
import type { Environment } from '../config/environments.ts';
import { vectorIndexAccess } from '../constructs/vector-index-access.ts';
import { ApiStack } from './api.ts';
import { DataStack } from './data.ts';
import { DuplicatesStack } from './duplicates.ts';
import { IdentityStack } from './identity.ts';
import { IngestStack, TIMEOUTS } from './ingest.ts';
import { JobsStack } from './jobs.ts';
import { ModelsStack } from './models.ts';
import { NetworkStack } from './network.ts';
import { OperationsStack } from './operations.ts';
import { SearchStack } from './search.ts';
import { ServiceStack } from './service.ts';
import { TenantsStack } from './tenants.ts';
import { UsageStack } from './usage.ts';
import { VectorIndexStack } from './vector-index.ts';

/** All stacks of an environment: data first, then the flows, then what joins and what watches them. */
export function deepLensStacks(app: App, environment: Environment): void {
  const { zones, vectorIndex } = environment;
  const data = new DataStack(app, { environment });
  const identity = new IdentityStack(app, { environment });
  const network = zones && new NetworkStack(app, { environment, zones });
  const domain =
    network && vectorIndex.kind === 'opensearch-domain'
      ? new VectorIndexStack(app, { environment, network, row: vectorIndex })
      : undefined;
  const index = vectorIndexAccess(environment, domain);

  const duplicates = new DuplicatesStack(app, { environment, data, index });
  const ingest = new IngestStack(app, {
    environment,
    data,
    index,
    network,
    laterDeadLetters: { duplicates: duplicates.queue.deadLetters },
  });
  const search = new SearchStack(app, { environment, data, index });
  const models = new ModelsStack(app, {
    ...{ environment, data, index },
    // On one machine a picture is validated in a second, and nobody waits for a minute.
    validationSeconds: environment.name === 'local' ? 5 : TIMEOUTS.validation,
  });
  const tenants = new TenantsStack(app, { environment, data, identity, index, modelJobs: models.jobs.queue });
  const jobs = new JobsStack(app, { environment, data, modelJobs: models.jobs.queue });
  const usage = new UsageStack(app, { environment, data });
  const embeddingQueue = ingest.queues.embedding.queue;
  const service = new ServiceStack(app, { environment, data, index, embeddingQueue });

  const flows = [ingest, search, duplicates, models, tenants, jobs, usage, service];
  const functions = [...flows, identity].flatMap((each) => each.functions);
  const { authorizer } = tenants;
  const { api } = new ApiStack(app, {
    environment,
    authorizer,
    routes: flows.map(({ routes }) => routes),
  });
  new OperationsStack(app, {
    environment,
    api,
    functions,
    authorizer,
    queues: {
      ...ingest.queues,
      duplicates: duplicates.queue,
      archive: service.archive,
      purges: tenants.purges,
      'model-jobs': models.jobs,
      usage: usage.queue,
    },
    streams: { 'export-audit': service.exporter, 'update-statistics': usage.statistics },
    worker: ingest.worker.service,
  });
  Tags.of(app).add('service', 'deeplens');
  Tags.of(app).add('environment', environment.name);
}
