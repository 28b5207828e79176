import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Refuses connections: nothing listens on the port for discarded bytes. */
const NOWHERE = 'http://127.0.0.1:9';

it('a process of search starts while the index is unavailable: its first call then answers, with a 503', async () => {
  const program =
    "await import('./functions/search/search-images/handler.ts'); console.log('started'); process.exit()";
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
      AUDIT_TABLE: 'audit',
      IMAGES_TABLE: 'images',
      GROUPS_TABLE: 'groups',
      ACTIVITY_TABLE: 'activity',
      LIMITS_TABLE: 'limits',
      IMAGES_BUCKET: 'pictures',
      EVENTS_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:events',
      DEEPLENS_MODELS: 'deeplens-lite-v1',
      MODELS_DIR: 'models',
      VECTOR_INDEX: 'opensearch',
      OPENSEARCH_ENDPOINT: NOWHERE,
      OPENSEARCH_AUTH: 'none',
      OPENSEARCH_SHARDS: '1',
      OPENSEARCH_STORAGE: 'float',
    },
  });
  expect(stdout).toContain('started');
});
