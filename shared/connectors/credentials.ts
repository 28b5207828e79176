import * as z from 'zod';

/** The secret of a storage location: keys of S3, of Azure a SAS token or an application's secret, of Google a service account's key. */
export const Credentials = z.union([
  z.object({
    access_key_id: z.string(),
    secret_access_key: z.string(),
    session_token: z.string().exactOptional(),
  }),
  z.object({ sas_token: z.string() }),
  z.object({ tenant_id: z.string(), client_id: z.string(), client_secret: z.string() }),
  z.object({ service_account: z.record(z.string(), z.unknown()) }),
  z.object({ hmac: z.object({ access_key_id: z.string(), secret_access_key: z.string() }) }),
]);
export type Credentials = z.output<typeof Credentials>;
