import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EMPTY, locationOf } from '../../../console/src/features/storage/new-location.ts';
import { readPolicy, trustPolicy } from '../../../console/src/features/storage/policies.ts';

const template = JSON.parse(
  readFileSync(new URL('../../../infra/templates/s3-reader-role.json', import.meta.url), 'utf8'),
);
const role = template.Resources.Reader.Properties;
/** Resolves the references of the template. */
const filled = (value: unknown, values: Record<string, string>) =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/\{"Ref":"(\w+)"\}/g, (_, name: string) => JSON.stringify(values[name]))
      .replace(/\{"Fn::Sub":("[^"]*")\}/g, '$1')
      .replace(/\$\{([\w:]+)\}/g, (_, name: string) => values[name] ?? ''),
  );

it('hands out the policies of the template', () => {
  const values = { Bucket: 'acme', Prefix: 'a/', Principal: 'arn:aws:iam::1:root', ExternalId: 'dlx_1' };
  const all = { ...values, 'AWS::Partition': 'aws' };
  expect(readPolicy('acme', 'a/')).toEqual(filled(role.Policies[0].PolicyDocument, all));
  expect(trustPolicy(values.Principal, values.ExternalId)).toEqual(
    filled(role.AssumeRolePolicyDocument, all),
  );
  expect(JSON.stringify(readPolicy('acme', ''))).not.toContain('s3:prefix');
});

it('makes the call of each provider', () => {
  const typed = { ...EMPTY, name: ' Pictures ', bucket: 'acme', region: 'eu-central-1', everyHours: '' };
  expect(locationOf('s3', { ...typed, roleArn: 'arn:aws:iam::1:role/r' }, 'dlx_1')).toEqual({
    ...{ name: 'Pictures', prefix: '', type: 's3' },
    config: {
      bucket: 'acme',
      region: 'eu-central-1',
      role_arn: 'arn:aws:iam::1:role/r',
      external_id: 'dlx_1',
    },
  });
  expect(
    locationOf('azure_blob', { ...typed, account: 'acme1', sasToken: '?sv=1', everyHours: '6' }, undefined),
  ).toEqual({
    ...{ name: 'Pictures', prefix: '', type: 'azure_blob', schedule: { every_hours: 6 } },
    config: { account: 'acme1', container: 'acme' },
    credentials: { sas_token: 'sv=1' },
  });
  expect(() => locationOf('gcs', { ...typed, keyFile: 'no JSON' }, undefined)).toThrow(SyntaxError);
});
