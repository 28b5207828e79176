import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { dynamoRevocations } from '#shared/identity/dynamodb-revocations.ts';
import { poolIssuer } from '#shared/identity/issuers.ts';
import { dynamoJobStore } from '#shared/jobs/dynamodb-job-store.ts';
import { JobMessage } from '#shared/jobs/job-queue.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import { sqsJobs } from '#shared/jobs/sqs-job-queue.ts';
import { cognitoUserDirectory } from '#shared/people/cognito-user-directory.ts';
import { dynamoPeopleStore } from '#shared/people/dynamodb-people-store.ts';
import { dynamoTenantData } from '#shared/purges/dynamodb-tenant-data.ts';
import { purgeTenant } from '#shared/purges/purge-tenant.ts';
import { tenantDataOutsideTables } from '#shared/purges/tenant-data-outside-tables.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { each, queueFunction } from '#shared/runtime/queue.ts';
import { dynamoCatalogueData } from '#shared/scans/dynamodb-catalogue.ts';
import { secretsManagerStore } from '#shared/secrets/secretsmanager-secret-store.ts';
import { eventBridgeBuses } from '#shared/storages/eventbridge-bucket-events.ts';
import { apiGatewayKeys } from '#shared/tenants/api-gateway-keys.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { openVectorIndex } from '#shared/vector-index/open.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const blobs = s3Blobs({ bucket: env.IMAGES_BUCKET });
const people = dynamoPeopleStore({ table: env.TENANTS_TABLE });
const accounts = {
  directory: cognitoUserDirectory({ userPoolId: env.USER_POOL_ID }),
  revocations: dynamoRevocations({ table: env.ACTIVITY_TABLE }),
  issuer: poolIssuer(env.USER_POOL_ID),
};
const index = await openVectorIndex(env);
const run = runJob<'tenant_purge'>({
  jobs: dynamoJobStore({ table: env.ACTIVITY_TABLE }),
  queue: sqsJobs({ queueUrl: env.PURGES_QUEUE_URL }),
  runners: {
    tenant_purge: purgeTenant({
      tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
      stores: [
        ...tenantDataOutsideTables({
          usagePlans: apiGatewayKeys({ prefix: env.GATEWAY_KEYS_PREFIX }),
          buses: eventBridgeBuses({ prefix: env.EVENT_BUSES_PREFIX }),
          secrets: secretsManagerStore({ prefix: env.SECRETS_PREFIX }),
          ...{ people, accounts, index, blobs },
        }),
        dynamoCatalogueData({ table: env.CATALOGUE_TABLE }),
        ...dynamoTenantData(env),
      ],
      settleSeconds: env.PURGE_SETTLE_SECONDS,
    }),
  },
  budgetSeconds: env.PURGE_BUDGET_SECONDS,
});

export const handler = queueFunction({
  body: JobMessage,
  run: each(({ body, attempts }) => run(body.job_id, attempts >= env.PURGES_MAX_RECEIVES)),
});
