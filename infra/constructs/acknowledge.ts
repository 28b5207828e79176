import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepts rules of the AwsSolutions pack for a construct and all below it, each for a stated reason. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [rule, reason] of Object.entries(reasons))
    Validations.of(scope).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** Accepts exactly these resources with wildcards in the policies below a construct, and no others. */
export function acknowledgeWildcards(scope: IConstruct, resources: readonly string[], reason: string): void {
  for (const resource of resources)
    if (resource.includes('*'))
      acknowledge(scope, { [`IAM5[Resource::${asFinding(Stack.of(scope).resolve(resource))}]`]: reason });
}

/** Formats a resolved ARN as the pack does in findings: references in angle brackets. */
function asFinding(resolved: unknown): string {
  if (typeof resolved === 'string') return resolved;
  const { 'Fn::Join': join, Ref: ref, 'Fn::GetAtt': attribute } = Object(resolved);
  if (Array.isArray(join)) return join[1].map(asFinding).join(join[0]);
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  return `<${ref}>`;
}
