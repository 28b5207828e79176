import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aws } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import * as z from 'zod';
import { cacheControl } from '../../console/headers.ts';
import type { Environment } from '../config/environments.ts';
import { QUALIFIER } from './bootstrap.ts';
import { builtBy, pathOf } from './built-asset.ts';
import { appLogGroup } from './log-group.ts';
import { ACTIONS, allow } from './permissions.ts';

/** The CDK's bootstrap made their bucket. */
const UPLOADED_FILES = `arn:${Aws.PARTITION}:s3:::cdk-${QUALIFIER}-assets-${Aws.ACCOUNT_ID}-${Aws.REGION}/*`;

interface ConsoleFilesProps {
  environment: Environment;
  bucket: IBucket;
  /** `/config.json`, but for the version. */
  config: Record<string, unknown>;
}

/**
 * The files of the console in its bucket: built when the templates are, so that one build is promoted. Files of assets stay
 * when the next version comes, since an open page still asks for them.
 */
export class ConsoleFiles extends Construct {
  constructor(scope: Construct, id: string, { environment, bucket, config }: ConsoleFilesProps) {
    super(scope, id);
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(pathOf('package.json'), 'utf8')));
    const built = Source.asset(pathOf('console'), builtBy(buildConsole));
    const logGroup = appLogGroup(this, environment, `/deeplens/${environment.name}/console/deployment`);
    const role = this.deployer(bucket, logGroup);
    const deployment = {
      destinationBucket: bucket,
      memoryLimit: 256, // MB; the default runs out with files of some MB
      logGroup,
      role: role.withoutPolicyUpdates(), // otherwise the library adds families of actions
    };
    const assets = new BucketDeployment(this, 'Assets', {
      ...deployment,
      sources: [built],
      exclude: ['*'],
      include: ['assets/*'],
      prune: false,
      cacheControl: [CacheControl.fromString(cacheControl('/assets/x.js'))],
    });
    const page = new BucketDeployment(this, 'Page', {
      ...deployment,
      sources: [
        built,
        Source.jsonData('config.json', { ...config, version }),
        Source.asset(pathOf('infra/local/reference'), builtBy(buildReference)),
      ],
      exclude: ['assets/*', '.vite/*'], // the latter is for the budget
      cacheControl: [CacheControl.fromString(cacheControl('/index.html'))],
    });
    assets.node.addDependency(role); // with its policy
    page.node.addDependency(assets); // a page never asks for what is not there yet
  }

  /** The role of the CDK's function that copies files: it reads what the CDK has uploaded, and writes to the bucket. */
  private deployer(bucket: IBucket, logGroup: LogGroup): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    allow(this, role, ACTIONS.readObjects, [UPLOADED_FILES]);
    allow(this, role, [...ACTIONS.writeObjects, ...ACTIONS.deleteObjects], [bucket.arnForObjects('*')]);
    allow(this, role, ACTIONS.listObjects, [bucket.bucketArn]);
    return role;
  }
}

/** Builds the console into a folder. */
function buildConsole(outDir: string): void {
  const vite = pathOf('node_modules/vite/bin/vite.js');
  run(vite, ['build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'], pathOf('console'));
}

/** Writes the API's reference to `docs` of a folder. */
function buildReference(outDir: string): void {
  run(pathOf('infra/local/build-reference.ts'), [join(outDir, 'docs')], pathOf('.'));
}

const run = (program: string, args: readonly string[], cwd: string): unknown =>
  execFileSync(process.execPath, [program, ...args], {
    cwd,
    env: { NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
