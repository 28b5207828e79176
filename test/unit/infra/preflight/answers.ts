import { Readable } from 'node:stream';
import { awsAccount } from '../../../../infra/preflight/aws-account.ts';

/** An answer of AWS: its status, and its body as it comes over the wire. */
export interface Answer {
  status: number;
  body: string;
}
/** Answers by action, or by action and subject, such as `GetRole AWSServiceRoleForECS`. */
export type Answers = Readonly<Record<string, Answer>>;

const json = (body: object, status = 200): Answer => ({ status, body: JSON.stringify(body) });
const quota = (ServiceCode: string, QuotaCode: string, QuotaName: string, Value: number): Answer =>
  json({
    Quota: { ServiceCode, QuotaCode, QuotaName, Value, Unit: 'None', Adjustable: true, GlobalQuota: false },
  });
const noRole = (name: string): Answer => ({
  status: 404,
  body: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The role with name ${name} cannot be found.</Message></Error><RequestId>6f1e</RequestId></ErrorResponse>`,
});
const role = (name: string): Answer => ({
  status: 200,
  body: `<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><Path>/aws-service-role/</Path><RoleName>${name}</RoleName><RoleId>AROA1</RoleId><Arn>arn:aws:iam::444455556666:role/aws-service-role/${name}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role></GetRoleResult></GetRoleResponse>`,
});

export const ROLES = [
  'AWSServiceRoleForAmazonOpenSearchService',
  'AWSServiceRoleForECS',
  'AWSServiceRoleForApplicationAutoScaling_ECSService',
  'AWSServiceRoleForAutoScaling',
  'AWSServiceRoleForEC2Spot',
];
const ofRoles = (answer: (name: string) => Answer): Answers =>
  Object.fromEntries(ROLES.map((name) => [`GetRole ${name}`, answer(name)]));

const identity = (account: string): Answer => ({
  status: 200,
  body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/ops</Arn><UserId>AIDA1</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
});

/** An account that was just opened. */
export const NEW_ACCOUNT: Answers = {
  GetCallerIdentity: identity('444455556666'),
  GetParameter: json({ __type: 'ParameterNotFound', message: 'Parameter not found.' }, 400),
  'GetServiceQuota L-B99A9384': quota('lambda', 'L-B99A9384', 'Concurrent executions', 10),
  'GetServiceQuota L-DB2E81BA': quota('ec2', 'L-DB2E81BA', 'Running On-Demand G and VT instances', 0),
  'GetServiceQuota L-3819A6DF': quota('ec2', 'L-3819A6DF', 'All G and VT Spot Instance Requests', 0),
  ...ofRoles(noRole),
  CreateServiceLinkedRole: {
    status: 200,
    body: '<CreateServiceLinkedRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateServiceLinkedRoleResult/></CreateServiceLinkedRoleResponse>',
  },
  DescribeCertificate: json(
    { __type: 'ResourceNotFoundException', message: 'Could not find certificate.' },
    400,
  ),
  'GET /apikeys': json({ item: [] }),
  DescribeServices: json({ __type: 'ClusterNotFoundException', message: 'Cluster not found.' }, 400),
};

/** An account that is ready for a first deployment of prod. */
export const READY_ACCOUNT: Answers = {
  ...NEW_ACCOUNT,
  GetParameter: json({
    Parameter: { Name: '/cdk-bootstrap/hnb659fds/version', Type: 'String', Value: '28' },
  }),
  'GetServiceQuota L-B99A9384': quota('lambda', 'L-B99A9384', 'Concurrent executions', 1500),
  'GetServiceQuota L-DB2E81BA': quota('ec2', 'L-DB2E81BA', 'Running On-Demand G and VT instances', 8),
  'GetServiceQuota L-3819A6DF': quota('ec2', 'L-3819A6DF', 'All G and VT Spot Instance Requests', 64),
  ...ofRoles(role),
  DescribeCertificate: json({
    Certificate: { Status: 'ISSUED', DomainName: '*.deeplens.example', SubjectAlternativeNames: [] },
  }),
  'GET /apikeys': json({ item: [{ id: 'a1', name: 'x', enabled: true }] }),
};

export const elsewhere = (account: string): Answers => ({
  ...READY_ACCOUNT,
  GetCallerIdentity: identity(account),
});
export const certificate = (Status: string, DomainName: string): Answer =>
  json({ Certificate: { Status, DomainName, SubjectAlternativeNames: [] } });
export const SERVICE_EXISTS: Answer = json({
  services: [{ serviceName: 'gpu-worker', status: 'ACTIVE' }],
  failures: [],
});

interface Request {
  method: string;
  hostname: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

/** An account that gives recorded answers to the SDK's own requests. `calls` lists them. */
export function recordedAccount(answers: Answers) {
  const calls: string[] = [];
  const handle = async (request: Request) => {
    const call = callOf(request);
    calls.push(call);
    const answer = answers[call] ?? answers[call.split(' ')[0] ?? ''];
    if (!answer) throw new Error(`No answer is recorded for ${call}.`);
    const response = {
      statusCode: answer.status,
      headers: {},
      body: Readable.from([Buffer.from(answer.body)]),
    };
    return { response };
  };
  const account = awsAccount({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: { handle },
  });
  return { account, calls };
}

/** Names the action of a request, whichever of AWS's protocols it speaks, and its subject. */
function callOf({ method, hostname, path, headers, body = '' }: Request): string {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const target = headers['x-amz-target']?.split('.').at(-1);
  if (target === 'DescribeCertificate') return `${target} ${hostname.split('.')[1]}`; // acm.eu-west-1.amazonaws.com
  if (target) return [target, /"QuotaCode":"([^"]+)"/.exec(text)?.[1]].filter(Boolean).join(' ');
  if (method === 'GET') return `${method} ${path}`;
  const form = new URLSearchParams(text);
  return [form.get('Action'), form.get('RoleName') ?? form.get('AWSServiceName')].filter(Boolean).join(' ');
}
