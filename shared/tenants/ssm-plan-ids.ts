import { GetParameterError } from '@aws-lambda-powertools/parameters/errors';
import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import { PLAN_NAMES, type PlanName } from '#shared/kernel/plans.ts';

/** The SSM parameter with the ids of the usage plans, as JSON: `{"free": "abc123", …}`. */
export const UsagePlansEnv = z.object({ USAGE_PLANS_PARAMETER: z.string().min(1) });

const PlanIds = z.record(z.enum(PLAN_NAMES), z.string().min(1));

/** Seconds of caching. The ids change only with a deployment. */
const MAX_AGE = 300;

/**
 * Reads the ids of the usage plans on first use. They cannot be environment variables: the usage plans depend on the
 * API, and the API on its functions.
 */
export function ssmPlanIds(
  parameter: string,
  client: SSMClient = new SSMClient(),
): () => Promise<Record<PlanName, string>> {
  const provider = new SSMProvider({ awsSdkV3Client: client });
  const read = () =>
    provider.get(parameter, { maxAge: MAX_AGE, transform: 'json' }).catch((error: unknown) => {
      throw error instanceof GetParameterError ? error.cause : error; // the SDK's error
    });
  return async () => PlanIds.parse(await orUnavailable('The configuration', read()));
}
