import type { Environment } from '../config/environments.ts';
import type { Account } from './account.ts';
import { checkApiKeys, checkLambdaMemory, checkQuotas } from './check-quotas.ts';
import { checkRoles } from './check-roles.ts';
import type { Finding } from './findings.ts';

/** The least version of the bootstrap stack that the CDK's templates accept. */
const BOOTSTRAP = 6;

export interface PreflightOptions {
  /** Creates the service-linked roles that are missing. Nothing else is ever changed. */
  fix: boolean;
}

/** Checks whether an environment can be deployed into the account whose credentials are loaded. */
export async function preflight(
  environment: Environment,
  account: Account,
  { fix }: PreflightOptions,
): Promise<Finding[]> {
  const { target, name } = environment;
  if (!target) return [{ level: 'ok', subject: 'account', says: `env ${name} needs none` }];
  const id = await account.id();
  if (id !== target.account) {
    const says = `env ${name} belongs to ${target.account}; the credentials are for ${id}. Nothing else was read`;
    return [{ level: 'fault', subject: 'account', says }];
  }
  return [
    { level: 'ok', subject: 'account', says: `${id}, ${target.region}` },
    await checkBootstrap(target, account),
    ...(await checkRoles(environment, account, fix)),
    ...(await checkQuotas(environment, account)),
    checkLambdaMemory(environment),
    await checkApiKeys(account),
    ...(await checkCertificates(environment, account)),
    ...(await checkWorker(environment, account)),
  ];
}

type Target = NonNullable<Environment['target']>;

async function checkBootstrap({ account: id, region }: Target, account: Account): Promise<Finding> {
  const version = await account.bootstrapVersion();
  const subject = 'CDK bootstrap';
  if (version !== undefined && version >= BOOTSTRAP)
    return { level: 'ok', subject, says: `version ${version}` };
  const says = version === undefined ? `missing in ${region}` : `version ${version}, ${BOOTSTRAP} is needed`;
  return { level: 'fault', subject, says, command: `npx cdk bootstrap aws://${id}/${region} -c env=…` };
}

/** Checks the certificates of the API's host and of the console's. */
const checkCertificates = ({ domain, consoleDomain }: Environment, account: Account): Promise<Finding[]> =>
  Promise.all([domain, consoleDomain].flatMap((each) => (each ? checkCertificate(each, account) : [])));

async function checkCertificate(
  { name, certificateArn }: NonNullable<Environment['domain']>,
  account: Account,
): Promise<Finding> {
  const subject = `certificate of ${name}`;
  const region = certificateArn.split(':')[3];
  const command = `aws acm describe-certificate --region ${region} --certificate-arn ${certificateArn}`;
  const found = await account.certificate(certificateArn);
  if (!found) return { level: 'fault', subject, says: 'does not exist', command };
  if (found.status !== 'ISSUED')
    return { level: 'fault', subject, says: `is ${found.status}, not ISSUED`, command };
  const wildcard = name.replace(/^[^.]+/, '*');
  if (!found.hosts.some((host) => host === name || host === wildcard))
    return { level: 'fault', subject, says: `is for ${found.hosts.join(', ')}`, command };
  return { level: 'ok', subject, says: 'issued' };
}

/** Compares the input `workerCreated` with the account. */
async function checkWorker({ name, target, worker }: Environment, account: Account): Promise<Finding[]> {
  if (!target || worker.kind === 'process') return [];
  const exists = await account.hasService(`deeplens-${name}`, 'gpu-worker');
  const subject = 'workerCreated';
  if (exists === target.workerCreated) return [{ level: 'ok', subject, says: String(exists) }];
  if (exists)
    return [
      {
        level: 'warning',
        subject,
        says: 'set it: the service exists, and a deployment would stop its tasks',
      },
    ];
  return [
    {
      level: 'fault',
      subject,
      says: 'remove it: the service does not exist, and would wait for its first task',
    },
  ];
}
