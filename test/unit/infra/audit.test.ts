import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENVIRONMENT_NAMES } from '../../../infra/config/environments.ts';
import { type Resource, type Synthesized, synthesize } from './synthesized.ts';

const many = z.union([z.unknown().array(), z.unknown().transform((one) => [one])]);
const Statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: many.pipe(z.string().array()).default([]),
  NotAction: z.unknown().optional(),
  Resource: many.default([]),
  NotResource: z.unknown().optional(),
});
const Document = z.object({ Statement: Statement.array() });
const Policy = z.object({ PolicyDocument: Document, Roles: z.unknown().array().optional() });
const Role = z.object({
  Policies: Policy.array().default([]),
  ManagedPolicyArns: z.unknown().array().default([]),
});

interface Permission {
  /** The policy or role that contains it. */
  holder: string;
  statement: z.output<typeof Statement>;
}

/** Lists the permissions of all roles of an environment. */
const permissions = ({ of }: Pick<Synthesized, 'of'>): Permission[] => [
  ...[...of('AWS::IAM::Policy'), ...of('AWS::IAM::ManagedPolicy')].flatMap(({ id, properties }) =>
    Policy.parse(properties).PolicyDocument.Statement.map((statement) => ({ holder: id, statement })),
  ),
  ...of('AWS::IAM::Role').flatMap(({ id, properties }) =>
    Role.parse(properties).Policies.flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.map((statement) => ({ holder: id, statement })),
    ),
  ),
];

const allowsAction = ({ Action, NotAction }: Permission['statement'], wanted: string): boolean =>
  NotAction !== undefined ||
  Action.some((pattern) =>
    new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(wanted),
  );

/** Returns true if a statement covers the resource, by reference, by name or by a wildcard. */
const coversResource = (
  { Resource, NotResource }: Permission['statement'],
  { id, service, name }: AuditedResource,
) =>
  NotResource !== undefined ||
  Resource.some((resource) => {
    const text = JSON.stringify(resource);
    return (
      resource === '*' ||
      text.includes(id) ||
      text.includes(name) ||
      new RegExp(`:${service}:[^*]*(table/|:::)[\\w-]*[*]`).test(text)
    );
  });

interface AuditedResource {
  id: string;
  service: 'dynamodb' | 's3';
  name: string;
}

/** Returns the roles that may do one of the actions on the resource. */
const holders = (
  all: readonly Permission[],
  resource: AuditedResource,
  actions: readonly string[],
): string[] =>
  all
    .filter(
      ({ statement }) =>
        statement.Effect === 'Allow' &&
        coversResource(statement, resource) &&
        actions.some((action) => allowsAction(statement, action)),
    )
    .map(({ holder }) => holder);

const ALTER_ITEMS = [
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
  'dynamodb:PartiQLInsert',
  'dynamodb:UpdateTimeToLive',
  'dynamodb:DeleteTable',
  'dynamodb:UpdateTable',
  'dynamodb:PutResourcePolicy',
  'dynamodb:DeleteResourcePolicy',
];
const ALTER_OBJECTS = [
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:PutObjectRetention',
  's3:BypassGovernanceRetention',
  's3:PutLifecycleConfiguration',
  's3:PutBucketPolicy',
  's3:DeleteBucket',
];

const only = (found: readonly Resource[], what: string): Resource => {
  const [one, ...others] = found;
  if (!one || others.length > 0) throw new Error(`there should be one ${what}, not ${found.length}`);
  return one;
};

describe.each(ENVIRONMENT_NAMES)('in env %s', (name) => {
  const stacks = synthesize(name);
  const all = permissions(stacks);
  const tableName = `deeplens-${name}-audit`;
  const table: AuditedResource = {
    ...only(
      stacks.of('AWS::DynamoDB::Table').filter(({ properties }) => properties.TableName === tableName),
      'audit table',
    ),
    service: 'dynamodb',
    name: tableName,
  };
  const archive: AuditedResource = {
    ...only(
      stacks
        .of('AWS::S3::Bucket')
        .filter(({ properties }) => JSON.stringify(properties.BucketName ?? '').includes(`${tableName}-`)),
      'archive',
    ),
    service: 's3',
    name: `${tableName}-`,
  };

  it('allows no role to change or remove an entry of the audit log', () => {
    expect(holders(all, table, ALTER_ITEMS)).toEqual([]);
  });

  it('lets functions add entries, and only read-audit read them', () => {
    expect(holders(all, table, ['dynamodb:PutItem']).length).toBeGreaterThan(0);
    const readers = holders(all, table, ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:BatchGetItem']);
    expect(readers).toEqual([expect.stringMatching(/^ReadAudit/)]);
    expect(holders(all, table, ['dynamodb:Scan'])).toEqual([]);
  });

  it('allows no role to delete from the archive, and only export-audit to add to it', () => {
    expect(holders(all, archive, ALTER_OBJECTS)).toEqual([]);
    expect(holders(all, archive, ['s3:PutObject'])).toEqual([expect.stringMatching(/^ExportAudit/)]);
  });

  it('gives no role a managed policy that allows everything', () => {
    const managed = stacks
      .of('AWS::IAM::Role')
      .flatMap(({ properties }) => Role.parse(properties).ManagedPolicyArns);
    expect(managed.filter((arn) => /FullAccess|Administrator|PowerUser/.test(JSON.stringify(arn)))).toEqual(
      [],
    );
  });
});

describe('detects a planted permission', () => {
  const table: AuditedResource = { id: 'AuditTable1A2B', service: 'dynamodb', name: 'deeplens-prod-audit' };
  const arn = { 'Fn::GetAtt': ['AuditTable1A2B', 'Arn'] };
  const imported = { 'Fn::ImportValue': 'deeplens-prod-data:ExportsOutputFnGetAttAuditTable1A2BArn3C' };
  const named = 'arn:aws:dynamodb:eu-central-1:123456789012:table/deeplens-prod-audit';
  const prefix = 'arn:aws:dynamodb:eu-central-1:123456789012:table/deeplens-prod-*';

  it.each([
    ['dynamodb:UpdateItem', arn],
    ['dynamodb:Update*', imported],
    ['dynamodb:*', named],
    ['*', [prefix]],
    [['dynamodb:Query', 'dynamodb:DeleteItem'], '*'],
  ])('%j', (Action, Resource) => {
    const statement = Statement.parse({ Effect: 'Allow', Action, Resource });
    expect(holders([{ holder: 'planted', statement }], table, ALTER_ITEMS)).toEqual(['planted']);
    const denied = { ...statement, Effect: 'Deny' as const };
    expect(holders([{ holder: 'planted', statement: denied }], table, ALTER_ITEMS)).toEqual([]);
  });

  it('ignores a permission on another table', () => {
    const other = Statement.parse({
      Effect: 'Allow',
      Action: 'dynamodb:UpdateItem',
      Resource: [
        { 'Fn::GetAtt': ['ImagesTable1A2B', 'Arn'] },
        `${named.replace('audit', 'images')}/index/by_x`,
      ],
    });
    expect(holders([{ holder: 'other', statement: other }], table, ALTER_ITEMS)).toEqual([]);
  });
});
