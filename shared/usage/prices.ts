/**
 * US dollars: AWS's on-demand list prices in us-east-1 of November 2026, without discounts and free tiers. Check them against
 * the price list before billing by them. An hour's price times 730 is a month's.
 */
export const LIST_PRICES = {
  /** Lambda on arm64, per GB and second of memory, and per call. */
  lambdaGbSecond: 0.0000133334,
  lambdaCall: 0.2e-6,
  /** API Gateway, REST, per call. */
  apiCall: 3.5e-6,
  /** DynamoDB on demand, per unit of 1 KB written and of 4 KB read. */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  dynamoDbGbMonth: 0.25,
  /** S3 Standard, per PUT or COPY, and per GET. */
  s3Put: 5e-6,
  s3Get: 0.4e-6,
  s3GbMonth: 0.023,
  /** SQS, per request; a batch is one. */
  sqsRequest: 0.4e-6,
  /** SNS, per 64 KB published; deliveries to SQS are free. */
  snsPublish: 0.5e-6,
  /** CloudWatch Logs, per GB taken in. */
  logsGb: 0.5,
  /** CloudWatch, per month: a metric that an alarm reads, a composite alarm, a dashboard. */
  alarmMetricMonth: 0.1,
  compositeAlarmMonth: 0.5,
  dashboardMonth: 3,
  /** A firewall's list, and each of its rules, per month; its inspection, per call. */
  firewallMonth: 5,
  firewallRuleMonth: 1,
  firewallCall: 0.6e-6,
  /** Per interface endpoint, zone and hour. */
  interfaceEndpointHour: 0.01,
  natGatewayHour: 0.045,
  /** A public IPv4 address, per hour. */
  publicAddressHour: 0.005,
  /** Volumes of OpenSearch, gp3, per GB and month. */
  indexVolumeGbMonth: 0.122,
  /** Fargate on arm64, per vCPU and hour, and per GB and hour. */
  fargateCpuHour: 0.03238,
  fargateGbHour: 0.00356,
} as const;

export const HOURS_A_MONTH = 730;

/** Nodes of OpenSearch: price per hour, GB of memory. */
export const INDEX_NODES: Readonly<Record<string, { hour: number; memoryGb: number }>> = {
  'r7g.large.search': { hour: 0.167, memoryGb: 16 },
  'r7g.2xlarge.search': { hour: 0.668, memoryGb: 64 },
  'm7g.large.search': { hour: 0.135, memoryGb: 8 },
};

/** Instances of workers, per hour on demand. Spot is usually half of it or less. */
export const WORKER_INSTANCES: Readonly<Record<string, number>> = {
  'g4dn.xlarge': 0.526,
  'g5.xlarge': 1.006,
  'g6.xlarge': 0.805,
};
