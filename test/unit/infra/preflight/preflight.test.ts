import { describe, expect, it } from 'vitest';
import { environment } from '../../../../infra/config/choose-environment.ts';
import { preflight } from '../../../../infra/preflight/checks.ts';
import { formatFindings } from '../../../../infra/preflight/findings.ts';
import { exampleEnvironment } from '../example.ts';
import {
  type Answers,
  certificate,
  elsewhere,
  NEW_ACCOUNT,
  READY_ACCOUNT,
  ROLES,
  recordedAccount,
  SERVICE_EXISTS,
} from './answers.ts';

const prod = exampleEnvironment('prod');

async function run(answers: Answers, { fix = false, of = prod } = {}) {
  const { account, calls } = recordedAccount(answers);
  const findings = await preflight(of, account, { fix });
  const about = (subject: string) => findings.find((each) => each.subject.startsWith(subject));
  return { findings, calls, about };
}
const changing = (calls: readonly string[]) => calls.filter((call) => !/^(Get|Describe|GET )/.test(call));

describe('preflight', () => {
  it('finds nothing at fault in an account that is ready', async () => {
    const { findings } = await run(READY_ACCOUNT);
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
  });

  it('refuses the credentials of another account, and reads nothing more of it', async () => {
    const { findings, calls } = await run(elsewhere('111122223333'));
    expect(findings).toEqual([expect.objectContaining({ level: 'fault', subject: 'account' })]);
    expect(calls).toEqual(['GetCallerIdentity']);
  });

  it('says of a new account what to create and what to request, with the commands', async () => {
    const { findings, about, calls } = await run(NEW_ACCOUNT);
    const faults = findings.filter(({ level }) => level === 'fault').map(({ subject }) => subject);
    expect(faults).toEqual([
      'CDK bootstrap',
      ...ROLES.map((name) => `role ${name}`),
      'Lambda, concurrent executions',
      'certificate of api.deeplens.example',
    ]);
    expect(about('CDK bootstrap')?.command).toContain('cdk bootstrap aws://444455556666/eu-west-1');
    expect(about('EC2, vCPUs of G and VT on demand')).toMatchObject({
      level: 'warning',
      says: '0, 4 are needed',
    });
    expect(about('EC2, vCPUs of G and VT, Spot')?.command).toBe(
      'aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-3819A6DF --desired-value 32 --region eu-west-1',
    );
    expect(changing(calls)).toEqual([]);
  });

  it('creates the missing roles with --fix, and changes nothing else', async () => {
    const { calls, about } = await run(NEW_ACCOUNT, { fix: true });
    expect(changing(calls)).toEqual([
      'CreateServiceLinkedRole opensearchservice.amazonaws.com',
      'CreateServiceLinkedRole ecs.amazonaws.com',
      'CreateServiceLinkedRole ecs.application-autoscaling.amazonaws.com',
      'CreateServiceLinkedRole autoscaling.amazonaws.com',
      'CreateServiceLinkedRole spot.amazonaws.com',
    ]);
    expect(about('role AWSServiceRoleForECS')).toMatchObject({ level: 'ok', says: 'created' });
    expect(changing((await run(READY_ACCOUNT, { fix: true })).calls)).toEqual([]);
  });

  it.each([
    ['PENDING_VALIDATION', 'api.deeplens.example'],
    ['ISSUED', 'www.deeplens.example'],
    ['ISSUED', '*.example'],
  ])('refuses a certificate that is %s for %s', async (status, host) => {
    const { about } = await run({ ...READY_ACCOUNT, DescribeCertificate: certificate(status, host) });
    expect(about('certificate')?.level).toBe('fault');
  });

  describe('of a console with a host of its own', () => {
    const arn = 'arn:aws:acm:us-east-1:444455556666:certificate/00000000-0000-0000-0000-000000000001';
    const of = { ...prod, consoleDomain: { name: 'console.deeplens.example', certificateArn: arn } };
    const IN_US_EAST_1 = 'DescribeCertificate us-east-1';

    it('asks for its certificate in us-east-1, and for the API’s in its region', async () => {
      const { about, calls } = await run(READY_ACCOUNT, { of });
      expect(about('certificate of console.deeplens.example')?.level).toBe('ok');
      expect(calls.filter((call) => call.startsWith('DescribeCertificate')).sort()).toEqual([
        'DescribeCertificate eu-west-1',
        IN_US_EAST_1,
      ]);
    });

    it.each([
      ['does not exist', { [IN_US_EAST_1]: NEW_ACCOUNT.DescribeCertificate }],
      [
        'is PENDING_VALIDATION',
        { [IN_US_EAST_1]: certificate('PENDING_VALIDATION', 'console.deeplens.example') },
      ],
      ['is for api.deeplens.example', { [IN_US_EAST_1]: certificate('ISSUED', 'api.deeplens.example') }],
    ])('refuses one that %s', async (says, answer) => {
      const { about } = await run(Object.assign({}, READY_ACCOUNT, answer), { of });
      expect(about('certificate of console')).toMatchObject({
        level: 'fault',
        says: expect.stringContaining(says),
        command: `aws acm describe-certificate --region us-east-1 --certificate-arn ${arn}`,
      });
      expect(about('certificate of api')?.level).toBe('ok');
    });
  });

  it('compares workerCreated with the account', async () => {
    const { target } = prod;
    const later = { ...prod, ...(target && { target: { ...target, workerCreated: true } }) };
    const exists = { ...READY_ACCOUNT, DescribeServices: SERVICE_EXISTS };
    expect((await run(exists)).about('workerCreated')?.level).toBe('warning');
    expect((await run(exists, { of: later })).about('workerCreated')?.level).toBe('ok');
    expect((await run(READY_ACCOUNT, { of: later })).about('workerCreated')?.level).toBe('fault');
  });

  it('warns of memory that a new account cannot give, which no API tells', async () => {
    const larger = { ...prod, functions: { ...prod.functions, searchMemory: 3_538 } };
    expect((await run(READY_ACCOUNT, { of: larger })).about('Lambda, memory')?.level).toBe('warning');
  });

  it('checks of dev what dev has: no Spot, no certificate', async () => {
    const dev = exampleEnvironment('dev');
    const { findings } = await run(elsewhere('111122223333'), { of: dev });
    expect(
      findings.map(({ subject }) => subject).filter((each) => /Spot|certificate|G and VT/.test(each)),
    ).toEqual([]);
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
  });

  it('has nothing to check on one machine', async () => {
    const { account, calls } = recordedAccount({});
    expect(await preflight(environment('local'), account, { fix: false })).toHaveLength(1);
    expect(calls).toEqual([]);
  });

  it('prints a mark, the subject and the command', async () => {
    const lines = formatFindings((await run(NEW_ACCOUNT)).findings).split('\n');
    expect(lines).toContain('✗ role AWSServiceRoleForECS: is missing; --fix creates it');
    expect(lines).toContain('    aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com');
    expect(lines).toContain('✓ account: 444455556666, eu-west-1');
  });
});
