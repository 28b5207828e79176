import * as z from 'zod';
import { TENANT_ID_PATTERN } from '#shared/kernel/ids.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

const Issuer: z.ZodType<TrustedIssuer> = z.strictObject({
  issuer: z.url(),
  audience: z.string().min(1),
  jwks_uri: z.url().optional(),
  tenants: z.union([z.literal('*'), z.array(z.string().regex(TENANT_ID_PATTERN)).min(1)]),
  operators: z.boolean().optional(),
});

/** Parses the JSON in an environment variable. */
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

export const IssuersEnv = z.object({
  /** `{region}_{id}` of the Cognito user pool. */
  USER_POOL_ID: z.string().regex(/^[a-z0-9-]+_[A-Za-z0-9]+$/),
  /** App clients of the pool whose tokens are accepted, separated by commas. */
  USER_POOL_CLIENTS: z.string().transform((text) => text.split(',').filter(Boolean)),
  /** The operator's app client, one of `USER_POOL_CLIENTS`: its tokens get the role SystemAdmin. */
  OPERATOR_CLIENT_ID: z.string().min(1),
  /** URL of the pool's key set, if not below its issuer. */
  JWKS_URI: z.url().optional(),
  /** JSON array of `TrustedIssuer`. */
  TRUSTED_ISSUERS: json.pipe(z.array(Issuer)).prefault('[]'),
});

/** Returns the `iss` of the pool's tokens. @param userPoolId `{region}_{id}` */
export const poolIssuer = (userPoolId: string): string =>
  `https://cognito-idp.${userPoolId.split('_')[0]}.amazonaws.com/${userPoolId}`;
