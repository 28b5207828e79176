/** The least that a reader of a bucket needs: to list it, and to get its objects. */
export function readPolicy(bucket: string, prefix: string): object {
  const arn = `arn:aws:s3:::${bucket || 'BUCKET'}`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: arn,
        ...(prefix && { Condition: { StringLike: { 's3:prefix': `${prefix}*` } } }),
      },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: `${arn}/${prefix}*` },
    ],
  };
}

/** Lets the service assume a role, if it names the external id. */
export const trustPolicy = (principal: string, externalId: string): object => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: principal },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': externalId } },
    },
  ],
});

/** Commands that make a signature of a container for reading, which can be revoked. */
export const azureCommands = (account: string, container: string): string => {
  const place = `--account-name ${account || 'ACCOUNT'}`;
  return [
    `az storage container policy create ${place} --container-name ${container || 'CONTAINER'} \\`,
    '  --name deeplens --permissions rl --expiry 2030-01-01T00:00Z',
    `az storage container generate-sas ${place} --name ${container || 'CONTAINER'} \\`,
    '  --policy-name deeplens --output tsv',
  ].join('\n');
};

/** Commands that make a service account for reading, and a key for it. */
export const googleCommands = (bucket: string): string =>
  [
    'gcloud iam service-accounts create deeplens',
    `gcloud storage buckets add-iam-policy-binding gs://${bucket || 'BUCKET'} \\`,
    '  --member serviceAccount:deeplens@PROJECT.iam.gserviceaccount.com --role roles/storage.objectViewer',
    'gcloud iam service-accounts keys create key.json \\',
    '  --iam-account deeplens@PROJECT.iam.gserviceaccount.com',
  ].join('\n');
