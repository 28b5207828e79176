import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { z } from 'zod';
import type { Environment } from '../config/environments.ts';
import { FEATURE_FLAGS } from '../config/feature-flags.ts';
import { deepLensStacks } from '../stacks/deeplens.ts';

/** A resource of a template. */
export interface BilledResource {
  type: string;
  properties: Record<string, unknown>;
}

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

/** Synthesises the templates of an environment, without building its functions, and returns their resources. */
export function resourcesOf(environment: Environment): BilledResource[] {
  const outdir = mkdtempSync(join(tmpdir(), 'deeplens-cost-'));
  try {
    const app = new App({ context: { ...FEATURE_FLAGS, 'aws:cdk:bundling-stacks': [] }, outdir });
    deepLensStacks(app, environment);
    return app
      .synth()
      .stacks.flatMap(({ template }) => Object.values(Template.parse(template).Resources))
      .map(({ Type, Properties }) => ({ type: Type, properties: Properties }));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
