/** An action on a bucket or a role, whose refusal says what is missing. */
export type S3Action = 'list' | 'read' | 'put' | 'remove' | 'assume';

/** The statements of an IAM policy that the credentials of a bucket need. */
export interface BucketAccess {
  bucket: string;
  /** Returns what to allow, so that the action is no longer refused. */
  missing(action: S3Action): string;
}

const ACTIONS = { read: 's3:GetObject', put: 's3:PutObject', remove: 's3:DeleteObject' } as const;
/** Characters of a session policy. The prefix is in it twice, escaped. */
const LONGEST_POLICY = 2_048;

/** Writes the characters that have a meaning in patterns of policies as what they are. */
const literal = (text: string): string => text.replaceAll(/[*?$]/g, (sign) => `\${${sign}}`);

const listStatement = (arn: string, prefix: string) => ({
  Effect: 'Allow',
  Action: 's3:ListBucket',
  Resource: arn,
  // A listing without prefix has no key `s3:prefix`, which no pattern would match.
  ...(prefix !== '' && { Condition: { StringLike: { 's3:prefix': `${literal(prefix)}*` } } }),
});

/** @param partition `aws`, `aws-cn` or `aws-us-gov` */
export function bucketAccess(bucket: string, prefix: string, partition = 'aws'): BucketAccess {
  const arn = `arn:${partition}:s3:::${bucket}`;
  return {
    bucket,
    missing(action) {
      if (action === 'assume')
        return 'Let the role trust our account, with the condition that sts:ExternalId equals the external id of this location.';
      const statement =
        action === 'list'
          ? listStatement(arn, prefix)
          : { Effect: 'Allow', Action: ACTIONS[action], Resource: `${arn}/${literal(prefix)}*` };
      return `Allow this, and kms:Decrypt where the bucket is encrypted with a key of KMS: ${JSON.stringify(statement)}`;
    },
  };
}

/** Returns a policy that narrows a role's session to one bucket and prefix, whatever the role itself allows. */
export function sessionPolicy(bucket: string, prefix: string, partition: string): string {
  const arn = `arn:${partition}:s3:::${bucket}`;
  // IAM takes no characters beyond U+00FF in it: a shorter prefix is wider, but still in the bucket.
  const short = /^[\x20-\xff]*/.exec(prefix)?.[0] ?? '';
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      listStatement(arn, short),
      { Effect: 'Allow', Action: Object.values(ACTIONS), Resource: `${arn}/${literal(short)}*` },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: '*',
        Condition: { StringLike: { 'kms:ViaService': 's3.*' } },
      },
    ],
  });
  if (policy.length <= LONGEST_POLICY) return policy;
  return sessionPolicy(bucket, short.slice(0, Math.floor(short.length / 2)), partition);
}
