import { describe, expect, it } from 'vitest';
import { bucketAccess, sessionPolicy } from '#shared/connectors/s3-access.ts';

const statementsOf = (prefix: string) => JSON.parse(sessionPolicy('photographs', prefix, 'aws')).Statement;

describe('the policy of a role’s session', () => {
  it('allows one bucket and prefix alone', () => {
    expect(statementsOf('in/').slice(0, 2)).toEqual([
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: 'arn:aws:s3:::photographs',
        Condition: { StringLike: { 's3:prefix': 'in/*' } },
      },
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        Resource: 'arn:aws:s3:::photographs/in/*',
      },
    ]);
  });

  it('allows to list a bucket without a prefix', () => {
    expect(statementsOf('')[0]).not.toHaveProperty('Condition');
  });

  it('takes the signs of patterns as they are', () => {
    const prefix = `\${aws:username}/*`;
    expect(statementsOf(prefix)[1].Resource).toBe(`arn:aws:s3:::photographs/\${$}{aws:username}/\${*}*`);
  });

  it.each(['фото/', 'ü/写真', 'k'.repeat(1_024), `a\u0007b`, '*'.repeat(1_024), '"'.repeat(1_024)])(
    'is one that IAM takes, under the prefix or a shorter one: %s',
    (prefix) => {
      const policy = sessionPolicy('b'.repeat(63), prefix, 'aws-us-gov');
      expect(policy.length).toBeLessThanOrEqual(2_048);
      expect(policy).toMatch(/^[\x20-\xff]*$/);
    },
  );
});

it('what is missing is said as a statement of a policy, of the partition', () => {
  const access = bucketAccess('photographs', 'in/', 'aws-cn');
  expect(access.missing('list')).toContain('"Resource":"arn:aws-cn:s3:::photographs","Condition"');
  expect(access.missing('remove')).toContain(
    '"s3:DeleteObject","Resource":"arn:aws-cn:s3:::photographs/in/*"',
  );
  expect(access.missing('assume')).toContain('sts:ExternalId');
});
