import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { environment } from './config/choose-environment.ts';
import { FEATURE_FLAGS } from './config/feature-flags.ts';
import { readInputs, requireAccount } from './config/inputs.ts';
import { deepLensStacks } from './stacks/deeplens.ts';

const app = new App({ postCliContext: FEATURE_FLAGS });
const name: unknown = app.node.tryGetContext('env');
const chosen = environment(
  name,
  readInputs(String(name), (key) => app.node.tryGetContext(key)),
);
// The CDK loads credentials before it runs this program.
if (chosen.target) requireAccount(chosen.name, chosen.target, process.env.CDK_DEFAULT_ACCOUNT);
deepLensStacks(app, chosen);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
