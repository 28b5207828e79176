import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { SecretPath, SecretStore } from './secret-store.ts';

/** What the names of all tenants' secrets begin with: `deeplens/prod/t/`. */
export const SecretsEnv = z.object({ SECRETS_PREFIX: z.string().regex(/^[\w-]+\/[\w-]+\/t\/$/) });

/** Secrets that one call of `removeSome` deletes. */
const SLICE = 20;

/** Secrets in AWS Secrets Manager, as `{prefix}{tenant}/{path}`. */
export function secretsManagerStore({
  prefix,
  client = new SecretsManagerClient(),
  recordAge,
}: {
  prefix: string;
  client?: SecretsManagerClient;
  /** Receives when a secret that was read was written, for metrics. */
  recordAge?: (path: SecretPath, written: Date) => void;
}): SecretStore {
  const nameOf = (tenant: TenantId, path: SecretPath): string => `${prefix}${tenant}/${path}`;
  const send = <Output>(call: Promise<Output>): Promise<Output> => orUnavailable('The secret store', call);
  const remove = async (SecretId: string): Promise<void> => {
    const command = new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true });
    await send(client.send(command)).catch(unless(ResourceNotFoundException));
  };

  /** Returns the names of the tenant's secrets, `most` at most. */
  async function namesOf(tenant: TenantId, most: number): Promise<string[]> {
    const ownPrefix = `${prefix}${tenant}/`;
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const command = new ListSecretsCommand({
        Filters: [{ Key: 'name', Values: [ownPrefix] }],
        ...(NextToken !== undefined && { NextToken }),
      });
      const page = await send(client.send(command));
      // The filter ignores case.
      const own = (page.SecretList ?? []).flatMap(({ Name }) => (Name?.startsWith(ownPrefix) ? [Name] : []));
      names.push(...own);
      NextToken = page.NextToken;
    } while (NextToken !== undefined && names.length < most);
    return names.slice(0, most);
  }

  return {
    async put(tenant, path, value) {
      const name = nameOf(tenant, path);
      const replacement = new PutSecretValueCommand({ SecretId: name, SecretString: value });
      const creation = new CreateSecretCommand({ Name: name, SecretString: value });
      const created = await send(client.send(creation)).catch(unless(ResourceExistsException));
      if (!created) await send(client.send(replacement));
    },
    async get(tenant, path) {
      const command = new GetSecretValueCommand({ SecretId: nameOf(tenant, path) });
      const found = await send(client.send(command)).catch(unless(ResourceNotFoundException));
      if (found?.CreatedDate) recordAge?.(path, found.CreatedDate);
      return found?.SecretString;
    },
    async remove(tenant, path) {
      await remove(nameOf(tenant, path));
    },
    async removeSome(tenant) {
      const names = await namesOf(tenant, SLICE);
      for (const name of names) await remove(name);
      return names.length;
    },
    async count(tenant) {
      return (await namesOf(tenant, 1)).length;
    },
  };
}

/** Returns a handler that makes an error of the class undefined, and rethrows others. */
const unless =
  (expected: typeof ResourceExistsException | typeof ResourceNotFoundException) =>
  (error: unknown): undefined => {
    if (!(error instanceof expected)) throw error;
  };
