import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { TrustExternalId } from '#shared/contracts/http/storage-config.ts';

const Pattern = z.object({ AllowedPattern: z.string() });
const Template = z.object({
  Parameters: z.object({ Bucket: Pattern, Prefix: z.unknown(), Principal: Pattern, ExternalId: Pattern }),
  Resources: z.strictObject({
    Reader: z.object({
      Type: z.literal('AWS::IAM::Role'),
      Properties: z.object({
        AssumeRolePolicyDocument: z.object({ Statement: z.unknown().array() }),
        Policies: z.object({ PolicyDocument: z.object({ Statement: z.unknown().array() }) }).array(),
        ManagedPolicyArns: z.undefined().optional(),
      }),
    }),
  }),
});
const file = new URL('../../../infra/templates/s3-reader-role.json', import.meta.url);
const { Parameters, Resources } = Template.parse(JSON.parse(readFileSync(file, 'utf8')));
const { AssumeRolePolicyDocument, Policies } = Resources.Reader.Properties;

it('trusts the service with the external id alone', () => {
  expect(AssumeRolePolicyDocument.Statement).toEqual([
    {
      Effect: 'Allow',
      Principal: { AWS: { Ref: 'Principal' } },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } },
    },
  ]);
});

it('allows to list and read what is under the prefix, and nothing else', () => {
  const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  expect(statements).toEqual([
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::\${Bucket}` },
      Condition: { StringLike: { 's3:prefix': { 'Fn::Sub': `\${Prefix}*` } } },
    },
    {
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::\${Bucket}/\${Prefix}*` },
    },
  ]);
});

it('takes the external ids that the API issues, and no others', () => {
  const pattern = new RegExp(`^(?:${Parameters.ExternalId.AllowedPattern})$`);
  const issued = `dlx_${'aB3_-'.repeat(9).slice(0, 43)}`;
  for (const text of [issued, 'dlx_short', `${issued}x`, '*'])
    expect(pattern.test(text)).toBe(TrustExternalId.safeParse(text).success);
  expect(pattern.test(issued)).toBe(true);
});
