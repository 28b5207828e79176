import type { Environment } from '../config/environments.ts';
import { NEW_ACCOUNT_MEMORY, neededConcurrency, neededGpuCpus, searchMemory } from '../config/quotas.ts';
import type { Account, Quota } from './account.ts';
import type { Finding } from './findings.ts';

const CONCURRENCY: Quota = { service: 'lambda', code: 'L-B99A9384' };
/** vCPUs of running G and VT instances, on demand and Spot. */
const GPU_ON_DEMAND: Quota = { service: 'ec2', code: 'L-DB2E81BA' };
const GPU_SPOT: Quota = { service: 'ec2', code: 'L-3819A6DF' };
/** API Gateway's keys in an account and region; AWS does not raise it. */
const API_KEYS = 10_000;
/** Share of the keys from which on an operator should know. */
const MANY = 0.8;

/** Checks the quotas that AWS raises on request. */
export async function checkQuotas(environment: Environment, account: Account): Promise<Finding[]> {
  const region = environment.target?.region;
  const gpus = neededGpuCpus(environment);
  const rows: [string, Quota, number, Finding['level']][] = [
    // A reservation beyond the quota fails the deployment; without one, functions are throttled under load.
    [
      'Lambda, concurrent executions',
      CONCURRENCY,
      neededConcurrency(environment),
      environment.reserved ? 'fault' : 'warning',
    ],
    ['EC2, vCPUs of G and VT on demand', GPU_ON_DEMAND, gpus.onDemand, 'warning'],
    ['EC2, vCPUs of G and VT, Spot', GPU_SPOT, gpus.spot, 'warning'],
  ];
  const findings: Finding[] = [];
  for (const [subject, quota, needed, level] of rows) {
    if (needed === 0) continue;
    const value = await account.quota(quota);
    if (value >= needed) findings.push({ level: 'ok', subject, says: `${value}, ${needed} are needed` });
    else
      findings.push({
        level,
        subject,
        says: `${value}, ${needed} are needed`,
        command: `aws service-quotas request-service-quota-increase --service-code ${quota.service} --quota-code ${quota.code} --desired-value ${needed} --region ${region}`,
      });
  }
  return findings;
}

/** No API of AWS tells the memory that an account may give to a function. */
export function checkLambdaMemory(environment: Environment): Finding {
  const subject = 'Lambda, memory of search-images';
  const memory = searchMemory(environment);
  if (memory <= NEW_ACCOUNT_MEMORY)
    return { level: 'ok', subject, says: `${memory} MB, which every account has` };
  const says = `${memory} MB; new accounts have ${NEW_ACCOUNT_MEMORY}, and no API tells the limit`;
  return {
    level: 'warning',
    subject,
    says,
    command: 'https://console.aws.amazon.com/support/home#/case/create',
  };
}

export async function checkApiKeys(account: Account): Promise<Finding> {
  const keys = await account.apiKeys();
  const says = `${keys} of ${API_KEYS} in use; AWS does not raise it`;
  return { level: keys > MANY * API_KEYS ? 'warning' : 'ok', subject: 'API Gateway, keys', says };
}
