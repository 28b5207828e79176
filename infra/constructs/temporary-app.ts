import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { FEATURE_FLAGS } from '../config/feature-flags.ts';

/**
 * Calls `use` with an app whose templates are read and not deployed: it builds no function, does not check the templates
 * against CloudFormation's schemas, and its files are deleted when `use` returns.
 */
export function withTemporaryApp<Result>(use: (app: App) => Result): Result {
  const outdir = mkdtempSync(join(tmpdir(), 'deeplens-templates-'));
  const context = { ...FEATURE_FLAGS, 'aws:cdk:bundling-stacks': [] };
  try {
    return use(new App({ context, outdir, builtinCloudFormationValidation: false }));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
