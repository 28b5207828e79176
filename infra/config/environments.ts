import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TrustedIssuer } from '#shared/identity/trusted-issuer.ts';
import type { Inputs } from './inputs.ts';

/** Vector storage in graphs: floats, or 7 bits per number (docs/adr/0021). A change requires a rebuild. */
type VectorStorage = 'float' | 'sq';

/** The vector index. A domain belongs to the deployment; a node runs already, for tests on one machine. */
export type VectorIndexRow =
  | { kind: 'lancedb'; uri: string; module: string }
  | { kind: 'opensearch-node'; endpoint: string; storage: VectorStorage; shards: number }
  | {
      kind: 'opensearch-domain';
      dataNode: string;
      dataNodes: number;
      volumeGb: number;
      managers?: string;
      storage: VectorStorage;
      /**
       * Shards of a new index, a multiple of the data nodes. A shard of 50 GB holds about eight million images; a search
       * asks the tenant's alone. A change requires a rebuild.
       */
      shards: number;
    };

/**
 * The gpu-worker's capacity. `process`: a task definition that an external process reads. `fargate`: CPU only.
 * `gpu`: instances with one NVIDIA GPU each, Spot above `onDemand`; `minTasks` always run, once the service exists.
 */
export type WorkerRow =
  | { kind: 'process'; modelsDir: string }
  | { kind: 'fargate'; maxTasks: number }
  | {
      kind: 'gpu';
      instances: readonly [string, ...string[]];
      onDemand: number;
      minTasks: number;
      maxTasks: number;
    };

/** An environment without its place on AWS. */
export interface EnvironmentRow {
  name: string;
  /** Retains data when stacks are deleted. */
  keepData: boolean;
  /** Point-in-time recovery of tables, over 35 days. */
  recovery: boolean;
  /** Days of object lock on the audit archive, binding even the account's owner; absent: no lock. */
  auditLockDays?: number;
  functions: {
    architecture: 'arm64' | 'x86_64';
    logDays: 3 | 14 | 90;
    logLevel: 'DEBUG' | 'INFO';
    tracing: boolean;
    /** MB of search-images: more than 3 008 only where AWS has raised the account's limit. Two CPUs come with 3 538. */
    searchMemory?: number;
  };
  /** Maximum number of concurrent validations; each is a process. */
  validators: number;
  /**
   * Concurrent executions that are kept for the authorizer and for searches, whatever else runs. The account's quota must
   * allow them beside 100 others: npm run preflight. Absent: no reservation, which a new account could not grant.
   */
  reserved?: { authorizer: number; search: number };
  /** Maximum number of concurrent batches of each later step. */
  consumers: number;
  /** Availability zones of the private network; absent: no network. */
  zones?: 2 | 3;
  vectorIndex: VectorIndexRow;
  /** Installed models, separated by commas; the first is the default of new tenants. */
  models: string;
  worker: WorkerRow;
  /** Issuers whose tokens are accepted beside the pool's. */
  trustedIssuers: readonly TrustedIssuer[];
  /** The origin of the pool's JWKS, if it is not the pool's own. */
  jwksOrigin?: string;
  /**
   * Where API Gateway gets the key of a call from, by which it applies the usage plans. `AUTHORIZER`: from the authorizer.
   * `HEADER`: from the caller. The emulator knows no other source, so there no call needs a key and usage plans do not apply.
   */
  apiKeySource: 'AUTHORIZER' | 'HEADER';
  /**
   * `host:port` that functions may call for a tenant although they are not public, separated by commas: a receiver of
   * tests. Only `local` can have any.
   */
  allowedAddresses?: string;
  /** Where spans are sent, OTLP over HTTP. Absent: to Lambda's own listener, where `tracing` is on. */
  otlpEndpoint?: string;
  /** A web application firewall in front of the API. */
  firewall: boolean;
  /** Hosts the console by CloudFront, which the emulator does not know: on one machine the front serves it. */
  hostsConsole: boolean;
}

/** An environment with its place: an account and a region of AWS; none on one machine. */
export interface Environment extends EnvironmentRow {
  target?: Pick<Inputs, 'account' | 'region' | 'repository' | 'workerCreated'>;
  /** The API's own host, with its certificate in ACM; the stage's own address without one. */
  domain?: { name: string; certificateArn: string };
  /** The prefix of links to the API, without a slash at the end. By default the stage's own address. */
  apiUrl?: string;
  /** Who gets the alarms, by severity: an email address, or an https URL. */
  subscribers: { page?: string; ticket?: string };
  /** The console's own host, with its certificate in us-east-1; CloudFront's address without one. */
  consoleDomain?: { name: string; certificateArn: string };
  /** The console's addresses, redirect targets after signing in or out. */
  consoleUrls: readonly [string, ...string[]];
}

/** Tenants can choose a model other than the default: docs/models.md. */
const MODELS = 'deeplens-lite-v1,efficientnet-lite1';
const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

function localVectorIndex(): VectorIndexRow {
  const endpoint = process.env.DEEPLENS_OPENSEARCH_URL;
  if (process.env.DEEPLENS_VECTOR_INDEX === 'opensearch')
    return {
      kind: 'opensearch-node',
      endpoint: endpoint ?? 'http://127.0.0.1:9200',
      storage: 'float',
      shards: 4,
    };
  return {
    kind: 'lancedb',
    uri: resolve(process.env.DEEPLENS_STATE_DIR ?? root('.deeplens'), 'lancedb'),
    module: fileURLToPath(import.meta.resolve('@lancedb/lancedb')),
  };
}

/** JSON, validated where it is read: `shared/identity/issuers.ts`. */
const localIssuers = (): TrustedIssuer[] => JSON.parse(process.env.DEEPLENS_TRUSTED_ISSUERS ?? '[]');

/**
 * The environments. `local` is limited to what the emulator can run: no network, no GPU, LanceDB as the index.
 * OpenSearch's engine is lucene in all of them, as in the tests (docs/adr/0003).
 */
export const ENVIRONMENTS = {
  local: {
    name: 'local',
    trustedIssuers: localIssuers(),
    allowedAddresses: process.env.DEEPLENS_ALLOWED_ADDRESSES ?? '',
    ...(process.env.OTEL_EXPORTER_OTLP_ENDPOINT && { otlpEndpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT }),
    validators: 4,
    consumers: 2,
    keepData: false,
    recovery: false,
    functions: {
      architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
      logDays: 3,
      logLevel: 'INFO',
      tracing: false,
    },
    vectorIndex: localVectorIndex(),
    models: MODELS,
    worker: { kind: 'process', modelsDir: root('models') },
    jwksOrigin: process.env.AWS_ENDPOINT_URL ?? 'http://127.0.0.1:4566',
    apiKeySource: 'HEADER',
    firewall: false,
    hostsConsole: false,
  },
  dev: {
    name: 'dev',
    trustedIssuers: [],
    validators: 10,
    consumers: 10,
    keepData: false,
    recovery: true,
    functions: { architecture: 'arm64', logDays: 14, logLevel: 'DEBUG', tracing: true },
    zones: 2,
    vectorIndex: {
      kind: 'opensearch-domain',
      dataNode: 'r7g.large.search',
      dataNodes: 2,
      volumeGb: 50,
      storage: 'float',
      shards: 2,
    },
    models: MODELS,
    worker: { kind: 'fargate', maxTasks: 2 },
    apiKeySource: 'AUTHORIZER',
    firewall: false,
    hostsConsole: true,
  },
  staging: {
    name: 'staging',
    trustedIssuers: [],
    validators: 50,
    reserved: { authorizer: 50, search: 50 },
    consumers: 10,
    keepData: true,
    recovery: true,
    functions: { architecture: 'arm64', logDays: 14, logLevel: 'INFO', tracing: true },
    zones: 2,
    vectorIndex: {
      kind: 'opensearch-domain',
      dataNode: 'r7g.large.search',
      dataNodes: 2,
      volumeGb: 100,
      storage: 'float',
      shards: 4,
    },
    models: MODELS,
    worker: { kind: 'gpu', instances: ['g4dn.xlarge', 'g5.xlarge'], onDemand: 0, minTasks: 0, maxTasks: 2 },
    apiKeySource: 'AUTHORIZER',
    firewall: true,
    hostsConsole: true,
  },
  prod: {
    name: 'prod',
    trustedIssuers: [],
    validators: 200,
    reserved: { authorizer: 200, search: 200 },
    consumers: 30,
    keepData: true,
    recovery: true,
    auditLockDays: 400, // a year, and a month to audit it
    functions: { architecture: 'arm64', logDays: 90, logLevel: 'INFO', tracing: true },
    zones: 2,
    vectorIndex: {
      kind: 'opensearch-domain',
      dataNode: 'r7g.2xlarge.search',
      dataNodes: 4,
      volumeGb: 500,
      storage: 'float',
      shards: 12,
      managers: 'm7g.large.search',
    },
    models: MODELS,
    worker: {
      kind: 'gpu',
      instances: ['g5.xlarge', 'g6.xlarge', 'g4dn.xlarge'],
      onDemand: 1,
      minTasks: 2, // docs/adr/0055
      maxTasks: 8,
    },
    apiKeySource: 'AUTHORIZER',
    firewall: true,
    hostsConsole: true,
  },
} as const satisfies Record<string, EnvironmentRow>;

export type EnvironmentName = keyof typeof ENVIRONMENTS;
export const ENVIRONMENT_NAMES = Object.keys(ENVIRONMENTS) as EnvironmentName[]; // Object.keys loses the literal types
