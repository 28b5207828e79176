import * as z from 'zod';
import type { Environment } from '../config/environments.ts';
import { withTemporaryApp } from '../constructs/temporary-app.ts';
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
export const resourcesOf = (environment: Environment): BilledResource[] =>
  withTemporaryApp((app) => {
    deepLensStacks(app, environment);
    return app
      .synth()
      .stacks.flatMap(({ template }) => Object.values(Template.parse(template).Resources))
      .map(({ Type, Properties }) => ({ type: Type, properties: Properties }));
  });
