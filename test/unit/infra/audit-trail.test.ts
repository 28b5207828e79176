import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENT_NAMES, type EnvironmentName } from '../../../infra/config/environments.ts';
import { AuditTrail } from '../../../infra/constructs/audit-trail.ts';
import { withTemporaryApp } from '../../../infra/constructs/temporary-app.ts';
import { exampleEnvironment } from './example.ts';

const trail = (name: EnvironmentName): Template =>
  withTemporaryApp((app) => {
    const stack = new Stack(app, 'data');
    new AuditTrail(stack, 'Audit', {
      environment: exampleEnvironment(name),
      accessLog: new Bucket(stack, 'AccessLog'),
    });
    return Template.fromStack(stack);
  });
const archiveOf = (template: Template) =>
  Object.values(template.findResources('AWS::S3::Bucket')).find(({ Properties }) => Properties?.BucketName);

describe.each(ENVIRONMENT_NAMES)('the audit log of env %s', (name) => {
  const template = trail(name);

  it('streams every change with the previous item', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: `deeplens-${name}-audit`,
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by_tenant',
          KeySchema: [
            { AttributeName: 'gsi_tenant', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
  });

  it('expires nothing', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', { TimeToLiveSpecification: Match.absent() });
  });

  it('denies everyone changes and removals of entries', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      ResourcePolicy: {
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Principal: { AWS: '*' },
              Action: Match.arrayWith([
                'dynamodb:BatchWriteItem',
                'dynamodb:DeleteItem',
                'dynamodb:UpdateItem',
              ]),
              Condition: Match.absent(),
            },
          ],
        },
      },
    });
  });

  it('blocks public access to the archive, and logs access', () => {
    expect(archiveOf(template)?.Properties).toMatchObject({
      LoggingConfiguration: { LogFilePrefix: 'audit/' },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
  });
});

it.each(['staging', 'prod'] as const)('outlives its stack in env %s, and can be restored', (name) => {
  const template = trail(name);
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
  });
  const archive = archiveOf(template);
  expect(archive?.DeletionPolicy).toBe('RetainExceptOnCreate');
  expect(archive?.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  expect(JSON.stringify(archive?.Properties.LifecycleConfiguration)).not.toContain('Expiration');
});

it('locks archived objects in prod for 400 days', () => {
  expect(archiveOf(trail('prod'))?.Properties).toMatchObject({
    ObjectLockEnabled: true,
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 400 } },
    },
  });
});

it.each(['local', 'dev', 'staging'] as const)('locks nothing in env %s', (name) => {
  expect(archiveOf(trail(name))?.Properties).not.toHaveProperty('ObjectLockEnabled');
  expect(archiveOf(trail(name))?.Properties).not.toHaveProperty('ObjectLockConfiguration');
});
