import { type App, Aws, Tags } from 'aws-cdk-lib';
import type { Environment } from '../config/environments.ts';
import { neededConcurrency } from '../config/quotas.ts';
import { vectorIndexAccess } from '../constructs/vector-index-access.ts';
import { ApiStack } from './api.ts';
import { ConsoleStack } from './console.ts';
import { DataStack } from './data.ts';
import { DeliveryStack } from './delivery.ts';
import { DuplicatesStack } from './duplicates.ts';
import { FailuresStack } from './failures.ts';
import { IdentityStack } from './identity.ts';
import { ImagesStack, TIMEOUTS } from './images.ts';
import { JobsStack } from './jobs.ts';
import { ModelsStack } from './models.ts';
import { NetworkStack } from './network.ts';
import { OperationsStack } from './operations.ts';
import { ScansStack } from './scans.ts';
import { SearchStack } from './search.ts';
import { ServiceStack } from './service.ts';
import { StoragesStack } from './storages.ts';
import { TenantsStack } from './tenants.ts';
import { UsageStack } from './usage.ts';
import { VectorIndexStack } from './vector-index.ts';
import { WebhooksStack } from './webhooks.ts';

/** Creates all stacks of an environment: data, then the flows, then the API and operations. */
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
  const images = new ImagesStack(app, {
    environment,
    data,
    index,
    network,
    laterDeadLetters: { duplicates: duplicates.queue.deadLetters },
  });
  const search = new SearchStack(app, { environment, data, index });
  const models = new ModelsStack(app, {
    ...{ environment, data, index },
    // On one machine an image is validated in a second.
    validationSeconds: environment.name === 'local' ? 5 : TIMEOUTS.validation,
  });
  const tenants = new TenantsStack(app, { environment, data, identity, index, modelJobs: models.jobs.queue });
  const scans = new ScansStack(app, { environment, data, index });
  const failures = new FailuresStack(app, {
    environment,
    data,
    stageQueues: {
      validation: images.queues['fair-validation'].queue,
      embedding: images.queues.embedding.queue,
      indexing: images.queues.indexing.queue,
      duplicates: duplicates.queue.queue,
    },
  });
  const storages = new StoragesStack(app, { environment, data, index, changes: scans.changes.queue });
  const webhooks = new WebhooksStack(app, { environment, data });
  const embeddingQueue = images.queues.embedding.queue;
  const service = new ServiceStack(app, { environment, data, index, embeddingQueue });
  const jobs = new JobsStack(app, {
    environment,
    data,
    modelJobs: models.jobs.queue,
    redrives: failures.redrives.queue,
    scans: scans.scans.queue,
    webhookReplays: webhooks.replays.queue,
    eventReplays: service.replays.queue,
  });
  const usage = new UsageStack(app, { environment, data });

  const flows = [
    ...[images, search, duplicates, models, tenants, scans],
    ...[failures, storages, jobs, usage, webhooks, service],
  ];
  const functions = [...flows, identity].flatMap((each) => each.functions);
  const { authorizer } = tenants;
  const { api } = new ApiStack(app, {
    environment,
    authorizer: tenants.liveAuthorizer,
    routes: flows.map(({ routes }) => routes),
  });
  if (environment.hostsConsole) new ConsoleStack(app, { environment, api, data, identity });
  new OperationsStack(app, {
    environment,
    api,
    functions,
    authorizer,
    queues: {
      ...images.queues,
      duplicates: duplicates.queue,
      archive: service.archive,
      purges: tenants.purges,
      'model-jobs': models.jobs,
      redrives: failures.redrives,
      'storage-removals': storages.removals,
      scans: scans.scans,
      imports: scans.imports,
      'storage-events': scans.changes,
      usage: usage.queue,
      webhooks: webhooks.events,
      'webhook-attempts': webhooks.attempts,
      'webhook-replays': webhooks.replays,
      'event-replays': service.replays,
    },
    streams: { 'export-audit': service.exporter, 'update-statistics': usage.statistics },
    schedules: {
      'settle-images': images.settlement,
      'start-scans': scans.schedule,
      'sweep-due': webhooks.sweep,
    },
    worker: images.worker.service && { ...images.worker.service, onGpu: environment.worker.kind === 'gpu' },
    tables: { ...data.tables.byName },
    domain:
      domain && vectorIndex.kind === 'opensearch-domain'
        ? { domainName: domain.domainName, account: Aws.ACCOUNT_ID, volumeGb: vectorIndex.volumeGb }
        : undefined,
    certificate: environment.domain?.certificateArn,
    concurrency: neededConcurrency(environment),
  });
  const repository = environment.target?.repository;
  if (repository) new DeliveryStack(app, { environment, repository });
  Tags.of(app).add('service', 'deeplens');
  Tags.of(app).add('environment', environment.name);
}
