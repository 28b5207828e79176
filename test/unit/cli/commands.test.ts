import { describe, expect, it } from 'vitest';
import { makeProgram } from '../../../cli/src/program.ts';
import { type Api, runCli } from './cli-run.ts';

type Command = Awaited<ReturnType<typeof makeProgram>>;

/** A command line, and the calls that it makes: method and path, with the body of the last. `!` is the operator's. */
type Row = [argv: string, calls: string[], body?: unknown];

const IMAGE = 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1';
const ROWS: Row[] = [
  ['whoami', ['GET /me']],
  [
    'search https://x.example/a.jpg -t 0.8 -n 5',
    ['POST /search/similarity'],
    {
      image_url: 'https://x.example/a.jpg',
      similarity_threshold: 0.8,
      max_results: 5,
    },
  ],
  [
    `search ${IMAGE} --storage st_1,st_2 -m album=sea --region 0,0.5,1,0.5 --model m`,
    ['POST /search/similarity'],
    {
      image_id: IMAGE,
      storage_locations: ['st_1', 'st_2'],
      filters: { metadata: { album: 'sea' } },
      region: { x: 0, y: 0.5, width: 1, height: 0.5 },
      model: 'm',
    },
  ],
  [
    'duplicates list --min-confidence 0.5 --verdicts exact --decided',
    ['POST /search/duplicates'],
    {
      scope: 'all',
      min_confidence: 0.5,
      verdicts: ['exact'],
      decided: true,
    },
  ],
  [`duplicates get ${IMAGE}`, ['POST /search/duplicates'], { image_id: IMAGE }],
  [
    'duplicates decide grp_1 --action keep_one --keeper img_1',
    ['POST /duplicates/grp_1/decision'],
    {
      action: 'keep_one',
      keeper: 'img_1',
    },
  ],
  ['duplicates undo grp_1', ['DELETE /duplicates/grp_1/decision']],
  ['duplicates export', ['POST /search/duplicates'], { scope: 'all' }],
  [
    'images list --status failed --external-id a --storage st_1 --failure-code decode_failed --sort created_at --after 2026-11-30 --before 2026-12-01',
    [
      'GET /images?status=failed&external_id=a&storage_id=st_1&failure_code=decode_failed&created_after=2026-11-30T00:00:00.000Z&created_before=2026-12-01T00:00:00.000Z&sort=created_at',
    ],
  ],
  [`images get ${IMAGE}`, [`GET /images/${IMAGE}`]],
  [`images delete ${IMAGE} --yes`, [`DELETE /images/${IMAGE}`]],
  [`images retry ${IMAGE}`, [`POST /images/${IMAGE}/retry`]],
  ['storage list', ['GET /storage']],
  ['storage get st_1', ['GET /storage/st_1']],
  ['storage external-id', ['POST /storage/external-id']],
  ['storage add -', ['POST /storage/add'], { from: 'stdin' }],
  ['storage test st_1', ['POST /storage/st_1/test']],
  [
    'storage change st_1 --name n --include a/*,b/* --exclude c --every 6',
    ['PATCH /storage/st_1'],
    {
      name: 'n',
      include: ['a/*', 'b/*'],
      exclude: ['c'],
      schedule: { every_hours: 6 },
    },
  ],
  ['storage change st_1 --every 0', ['PATCH /storage/st_1'], { schedule: null }],
  ['storage remove st_1 --images delete --yes', ['DELETE /storage/st_1?images=delete']],
  ['scan start st_1', ['POST /index/scan'], { storage_id: 'st_1', recursive: true }],
  [
    'scan start st_1 --prefix a/ --no-recursive --file-types jpeg,png --limit 9 --dry-run --full',
    ['POST /index/scan'],
    {
      storage_id: 'st_1',
      recursive: false,
      prefix: 'a/',
      file_types: ['jpeg', 'png'],
      limit: 9,
      dry_run: true,
      full: true,
    },
  ],
  ['scan start st_1 --wait', ['POST /index/scan', 'GET /jobs/job_1']],
  ['scan status job_1', ['GET /index/status/job_1']],
  ['scan cancel job_1', ['POST /index/job_1/cancel']],
  ['scan confirm job_1 --yes', ['GET /jobs/job_1', 'POST /jobs/job_1/confirm']],
  ['jobs list --status failed --kind scan', ['GET /jobs?status=failed&kind=scan']],
  ['jobs list --operator', ['! GET /admin/jobs']],
  ['jobs get job_1', ['GET /jobs/job_1']],
  ['jobs wait job_1 --operator', ['! GET /admin/jobs/job_1']],
  ['jobs errors job_1', ['GET /jobs/job_1/errors']],
  ['jobs cancel job_1', ['POST /jobs/job_1/cancel']],
  ['jobs confirm job_1 --yes', ['GET /jobs/job_1', 'POST /jobs/job_1/confirm']],
  ['keys list', ['GET /keys']],
  ['keys list --tenant acme', ['! GET /admin/tenants/acme/keys']],
  [
    'keys create ci --scopes search,upload --kind publishable --expires 2027-01-31 --origins https://a.example',
    ['POST /keys'],
    {
      name: 'ci',
      scopes: ['deeplens.search', 'deeplens.upload'],
      kind: 'publishable',
      expires_at: '2027-01-31T00:00:00.000Z',
      allowed_origins: ['https://a.example'],
    },
  ],
  ['keys create ci --tenant acme', ['! POST /admin/tenants/acme/keys'], { name: 'ci' }],
  ['keys rotate key_1 --overlap 60', ['POST /keys/key_1/rotate'], { overlap_seconds: 60 }],
  ['keys rotate key_1 --tenant acme', ['! POST /admin/tenants/acme/keys/key_1/rotate'], {}],
  ['keys revoke key_1 --yes', ['DELETE /keys/key_1']],
  ['keys revoke key_1 --tenant acme --yes', ['! DELETE /admin/tenants/acme/keys/key_1']],
  ['webhooks list', ['GET /webhooks']],
  [
    'webhooks create https://a.example --events images.failed --description d',
    ['POST /webhooks'],
    {
      url: 'https://a.example',
      event_types: ['images.failed'],
      description: 'd',
    },
  ],
  [
    'webhooks change wh_1 --url https://b.example --events * --state disabled',
    ['PATCH /webhooks/wh_1'],
    {
      url: 'https://b.example',
      event_types: ['*'],
      state: 'disabled',
    },
  ],
  ['webhooks delete wh_1 --yes', ['DELETE /webhooks/wh_1']],
  ['webhooks rotate-secret wh_1 --overlap 2', ['POST /webhooks/wh_1/rotate-secret'], { overlap_hours: 2 }],
  ['webhooks test wh_1 --type job.completed', ['POST /webhooks/wh_1/test'], { type: 'job.completed' }],
  [
    'webhooks deliveries wh_1 --state failed --type images.failed --from 2026-11-30 --to 2026-12-01',
    [
      'GET /webhooks/wh_1/deliveries?state=failed&type=images.failed&from=2026-11-30T00:00:00.000Z&to=2026-12-01T00:00:00.000Z',
    ],
  ],
  ['webhooks deliveries wh_1 dlv_1', ['GET /webhooks/wh_1/deliveries/dlv_1']],
  ['webhooks redeliver wh_1 dlv_1', ['POST /webhooks/wh_1/deliveries/dlv_1/redeliver']],
  [
    'webhooks replay wh_1 --from 2026-11-30 --to 2026-12-01 --events images.failed --state skipped --dry-run',
    ['POST /webhooks/wh_1/replay'],
    {
      from: '2026-11-30T00:00:00.000Z',
      to: '2026-12-01T00:00:00.000Z',
      types: ['images.failed'],
      state: 'skipped',
      dry_run: true,
    },
  ],
  ['users list', ['GET /users']],
  [
    'users invite ada@a.example --role Admin --name Ada',
    ['POST /users'],
    {
      email: 'ada@a.example',
      role: 'Admin',
      name: 'Ada',
    },
  ],
  ['users change usr_1 --role Viewer --disable', ['PATCH /users/usr_1'], { role: 'Viewer', disabled: true }],
  ['users change usr_1 --enable', ['PATCH /users/usr_1'], { disabled: false }],
  ['users remove usr_1 --yes', ['DELETE /users/usr_1']],
  ['settings get', ['GET /settings']],
  ['settings set {"similarity_threshold":0.8}', ['PATCH /settings'], { similarity_threshold: 0.8 }],
  ['usage --period 2026-11', ['GET /usage?period=2026-11']],
  ['usage --tenant acme', ['! GET /admin/tenants/acme/usage']],
  ['usage --all --sort searches --limit 5', ['! GET /admin/usage?sort=searches&limit=5']],
  ['tenants list', ['! GET /admin/tenants']],
  ['tenants get acme', ['! GET /admin/tenants/acme']],
  [
    'tenants create acme --name Acme --plan pro',
    ['! POST /admin/tenants'],
    {
      tenant_id: 'acme',
      name: 'Acme',
      plan: 'pro',
    },
  ],
  [
    'tenants change acme --name A --plan basic --state suspended',
    ['! PATCH /admin/tenants/acme'],
    {
      name: 'A',
      plan: 'basic',
      state: 'suspended',
    },
  ],
  ['tenants delete acme --yes', ['! DELETE /admin/tenants/acme']],
  ['tenants delete acme --yes --wait', ['! DELETE /admin/tenants/acme', '! GET /admin/jobs/job_1']],
  ['limits get acme', ['! GET /admin/tenants/acme/limits']],
  [
    'limits set acme --searches-per-person 3',
    ['! GET /admin/tenants/acme/limits', '! PUT /admin/tenants/acme/limits'],
    { uploads: 7, searches_per_person: 3, endpoints: { 'GET /v1/me': 1 } },
  ],
  ['limits reset acme', ['! PUT /admin/tenants/acme/limits'], {}],
  ['models list', ['! GET /admin/models']],
  [
    'models migrate m --tenants a,b --no-wait',
    ['! POST /admin/models/m/migrations'],
    { tenants: ['a', 'b'] },
  ],
  ['models add m --no-wait', ['! POST /admin/models/m/migrations'], { cut_over: false }],
  ['models rollback m', ['! POST /admin/models/m/migrations/rollback', '! GET /admin/jobs/job_1']],
  ['models rebuild m --no-wait', ['! POST /admin/models/m/rebuilds']],
  ['models check m --no-wait', ['! POST /admin/models/m/checks'], {}],
  ['models repair m --no-wait', ['! POST /admin/models/m/checks'], { mend: true }],
  [
    'models move m --tenants a --into own --no-wait',
    ['! POST /admin/models/m/moves'],
    {
      tenants: ['a'],
      into: 'own',
    },
  ],
  ['failures redrive --stage embedding', ['! POST /admin/failures/redrive', '! GET /admin/jobs/job_1']],
  [
    'failures redrive --stage validation --tenant acme --code decode_failed --since 2026-11-30 --dry-run --no-wait',
    ['! POST /admin/failures/redrive'],
    {
      stage: 'validation',
      tenant_id: 'acme',
      code: 'decode_failed',
      since: '2026-11-30T00:00:00.000Z',
      dry_run: true,
    },
  ],
  [
    'audit --tenant acme --actor key_1 --action deleteImage --from 2026-11-30',
    ['! GET /admin/audit?actor=key_1&action=deleteImage&from=2026-11-30T00:00:00.000Z&tenant_id=acme'],
  ],
  ['api PUT /storage/st_1/events', ['PUT /storage/st_1/events']],
  ['api get /admin/health', ['! GET /admin/health']],
];

/** Commands with tests of their own: they make no call, or many. */
const ELSEWHERE = [
  'login',
  'logout',
  'completion',
  'upload',
  'watch',
  'duplicates review',
  'webhooks listen',
];

const JOB = { job_id: 'job_1', kind: 'scan', status: 'completed', progress: {}, errors: [], errors_count: 0 };
/** What a command can print, whatever it has asked for. */
const REPLY = {
  ...JOB,
  ...{ images: [], groups: [], results: [], jobs: [], keys: [], webhooks: [], deliveries: [], users: [] },
  ...{ tenants: [], models: [], entries: [], scopes: [], limits: {}, daily: [] },
  overrides: { uploads: 7, endpoints: { 'GET /v1/me': 1 } },
  receipt: { image_id: IMAGE, deleted: {}, completed_at: '' },
};
const api: Api = ({ method, path }) => ({ body: method === 'GET' && path === '/storage' ? [] : REPLY });

describe.each(ROWS)('deeplens %s', (line, calls, body) => {
  it('makes its calls', async () => {
    const ran = await runCli(line.split(' '), { api, stdin: '{"from":"stdin"}' });
    expect(ran.code, ran.stderr).toBe(0);
    const made = ran.calls.map(({ method, path, headers }) => {
      const isOperators = headers.get('authorization') === 'Bearer token' && !headers.has('x-api-key');
      return `${isOperators ? '! ' : ''}${method} ${path}`;
    });
    expect(made).toEqual(calls);
    if (body !== undefined) expect(ran.calls.at(-1)?.body).toEqual(body);
  });
});

/** Returns the command lines of a program, without arguments. */
const linesOf = (command: Command, path: string[] = []): string[] =>
  command.commands.length > 0
    ? command.commands.flatMap((each) => linesOf(each, [...path, each.name()]))
    : [path.join(' ')];

it('every command is tried', async () => {
  const act = () => async () => {};
  const all = linesOf(await makeProgram([], act, { all: true }));
  const tried = (line: string) => ROWS.some(([argv]) => `${argv} `.startsWith(`${line} `));
  expect(all.length).toBeGreaterThan(60);
  expect(all.filter((line) => !tried(line) && !ELSEWHERE.includes(line))).toEqual([]);
});
