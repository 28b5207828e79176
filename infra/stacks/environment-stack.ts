import { type App, Stack } from 'aws-cdk-lib';
import type { Environment } from '../config/environments.ts';

/** A stack of an environment, in the environment's account and region alone. */
export class EnvironmentStack extends Stack {
  /** @param options.holdsData CloudFormation refuses to delete it where data are kept */
  constructor(app: App, environment: Environment, name: string, options: { holdsData?: boolean } = {}) {
    const { target, keepData } = environment;
    super(app, `deeplens-${environment.name}-${name}`, {
      ...(target && { env: { account: target.account, region: target.region } }),
      terminationProtection: keepData && (options.holdsData ?? false),
    });
  }
}
