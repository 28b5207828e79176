import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { environment } from './config/environments.ts';
import { FEATURE_FLAGS } from './config/feature-flags.ts';
import { deepLensStacks } from './stacks/deeplens.ts';

const app = new App({ postCliContext: FEATURE_FLAGS });
deepLensStacks(app, environment(app.node.tryGetContext('env')));
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
