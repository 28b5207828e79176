/** Who may import whom: the table of docs/architecture.md, as rules. @type {import('dependency-cruiser').IConfiguration} */

/**
 * The folders of `shared/`, lowest layer first. A folder imports from the layers below its own alone: never upwards, never
 * sideways, so no two folders import each other.
 */
const LAYERS = [
  ['kernel'],
  ['aws', 'contracts', 'embedding', 'vector-index', 'web'],
  ['audit', 'blobs', 'connectors', 'health', 'imaging', 'messaging', 'rate-limit', 'secrets', 'switches'],
  ['jobs'],
  ['tenants'],
  ['event-archive', 'identity', 'images', 'storages', 'webhooks'],
  ['matching', 'people', 'usage'],
  ['duplicates', 'failures', 'search'],
  ['models', 'purges', 'statistics'],
  ['scans'],
  ['runtime'],
  ['guards'],
];
const FOLDERS = LAYERS.flat();

/** What other modules may import: a module's nouns and ports, and the few steps that are made to be called from above. */
const SURFACE = Object.entries({
  audit: ['audit-entry', 'audit-log'],
  blobs: ['blobs', 'object-keys'],
  connectors: ['connector', 'connectors', 'credentials', 'role-arn', 'storage-target'],
  duplicates: ['group', 'group-store', 'leave-group'],
  embedding: ['embedder', 'installed-models', 'manifest', 'wire'],
  health: ['check-readiness', 'heartbeats'],
  identity: ['revocations'],
  images: [
    'derive-image',
    'find-image',
    'image-event-data',
    'image-record',
    'image-store',
    'indexed-image',
    'quota',
    'image-object-keys',
    'validation-events',
    'vector-document',
  ],
  imaging: ['imaging', 'raster', 'region', 'sniff', 'turn'],
  jobs: ['cancel-job', 'job', 'job-queue', 'job-store', 'job-writer', 'run-job', 'start-job'],
  matching: ['.+'],
  messaging: ['fair-queue', 'publisher', 'redelivery', 'traceparent'],
  purges: ['purge-image', 'tenant-data'],
  scans: ['catalogue', 'scan-schedule', 'start-scan'],
  people: ['close-account', 'people-store', 'user-directory'],
  'rate-limit': ['limiter', 'refusal-limiter'],
  search: ['similarity-cache'],
  secrets: ['secret-store'],
  storages: ['bucket-events', 'location-secrets', 'next-scan', 'storage-location', 'storage-store'],
  tenants: ['api-key', 'tenant', 'tenant-models', 'tenant-store', 'usage-plans', 'write-tenant-models'],
  usage: ['cost', 'usage', 'usage-store'],
  web: ['address-guard', 'check-url', 'guarded-agents', 'web-client'],
  'vector-index': ['document-digest', 'graph-memory', 'vector-index'],
}).map(([folder, files]) => `^shared/${folder}/(${files.join('|')})[.]ts$`);

/** A file that knows one technology is named after it. */
const ADAPTER =
  '^shared/[^/]+/(api-gateway|azure|cognito|dynamodb|eventbridge|gcs|jwt|lancedb|libheif|onnx|opensearch|process|s3|secretsmanager|sharp|sns|sqs|ssm|undici)-[^/]+[.]ts$';
/** The files of `shared/` that choose between technologies, by configuration or by what a tenant has. */
const CHOOSER = '^shared/(vector-index/open|connectors/open-connectors)[.]ts$';
const KERNEL = '^shared/kernel/';
const CONTRACTS = '^shared/contracts/';
const AWS = '^shared/aws/';
const ZOD = '^node_modules/zod/';
const PURE_NODE = '^(node:)?crypto$';

/** Where a technology may be met; elsewhere it is behind a port. */
const HOMES = {
  '@aws-sdk/client-api-gateway': ['shared/tenants/api-gateway-', 'infra/local/', 'infra/preflight/aws-'],
  '@aws-sdk/client-cognito-identity-provider': ['shared/people/cognito-', 'infra/local/'],
  '@aws-sdk/client-dynamodb': ['shared/[^/]+/dynamodb-', 'infra/local/'],
  '@aws-sdk/client-eventbridge': ['shared/storages/eventbridge-'],
  '@aws-sdk/client-s3': ['shared/[^/]+/s3-', 'infra/local/'],
  '@aws-sdk/client-secrets-manager': ['shared/secrets/secretsmanager-'],
  '@aws-sdk/client-sns': ['shared/messaging/sns-'],
  '@aws-sdk/client-sqs': ['shared/[^/]+/sqs-', 'gpu-worker/', 'infra/local/'],
  '@aws-sdk/client-sts': ['shared/connectors/s3-', 'infra/preflight/aws-'],
  '@aws-sdk/client-ssm': ['shared/tenants/ssm-', 'infra/preflight/aws-'],
  '@aws-sdk/lib-dynamodb': ['shared/[^/]+/dynamodb-'],
  '@azure/core-http-compat': ['shared/connectors/azure-'],
  '@azure/core-rest-pipeline': ['shared/connectors/azure-'],
  '@azure/identity': ['shared/connectors/azure-'],
  '@azure/storage-blob': ['shared/connectors/azure-'],
  '@lancedb/lancedb': ['shared/vector-index/lancedb-'],
  '@opensearch-project/opensearch': ['shared/vector-index/opensearch-'],
  standardwebhooks: ['shared/webhooks/sign-message'],
  'aws-jwt-verify': ['shared/identity/jwt-'],
  'google-auth-library': ['shared/connectors/gcs-'],
  'libheif-js': ['shared/imaging/libheif-'],
  'onnxruntime-node': ['shared/embedding/onnx-'],
  sharp: ['shared/imaging/sharp-', 'infra/local/'],
  undici: ['shared/web/undici-'],
};

/** LanceDB is for one machine: loaded by its path there, and in no bundle. */
const BY_PATH = '^node_modules/(@lancedb/lancedb|apache-arrow)/';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'kernel-stands-alone',
      'The nouns that everyone uses import nothing of ours.',
      { path: KERNEL },
      { pathNot: [KERNEL, ZOD, PURE_NODE, '^node_modules/ulid/'] },
    ),
    rule(
      'contracts-know-the-kernel',
      'The wire contracts import the kernel, zod and its OpenAPI.',
      { path: CONTRACTS },
      { pathNot: [CONTRACTS, KERNEL, ZOD, '^node_modules/zod-openapi/'] },
    ),
    ...LAYERS.flatMap((layer, height) =>
      layer.map((folder) => {
        const allowed = [folder, ...LAYERS.slice(0, height).flat()];
        const forbidden = FOLDERS.filter((each) => !allowed.includes(each));
        return rule(
          `layers-${folder}`,
          `${folder} imports from the layers below it alone.`,
          { path: `^shared/${folder}/` },
          { path: [`^shared/(${['-', ...forbidden].join('|')})/`, '^(functions|gpu-worker|infra)/'] },
        );
      }),
    ),
    rule(
      'modules-meet-at-their-surface',
      'Of another module only its nouns and ports, never its adapters or other steps.',
      { path: '^shared/([^/]+)/', pathNot: '^shared/guards/' },
      { path: '^shared/', pathNot: ['^shared/$1/', KERNEL, CONTRACTS, AWS, ...SURFACE] },
    ),
    rule(
      'adapters-are-wired-above',
      'A noun, a port or a step never imports an adapter: functions, gpu-worker and shared/guards wire them.',
      { path: '^shared/', pathNot: [ADAPTER, CHOOSER, AWS, '^shared/guards/'] },
      { path: [ADAPTER, AWS] },
    ),
    ...Object.entries(HOMES).map(([technology, homes]) =>
      rule(
        `technology-at-home-${technology}`,
        `${technology} is met in ${homes.join(', ')} alone.`,
        { path: '^(shared|functions|gpu-worker|infra)/', pathNot: homes.map((home) => `^${home}`) },
        { path: `^node_modules/${technology}/` },
      ),
    ),
    rule(
      'runtime-knows-lambda',
      'Everything that knows Lambda, a queue or the environment; no product module beyond the ports it guards calls with.',
      { path: '^shared/runtime/' },
      {
        pathNot: [
          '^shared/runtime/',
          '^shared/audit/audit-(entry|log)[.]ts$',
          '^shared/rate-limit/(refusal-)?limiter[.]ts$',
          '^shared/messaging/(publisher|redelivery|traceparent)[.]ts$',
          '^shared/usage/usage[.]ts$',
          '^shared/vector-index/vector-index[.]ts$',
          KERNEL,
          CONTRACTS,
          ZOD,
          PURE_NODE,
          '^(node:)?dgram$', // Lambda's listener for spans
          '^(node:)?async_hooks$', // which call an exception belongs to
          '^node_modules/(@middy|@aws-lambda-powertools|@opentelemetry|@aws-sdk/util-dynamodb|@types/aws-lambda|leven|p-limit)/',
        ],
      },
    ),
    rule(
      'guards-are-for-functions',
      'The wiring that all functions behind the API share; nothing else imports it.',
      { pathNot: '^(functions|test|shared/guards)/' },
      { path: '^shared/guards/' },
    ),
    rule(
      'functions-apart',
      'A function never imports another.',
      { path: '^functions/([^/]+/[^/]+)/' },
      { path: '^functions/', pathNot: '^functions/$1/' },
    ),
    rule(
      'programs-import-shared',
      'Functions and the gpu-worker import shared, never each other.',
      { path: '^functions/' },
      { path: '^(gpu-worker|infra)/' },
    ),
    rule(
      'worker-imports-shared',
      'Functions and the gpu-worker import shared, never each other.',
      { path: '^gpu-worker/' },
      { path: '^(functions|infra)/' },
    ),
    rule(
      'infra-knows-plans',
      'Infrastructure reads the tables of the kernel, the names of events, the prefixes of keys and what things cost; it runs none of our code.',
      { path: '^infra/', pathNot: '^infra/local/' },
      {
        path: '^(shared|functions|gpu-worker|test)/|^infra/local/',
        pathNot: [
          '^shared/kernel/(access|cors|metrics|plans|problems|redelivery|service-levels|vocabulary)[.]ts$',
          '^shared/aws/dynamodb-(activity-)?keys[.]ts$',
          '^shared/blobs/blobs[.]ts$',
          '^shared/identity/trusted-issuer[.]ts$',
          '^shared/usage/(cost|prices|unit-costs)[.]ts$',
          '^shared/contracts/events/registry[.]ts$',
          '/env[.]ts$',
        ],
      },
    ),
    rule(
      'infra-takes-types-of-env',
      'Of a program, infrastructure knows the type of its environment.',
      { path: '^infra/' },
      { path: '^(functions|gpu-worker)/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'local-is-a-client',
      'npm start runs a client of the API.',
      { path: '^infra/local/' },
      {
        path: '^(shared|functions|gpu-worker|test|infra)/',
        pathNot: ['^infra/local/', CONTRACTS, KERNEL],
      },
    ),
    rule(
      'sdk-stands-alone',
      'The SDK is a package of its own, without dependencies.',
      { path: '^sdk/src/', pathNot: '^sdk/src/node' },
      { pathNot: '^sdk/src/(?!node)' },
    ),
    rule(
      'sdk-for-node',
      'The part for Node imports Node’s modules too.',
      { path: '^sdk/src/node' },
      { dependencyTypesNot: ['core'], pathNot: '^sdk/src/' },
    ),
    rule(
      'cli-knows-the-sdk',
      'The command line knows the product by the SDK alone.',
      { path: '^cli/src/' },
      { path: '^(shared|functions|gpu-worker|infra)/' },
    ),
    rule(
      'console-knows-the-sdk',
      'The console knows the product by the SDK alone.',
      { path: '^console/' },
      { path: '^(shared|functions|gpu-worker|infra|cli)/' },
    ),
    rule(
      'nothing-imports-tests',
      'Product code does not know its tests.',
      { pathNot: '^test/|^vitest[.]config[.]ts$' },
      { path: '^test/' },
    ),
    rule(
      'no-development-packages',
      'Deployed code needs no development package.',
      { path: '^(shared|functions|gpu-worker)/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: BY_PATH },
    ),
    rule('no-cycles', 'A cycle cannot be read from either end.', {}, { circular: true }),
    rule('all-resolves', 'An import leads somewhere.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.d.ts', '.json'],
    },
  },
};
