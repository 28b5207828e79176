import * as z from 'zod';
import type { Resource, Synthesized } from './synthesized.ts';

const many = z.union([z.unknown().array(), z.unknown().transform((one) => [one])]);
const Statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: many.pipe(z.string().array()),
  Resource: many,
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
const Policy = z.object({
  PolicyDocument: z.object({ Statement: Statement.array() }),
  Roles: z.object({ Ref: z.string() }).array(),
});
const Name = z.union([z.string(), z.object({ 'Fn::Join': z.tuple([z.string(), z.unknown().array()]) })]);

/** One permission of a role: an action, with `!` if it is denied, a resource by its short name, and the values of the conditions. */
export interface Grant {
  action: string;
  resource: string;
  conditions: string[];
}

/** Returns the grants of every role of an environment, by the construct that has the role, such as `ValidateImage`. */
export function grantsOf(stacks: Synthesized): Map<string, Grant[]> {
  const grants = new Map<string, Grant[]>();
  for (const { stack, properties } of stacks.of('AWS::IAM::Policy')) {
    const { PolicyDocument, Roles } = Policy.parse(properties);
    for (const { Ref: role } of Roles) {
      const holder = role.replace(/(Function)?(Service)?Role[0-9A-F]{8}$/, '');
      const own = PolicyDocument.Statement.flatMap(
        ({ Effect, Action, Resource: resources, Condition = {} }) =>
          Action.flatMap((action) =>
            resources.map((resource) => ({
              action: Effect === 'Deny' ? `!${action}` : action,
              resource: shortName(stacks, stack, resource),
              conditions: Object.values(Condition)
                .flatMap(Object.values)
                .flat()
                .map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
            })),
          ),
      );
      grants.set(holder, [...(grants.get(holder) ?? []), ...own]);
    }
  }
  return grants;
}

/** Formats grants as sorted lines such as `dynamodb:activity [REVOKED#*]: GetItem`. */
export function linesOf(grants: readonly Grant[]): string[] {
  const where = ({ resource, conditions }: Grant) =>
    conditions.length > 0 ? `${resource} [${conditions.join(' ')}]` : resource;
  return [...Map.groupBy(grants, where)]
    .map(([place, own]) => {
      const actions = own.map(({ action }) => action.replace(`${place.split(':')[0]}:`, ''));
      return `${place}: ${[...new Set(actions)].sort().join(' ')}`;
    })
    .sort();
}

/** Returns the ARN without what is the same for all: `dynamodb:images`, `s3:pictures/uploads/*`, `sqs:validation`. */
function shortName(
  { name, byArn }: Pick<Synthesized, 'name' | 'byArn'>,
  stack: string,
  arn: unknown,
): string {
  const join = z.object({ 'Fn::Join': z.tuple([z.literal(''), z.unknown().array()]) }).safeParse(arn);
  const parts = join.success ? join.data['Fn::Join'][1] : [arn];
  const text = parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const resource = byArn(stack, part);
      const stream = JSON.stringify(part).includes('StreamArn') ? '/stream' : '';
      return resource ? `${namedArn(resource)}${stream}` : '';
    })
    .join('');
  return text
    .replace(/^arn::/, '')
    .replaceAll(`deeplens-${name}-`, '')
    .replace(`/deeplens-${name}.`, '/deeplens.')
    .replace(`/deeplens/${name}/`, '/deeplens/')
    .replace(`:deeplens/${name}/`, ':')
    .replace(/:[a-z]+-[a-z]+-\d:\d{12}:/, ':')
    .replace(/:{2,}/, ':')
    .replace(/^(s3:\w+)-+/, '$1');
}

/** Returns the service and the name of a resource; a resource without a name is known by its logical id. */
function namedArn({ id, type, properties }: Resource): string {
  if (type === 'AWS::Cognito::UserPool') return 'cognito-idp:pool'; // its actions have another prefix than its type
  const [, service = '', kind = ''] = type.split('::');
  const given = Object.entries(properties).find(([key]) => key === `${kind}Name`)?.[1];
  const parsed = Name.safeParse(given);
  const text = !parsed.success
    ? id
    : typeof parsed.data === 'string'
      ? parsed.data
      : parsed.data['Fn::Join'][1].filter((part) => typeof part === 'string').join('');
  return `${service.toLowerCase()}:${text}`;
}
