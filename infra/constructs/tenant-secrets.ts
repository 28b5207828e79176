import { Aws } from 'aws-cdk-lib';
import type { Environment } from '../config/environments.ts';

/** Folders of a tenant's secrets: the credentials of its storage locations, the keys of its webhooks. */
type Folder = 'storage' | 'webhook';

/** The secrets of tenants, which functions create at run time, and what a function may do with them. */
export const tenantSecrets = (environment: Environment) => {
  const prefix = `deeplens/${environment.name}/t/`;
  const named = (name: string) =>
    `arn:${Aws.PARTITION}:secretsmanager:${Aws.REGION}:${Aws.ACCOUNT_ID}:secret:${prefix}${name}`;
  return {
    variables: { SECRETS_PREFIX: prefix },
    /** The secrets of one folder, of all tenants. */
    of: (folder: Folder): string => named(`*/${folder}/*`),
    all: named('*'),
  };
};
