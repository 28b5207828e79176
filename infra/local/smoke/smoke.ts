import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { DeepLens } from '@deeplens/sdk';
import { ApiError } from '@deeplens/sdk';
import { FRESHNESS_SECONDS } from '#shared/kernel/service-levels.ts';

const SAMPLE = fileURLToPath(new URL('../../../samples/coffee.jpg', import.meta.url));

/** A step of the test, and what was wrong with it. */
export class SmokeFailure extends Error {
  override readonly name = 'SmokeFailure';
}

/**
 * Tries the main way of a deployment as its tenant: health, who is calling, an image from its upload until a search finds it, its
 * deletion. Leaves nothing behind, also where it fails.
 * @param deeplens with a key that may search and upload
 * @param tell is called after each step, with its milliseconds
 * @throws SmokeFailure that names the step
 */
export async function smoke(
  deeplens: DeepLens,
  tell: (step: string, detail: string, ms: number) => void,
): Promise<void> {
  const step = async <Result>(
    name: string,
    work: () => Promise<Result>,
    describe: (result: Result) => string,
  ): Promise<Result> => {
    const startedAt = performance.now();
    const result = await work().catch((error: unknown) => {
      throw new SmokeFailure(`${name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    });
    tell(name, describe(result), performance.now() - startedAt);
    return result;
  };

  await step(
    'live',
    () => deeplens.service.liveness(),
    ({ version }) => `version ${version}`,
  );
  await step(
    'ready',
    () => ready(deeplens),
    (status) => status,
  );
  await step(
    'key',
    () => deeplens.me(),
    ({ tenant_id, plan }) => `tenant ${tenant_id}, ${plan}`,
  );
  const file = new File([await readFile(SAMPLE)], 'smoke.jpg', { type: 'image/jpeg' });
  const { image_id } = await step(
    'upload',
    () => upload(deeplens, file),
    ({ image_id }) => image_id,
  );
  try {
    await step(
      'indexed',
      () => deeplens.images.waitUntilIndexed([image_id], { timeoutMs: FRESHNESS_SECONDS * 1000 }),
      () => 'a search finds it now',
    );
    await step(
      'search',
      () => find(deeplens, file, image_id),
      (verdict) => verdict,
    );
  } finally {
    await step(
      'delete',
      () => remove(deeplens, image_id),
      () => 'its id answers 410',
    );
  }
}

/** @throws Error unless all parts that the service needs are well */
async function ready(deeplens: DeepLens): Promise<string> {
  const { status, checks } = await deeplens.service.readiness();
  if (status === 'ok') return status;
  const parts = Object.entries(checks).filter(([, check]) => check.status !== 'ok');
  throw new Error(`${status}: ${parts.map(([name, { detail }]) => `${name} ${detail ?? ''}`).join(', ')}`);
}

/** Uploads it by a form, as large files come. */
async function upload(deeplens: DeepLens, file: File): Promise<{ image_id: string }> {
  const source = [{ file, external_id: `smoke-${randomUUID()}` }];
  for await (const outcome of deeplens.uploads.files(source)) {
    if (outcome.status === 'failed') throw outcome.error;
    return { image_id: outcome.image_id };
  }
  throw new Error('The upload had no outcome.');
}

/** @throws Error unless the image is found as what it is */
async function find(deeplens: DeepLens, file: File, image_id: string): Promise<string> {
  const { results } = await deeplens.search.similarity({ file, max_results: 100 });
  const found = results.find((result) => result.image_id === image_id);
  if (found?.verdict === 'exact') return 'verdict exact';
  throw new Error(`The same file should be found as exact: it is ${found?.verdict ?? 'not found'}.`);
}

/** @throws Error unless it is gone */
async function remove(deeplens: DeepLens, image_id: string): Promise<void> {
  await deeplens.images.delete(image_id);
  const gone = await deeplens.images.get(image_id).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(gone instanceof ApiError && gone.status === 410)) throw new Error('Its record is still there.');
}
