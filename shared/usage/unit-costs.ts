import { LIST_PRICES as LIST, WORKER_INSTANCES } from './prices.ts';

/** Something that AWS bills for an image or a call. */
export interface CostPart {
  what: string;
  /** The type of the CloudFormation resource that it is billed for. */
  resource: string;
  /** Of a function: its name without the environment, and its memory in MB, which the templates must agree with. */
  lambda?: { name: string; memoryMb: number };
  /** US dollars. */
  usd: number;
}

/**
 * A function's share: its calls, and its milliseconds. These are CPU milliseconds per image or call, measured on two cores
 * through the local stack (validation, detection, indexing, archive, meter) and doubled for waiting on others: an estimate.
 */
const lambda = (name: string, memoryMb: number, ms: number, calls = 1): CostPart => ({
  what: `\`${name}\`, ${ms} ms of ${memoryMb} MB`,
  resource: 'AWS::Lambda::Function',
  lambda: { name, memoryMb },
  usd: (memoryMb / 1024) * (ms / 1000) * LIST.lambdaGbSecond + calls * LIST.lambdaCall,
});
const part = (what: string, resource: string, count: number, price: number): CostPart => ({
  what: `${count} ${what}`,
  resource,
  usd: count * price,
});
const writes = (count: number) => part('units written', 'AWS::DynamoDB::Table', count, LIST.writeUnit);
const reads = (count: number) => part('units read', 'AWS::DynamoDB::Table', count, LIST.readUnit);
const puts = (count: number) => part('objects written', 'AWS::S3::Bucket', count, LIST.s3Put);
const gets = (count: number) => part('objects read', 'AWS::S3::Bucket', count, LIST.s3Get);
const publishes = (count: number) => part('events', 'AWS::SNS::Topic', count, LIST.snsPublish);
const receives = (count: number) => part('requests to queues', 'AWS::SQS::Queue', count, LIST.sqsRequest);
const logs = (kilobytes: number) => part('KB of log', 'AWS::Logs::LogGroup', kilobytes, LIST.logsGb / 1e6);

/** Calls of a tenant that the meter archives as one object: it gets up to 500 of all tenants within 10 s. An assumption. */
const CALLS_A_BATCH = 10;
/** Every call: the gateway, the firewall, the authorizer, the limiter's leases, the meter, which archives its event too. */
const CALL: readonly CostPart[] = [
  part('call', 'AWS::ApiGateway::RestApi', 1, LIST.apiCall),
  part('call inspected', 'AWS::WAFv2::WebACL', 1, LIST.firewallCall),
  lambda('authorize-request', 512, 10),
  lambda('meter-usage', 512, 18, 0.01),
  publishes(1),
  receives(0.5),
  writes(2.1),
  puts(1 / CALLS_A_BATCH),
  logs(2),
];

/** Images a second of a worker with a GPU: an assumption, the one that its scaling makes. */
export const WORKER_IMAGES_PER_SECOND = 100;

/**
 * What is billed for a call of any kind but a search, a search, and an image on its way to the index, whose call is one of the
 * first kind. Units, requests and kilobytes are estimates for an image that resembles no other.
 */
export const UNIT_COSTS = {
  request: [...CALL, lambda('manage-images', 1024, 20), reads(2)],
  search: [...CALL, lambda('search-images', 3008, 300), reads(40), gets(1)],
  upload: [
    lambda('validate-image', 2048, 150),
    lambda('index-image', 1024, 30, 0.1),
    lambda('detect-duplicates', 1769, 136, 0.1),
    lambda('archive-events', 512, 32, 0.4),
    {
      what: `a worker's share, at ${WORKER_IMAGES_PER_SECOND} images a second`,
      resource: 'AWS::ECS::Service',
      usd: (WORKER_INSTANCES['g5.xlarge'] ?? Number.NaN) / 3600 / WORKER_IMAGES_PER_SECOND,
    },
    writes(42),
    reads(20),
    // The upload, the accepted file, three derivatives, an archived event of each of four states.
    puts(9),
    gets(4),
    publishes(4),
    receives(10),
    logs(8),
  ],
} as const satisfies Record<string, readonly CostPart[]>;

export type Unit = keyof typeof UNIT_COSTS;

/** Returns the cost of a call, a search, or an image's way to the index in US dollars. */
export const unitCost = (unit: Unit): number => UNIT_COSTS[unit].reduce((sum, { usd }) => sum + usd, 0);
