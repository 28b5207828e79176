// Writes sdk/src/generated from the OpenAPI document of shared/contracts; with --check, fails if it differs from what is there.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import { openApiDocument } from '../../shared/contracts/http/openapi.ts';
import { operationsSource } from './operations-source.ts';

const GENERATED = join(import.meta.dirname, '../src/generated');

/** Returns the types of the document as TypeScript. */
async function typesSource(document: Record<string, unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deeplens-sdk-'));
  try {
    await createClient({
      input: document,
      output: { path: folder },
      plugins: ['@hey-api/typescript'],
      logs: { level: 'silent' },
    });
    return await readFile(join(folder, 'types.gen.ts'), 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  version: string; // npm refuses a package without one
};
// The types do not depend on the document's version.
const document = openApiDocument('0');
const files = {
  'types.gen.ts': await typesSource(document),
  'operations.gen.ts': operationsSource(document, version),
};
for (const [name, source] of Object.entries(files)) {
  const path = join(GENERATED, name);
  if (!process.argv.includes('--check')) await writeFile(path, source);
  else if ((await readFile(path, 'utf8').catch(() => '')) !== source) {
    process.stderr.write(
      `✗ sdk/src/generated/${name} is not what the OpenAPI document says: npm run generate:sdk\n`,
    );
    process.exitCode = 1;
  }
}
