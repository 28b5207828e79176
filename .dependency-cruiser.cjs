/** Who may import whom: the table of docs/architecture.md, a rule a row. @type {import('dependency-cruiser').IConfiguration} */

/** The files of a capability that say what it does; all others in its folder are adapters and their parts. */
const PORTS = [
  '^shared/auth/(revocations|tokens|usage-plans)[.]ts$',
  '^shared/blobs/(audit-archive|blobs)[.]ts$',
  '^shared/catalog/(audit|groups|heartbeats|images|jobs|similarity-cache|statistics|tenant-data|tenants|usage)[.]ts$',
  '^shared/embedding/(embedder|installed-models|manifest|wire)[.]ts$',
  '^shared/health/health[.]ts$',
  '^shared/imaging/imaging[.]ts$',
  '^shared/limits/(limiter|window-store)[.]ts$',
  '^shared/messaging/(job-queue|publisher)[.]ts$',
  '^shared/vector-index/(document-digest|vector-index)[.]ts$',
];
const CAPABILITY = '^shared/(auth|blobs|catalog|embedding|health|imaging|limits|messaging|vector-index)/';
/** What adapters of AWS have in common. */
const AWS = '^shared/aws/';
const DOMAIN = '^shared/domain/';
const EVENTS = '^shared/events/';
const ZOD = '^node_modules/zod/';
const PURE_NODE = '^(node:)?crypto$';

/** Where a technology may be met; elsewhere it is behind a port. */
const HOMES = {
  '@aws-sdk/client-api-gateway': ['shared/auth'],
  '@aws-sdk/client-dynamodb': ['shared/catalog'],
  '@aws-sdk/client-opensearch': ['shared/health'],
  '@aws-sdk/client-s3': ['shared/blobs', 'shared/health'],
  '@aws-sdk/client-sns': ['shared/messaging'],
  '@aws-sdk/client-sqs': ['shared/health', 'shared/messaging', 'gpu-worker'],
  '@aws-sdk/client-ssm': ['shared/auth'],
  '@aws-sdk/lib-dynamodb': ['shared/catalog'],
  '@lancedb/lancedb': ['shared/vector-index'],
  '@opensearch-project/opensearch': ['shared/vector-index'],
  'aws-jwt-verify': ['shared/auth'],
  'onnxruntime-node': ['shared/embedding'],
  sharp: ['shared/imaging', 'infra/local'],
};

/** LanceDB is for one machine: loaded by its path there, and in no bundle. */
const BY_PATH = '^node_modules/(@lancedb/lancedb|apache-arrow)/';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'domain-stands-alone',
      'Nouns and rules: nothing but ulid.',
      { path: DOMAIN },
      { pathNot: [DOMAIN, '^node_modules/ulid/'] },
    ),
    rule(
      'events-know-the-domain',
      'The wire contracts: domain and zod.',
      { path: EVENTS },
      { pathNot: [EVENTS, DOMAIN, ZOD] },
    ),
    rule(
      'api-knows-the-domain',
      'The HTTP contract: domain, zod and its OpenAPI.',
      { path: '^shared/api/' },
      { pathNot: ['^shared/api/', DOMAIN, ZOD, '^node_modules/zod-openapi/'] },
    ),
    rule(
      'ports-know-the-domain',
      'A port speaks of the domain, of events and of other ports.',
      { path: PORTS },
      { pathNot: [...PORTS, DOMAIN, EVENTS, ZOD, PURE_NODE] },
    ),
    rule(
      'adapters-know-their-port',
      'An adapter knows its own capability, ports and the domain; not what is above it.',
      { path: CAPABILITY, pathNot: PORTS },
      {
        path: '^(shared|functions|gpu-worker|infra|test)/',
        pathNot: ['^shared/$1/', ...PORTS, AWS, DOMAIN, EVENTS],
      },
    ),
    ...Object.entries(HOMES).map(([technology, homes]) =>
      rule(
        `technology-at-home-${technology}`,
        `${technology} is met in ${homes.join(', ')} alone.`,
        { path: '^(shared|functions|gpu-worker|infra)/', pathNot: homes.map((home) => `^${home}/`) },
        { path: `^node_modules/${technology}/` },
      ),
    ),
    rule(
      'flows-know-ports',
      'A flow is a plain function over ports: no adapter, no runtime, no package.',
      { path: '^shared/flows/' },
      { pathNot: ['^shared/flows/', DOMAIN, EVENTS, ...PORTS, PURE_NODE] },
    ),
    rule(
      'runtime-knows-lambda',
      'All that knows a Lambda or a queue exists; nothing of what they are for.',
      { path: '^shared/runtime/' },
      {
        pathNot: [
          '^shared/(runtime|api)/',
          '^shared/catalog/audit[.]ts$',
          '^shared/limits/limiter[.]ts$',
          '^shared/messaging/publisher[.]ts$',
          DOMAIN,
          EVENTS,
          ZOD,
          PURE_NODE,
          '^node_modules/(@middy|@aws-lambda-powertools|@aws-sdk/util-dynamodb|@types/aws-lambda)/',
        ],
      },
    ),
    rule(
      'front-door-is-for-functions',
      'What every function of a tenant’s routes is wired with; nothing else knows it.',
      { pathNot: '^(functions|test|shared/front-door)/' },
      { path: '^shared/front-door/' },
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
      'Infrastructure reads the tables of the domain and the names of events; it runs none of our code.',
      { path: '^infra/', pathNot: '^infra/local/' },
      {
        path: '^(shared|functions|gpu-worker|test)/|^infra/local/',
        pathNot: [
          '^shared/domain/(issuer|plans|problems|tenant)[.]ts$',
          '^shared/events/registry[.]ts$',
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
      'What npm start runs is a client of the API.',
      { path: '^infra/local/' },
      {
        path: '^(shared|functions|gpu-worker|test|infra)/',
        pathNot: ['^infra/local/', '^shared/(api|domain)/'],
      },
    ),
    rule(
      'nothing-imports-tests',
      'Product code does not know its tests.',
      { pathNot: '^test/|^vitest[.]config[.]ts$' },
      { path: '^test/' },
    ),
    rule(
      'no-development-packages',
      'What is deployed needs no development package.',
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
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.d.ts', '.json'],
    },
  },
};
