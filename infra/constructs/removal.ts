import { RemovalPolicy } from 'aws-cdk-lib';
import type { Environment } from '../config/environments.ts';

/**
 * Returns what becomes of data when their stack is deleted. A first creation that is rolled back leaves nothing behind, so
 * that names are free for the next try.
 */
export const removal = ({ keepData }: Environment): RemovalPolicy =>
  keepData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

/** Returns the same for a bucket, which S3 deletes only when it is empty. On one machine `npm run reset` deletes it. */
export const bucketRemoval = (environment: Environment) => ({
  removalPolicy: removal(environment),
  autoDeleteObjects: !environment.keepData && environment.name !== 'local',
});
