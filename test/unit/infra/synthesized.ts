import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import * as z from 'zod';
import type { Environment } from '../../../infra/config/environments.ts';
import { withTemporaryApp } from '../../../infra/constructs/temporary-app.ts';
import { deepLensStacks } from '../../../infra/stacks/deeplens.ts';
import { exampleEnvironment } from './example.ts';

const Properties = z.record(z.string(), z.unknown());
const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: Properties.default({}),
      DependsOn: z.union([z.string().transform((id) => [id]), z.string().array()]).default([]),
      DeletionPolicy: z.string().default('Delete'),
      UpdateReplacePolicy: z.string().default('Delete'),
      UpdatePolicy: z.unknown().optional(),
    }),
  ),
  Outputs: z
    .record(z.string(), z.object({ Value: z.unknown(), Export: z.object({ Name: z.string() }).optional() }))
    .default({}),
});
const GetAtt = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const Ref = z.object({ Ref: z.string() });
const ImportValue = z.object({ 'Fn::ImportValue': z.string() });

export interface Resource {
  stack: string;
  id: string;
  type: string;
  properties: Record<string, unknown>;
  dependsOn: string[];
  /** What happens when its stack is deleted, and when an update replaces it. */
  onDeletion: string;
  onReplacement: string;
  /** How CloudFormation changes it. */
  updatePolicy: unknown;
}

/** Synthesises an environment's templates once per process, without bundling any function. */
export function synthesize(name: string): Synthesized {
  const known = synthesizedOnce.get(name) ?? synthesizeEnvironment(exampleEnvironment(name));
  synthesizedOnce.set(name, known);
  return known;
}
const synthesizedOnce = new Map<string, Synthesized>();

/** Synthesises the templates of an environment that differs from its example. */
export function synthesizeEnvironment(environment: Environment) {
  const { name } = environment;
  const { app, stacks } = withTemporaryApp((app) => {
    deepLensStacks(app, environment);
    const stacks = app.synth().stacks.map(({ stackName, template, terminationProtection, environment }) => ({
      stack: stackName,
      place: environment.name,
      terminationProtection,
      template: Template.parse(template),
    }));
    return { app, stacks };
  });
  const resources: Resource[] = stacks.flatMap(({ stack, template }) =>
    Object.entries(template.Resources).map(([id, resource]) => ({
      stack,
      id,
      type: resource.Type,
      properties: resource.Properties,
      dependsOn: resource.DependsOn,
      onDeletion: resource.DeletionPolicy,
      onReplacement: resource.UpdateReplacePolicy,
      updatePolicy: resource.UpdatePolicy,
    })),
  );

  /** Returns the resource with an ARN, from any stack. */
  function byArn(stack: string, reference: unknown): Resource | undefined {
    const imported = ImportValue.safeParse(reference);
    if (imported.success)
      for (const other of stacks)
        for (const { Value, Export } of Object.values(other.template.Outputs))
          if (Export?.Name === imported.data['Fn::ImportValue']) return byArn(other.stack, Value);
    const id = GetAtt.safeParse(reference).data?.['Fn::GetAtt'][0] ?? Ref.safeParse(reference).data?.Ref;
    return resources.find((each) => each.stack === stack && each.id === id);
  }

  return {
    name,
    resources,
    /** The account and region of each stack. */
    stackPlaces: stacks.map(({ place }) => place),
    /** The stacks that CloudFormation refuses to delete. */
    protectedStacks: stacks.flatMap(({ stack, terminationProtection }) =>
      terminationProtection ? stack : [],
    ),
    byArn,
    of: (type: string): Resource[] => resources.filter((resource) => resource.type === type),
    violations: () => violations(app),
  };
}

/** Returns the violations of the AwsSolutions pack in an app. */
export const violations = (app: App) => new AwsSolutionsChecks(app).validateScope(app).violations;

export type Synthesized = ReturnType<typeof synthesizeEnvironment>;
