import { STSClient } from '@aws-sdk/client-sts';
import { openS3 } from '#shared/connectors/s3-open.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { emulator } from '../emulator.ts';
import { describeConnector } from './connector.suite.ts';
import { s3Storage } from './s3-storage.ts';

const tenant = tenantId('acme');

describeConnector('S3', () => {
  const { endpoint, region } = emulator();
  return s3Storage(emulator(), (bucket, prefix, keys) => {
    const config = { bucket, region };
    const location = { type: 's3' as const, config, storage_id: newStorageId(), prefix };
    const sts = () => new STSClient(emulator());
    return openS3({ tenant, location, credentials: async () => keys, session: 'test' }, sts, { endpoint });
  });
});
