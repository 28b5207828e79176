import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { exampleEnvironment } from './example.ts';
import { synthesize, synthesizeEnvironment } from './synthesized.ts';

const root = (path: string) => new URL(`../../../${path}`, import.meta.url);
const run = promisify(execFile);

const Trust = z.object({
  Statement: z.tuple([
    z.object({
      Action: z.string(),
      Condition: z.object({ StringEquals: z.record(z.string(), z.string()) }),
      Principal: z.object({ Federated: z.unknown() }),
    }),
  ]),
});

describe.each(['dev', 'staging', 'prod'])('the roles of the workflow in %s', (name) => {
  const roles = synthesize(name)
    .of('AWS::IAM::Role')
    .filter(({ stack }) => stack === `deeplens-${name}-delivery`);

  it('trust one exact subject each', () => {
    const trusts = roles.map(({ properties }) => {
      const [statement] = Trust.parse(properties.AssumeRolePolicyDocument).Statement;
      expect(statement.Action).toBe('sts:AssumeRoleWithWebIdentity');
      return [properties.RoleName, statement.Condition.StringEquals];
    });
    const of = (subject: string) => ({
      'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
      'token.actions.githubusercontent.com:sub': subject,
    });
    expect(trusts).toEqual([
      [`deeplens-${name}-deploy`, of(`repo:deeplens-example/deeplens:environment:${name}`)],
      [`deeplens-${name}-diff`, of('repo:deeplens-example/deeplens:pull_request')],
    ]);
  });
});

it('makes no role for a workflow where no repository is named', () => {
  const { target, ...environment } = exampleEnvironment('dev');
  const { repository: _repository, ...place } = target ?? { account: '', region: '', workerCreated: false };
  const { of } = synthesizeEnvironment({ ...environment, target: place });
  expect(of('AWS::IAM::Role').filter(({ stack }) => stack.endsWith('-delivery'))).toEqual([]);
});

const Job = z.object({
  needs: z.union([z.string().transform((job) => [job]), z.string().array()]).default([]),
  if: z.string().optional(),
  uses: z.string().optional(),
  permissions: z.record(z.string(), z.string()).default({}),
  steps: z.array(z.object({ run: z.string().optional(), uses: z.string().optional() })).default([]),
});
const Workflow = z.object({ permissions: z.record(z.string(), z.string()), jobs: z.record(z.string(), Job) });
const workflow = async (name: string) =>
  Workflow.parse(parse(await readFile(root(`.github/workflows/${name}.yml`), 'utf8')));

describe('the workflow that deploys', () => {
  it('promotes one assembly: dev, staging, prod, each after the one before', async () => {
    const { jobs, permissions } = await workflow('deploy');
    expect(permissions).toEqual({});
    expect(Object.fromEntries(Object.entries(jobs).map(([name, { needs }]) => [name, needs]))).toEqual({
      ...{ test: [], synth: [], diff: ['synth'] },
      ...{ dev: ['test', 'synth'], staging: ['dev'], prod: ['staging'] },
    });
    const synthesised = Object.entries(jobs).filter(([, { steps }]) =>
      steps.some(({ run }) => run?.includes('cdk synth')),
    );
    expect(synthesised.map(([name]) => name)).toEqual(['synth']);
  });

  it('lets only jobs that assume a role ask for a token, and pull requests of forks none', async () => {
    const { jobs } = await workflow('deploy');
    const withToken = Object.entries(jobs).filter(([, job]) => job.permissions['id-token'] === 'write');
    expect(withToken.map(([name]) => name)).toEqual(['diff', 'dev', 'staging', 'prod']);
    expect(jobs.diff?.if).toContain('head.repo.full_name == github.repository');
  });

  it('tries each environment after its deployment, and then watches its alarms', async () => {
    const { jobs } = await workflow('deploy-environment');
    const commands = jobs.deploy?.steps.flatMap(({ run }) => run ?? []).join('\n') ?? '';
    const order = ['cdk deploy --all --app', 'npm run smoke', '.ci/soak'].map((each) =>
      commands.indexOf(each),
    );
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(order).not.toContain(-1);
  });

  it('runs only npm scripts that exist', async () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile(root('package.json'), 'utf8')));
    const files = ['ci', 'deploy', 'deploy-environment', 'release'];
    const texts = await Promise.all(
      files.map((name) => readFile(root(`.github/workflows/${name}.yml`), 'utf8')),
    );
    const named = texts.flatMap((text) =>
      [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script),
    );
    expect(named).toContain('smoke');
    expect(named.filter((script) => !(script && script in scripts))).toEqual([]);
  });
});

describe('.ci/soak', () => {
  /** Runs it with an `aws` whose answers are given, one a minute. */
  async function soak(answers: readonly string[]) {
    const folder = await mkdtemp(join(tmpdir(), 'deeplens-soak-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'answers'), `${answers.join('\n')}\n`);
    const script = `#!/bin/sh\necho "$@" >> ${folder}/calls\nhead -n 1 ${folder}/answers; sed -i 1d ${folder}/answers\n`;
    await writeFile(join(folder, 'aws'), script, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}`, SOAK_SECONDS: '0' };
    const ended = await run(root('.ci/soak').pathname, ['staging', String(answers.length)], { env }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: { code: number; stderr: string }) => ({ code: error.code, output: error.stderr }),
    );
    return { ...ended, calls: await readFile(join(folder, 'calls'), 'utf8') };
  }

  it('passes if no alarm rings', async () => {
    const { code, output, calls } = await soak(['', 'None', '']);
    expect(code).toBe(0);
    expect(output).toContain('minute 3 of 3');
    expect(calls.trim().split('\n')).toHaveLength(3);
    expect(calls).toContain('--alarm-name-prefix deeplens-staging- --state-value ALARM');
  });

  it('fails at the first that does, and names it', async () => {
    const { code, output, calls } = await soak(['', 'deeplens-staging-api-5xx', '']);
    expect(code).toBe(1);
    expect(output).toBe('✗ minute 2: deeplens-staging-api-5xx\n');
    expect(calls.trim().split('\n')).toHaveLength(2);
  });
});
