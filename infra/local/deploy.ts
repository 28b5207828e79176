import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { endOfLog, startChild } from './child.ts';
import type { Cleanups } from './cleanups.ts';
import { awsEnvironment } from './emulator.ts';
import { deploymentFingerprint } from './fingerprint.ts';
import { CHECKOUT, type Home, TOOL_PATH } from './home.ts';
import { PlainError, step } from './steps.ts';

const CDK = join(CHECKOUT, 'node_modules/aws-cdk/bin/cdk');

/** The stacks' outputs: stack → output → value. */
const StackOutputs = z.record(z.string(), z.record(z.string(), z.string()));
const Deployed = z.object({ fingerprint: z.string(), outputs: StackOutputs });

/** Returns an output by its name. @throws PlainError if no stack has it */
export type Outputs = (name: string) => string;

export interface Deployment {
  home: Home;
  emulatorUrl: string;
  /** Variables that select the index of env `local`. */
  variables: Record<string, string>;
}

/** Deploys env `local` to the emulator, unless the same sources are deployed already. */
export async function deploy(
  { home, emulatorUrl, variables }: Deployment,
  cleanups: Cleanups,
): Promise<Outputs> {
  const file = join(home.state, 'deployed.json');
  const context = { ...variables, ...awsEnvironment(emulatorUrl), DEEPLENS_STATE_DIR: home.state };
  const fingerprint = await deploymentFingerprint(context);
  const last = Deployed.safeParse(await readJson(file));
  if (last.success && last.data.fingerprint === fingerprint) {
    console.log('✓ Stacks: up to date');
    return outputsOf(last.data.outputs);
  }
  const run = (name: string, args: string[], cwd: string) =>
    cdk({ home, name, args, cwd, env: context }, cleanups);
  const outputsFile = join(home.state, 'outputs.json');
  if (!last.success)
    await step('Preparing the emulator for the CDK', () =>
      // Outside the checkout, whose cdk.json would make it build the whole app first.
      run('cdk-bootstrap', ['bootstrap', 'aws://000000000000/us-east-1'], home.state),
    );
  await step('Building and deploying the stacks (a minute or two)', () =>
    run(
      'cdk-deploy',
      [
        ...['deploy', '--all', '--context', 'env=local', '--method', 'direct', '--require-approval', 'never'],
        ...['--concurrency', '2', '--outputs-file', outputsFile, '--output', join(home.state, 'cdk.out')],
      ],
      CHECKOUT,
    ),
  );
  const outputs = StackOutputs.parse(await readJson(outputsFile));
  await writeFile(`${file}.new`, JSON.stringify({ fingerprint, outputs }));
  await rename(`${file}.new`, file);
  return outputsOf(outputs);
}

/** Returns the outputs of the deployed stacks. @throws PlainError if none are deployed */
export async function deployedOutputs(home: Home): Promise<Outputs> {
  const deployed = Deployed.safeParse(await readJson(join(home.state, 'deployed.json')));
  if (!deployed.success) throw new PlainError('Nothing is deployed here yet: npm start');
  return outputsOf(deployed.data.outputs);
}

interface CdkCall {
  home: Home;
  name: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

async function cdk({ home, name, args, cwd, env }: CdkCall, cleanups: Cleanups): Promise<void> {
  const child = await startChild({
    home,
    name,
    program: process.execPath,
    args: [CDK, ...args, '--ci', '--no-notices', '--no-version-reporting', '--no-color'],
    cwd,
    env: {
      ...process.env,
      ...{ AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined, PATH: TOOL_PATH },
      CDK_VALIDATION: 'false', // takes several seconds, and the tests of bundles validate the same templates
      ...env,
    },
  });
  cleanups.add(async () => void (await child.stop(1_000)));
  const { code } = await child.ended;
  await child.stop(0);
  if (code !== 0)
    throw new PlainError(`The CDK failed. The end of ${child.log}:\n  ${await endOfLog(child.log)}`);
}

/** Finds an output by name: outputs of constructs have the construct's path before it, and a digest after it. */
const outputsOf =
  (stacks: z.infer<typeof StackOutputs>): Outputs =>
  (name) => {
    const pattern = new RegExp(`${name}([0-9A-F]{8})?$`);
    for (const outputs of Object.values(stacks))
      for (const [key, value] of Object.entries(outputs)) if (pattern.test(key)) return value;
    throw new PlainError(`No stack has the output ${name}.`);
  };

const readJson = async (file: string): Promise<unknown> =>
  JSON.parse(await readFile(file, 'utf8').catch(() => 'null'));
