import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';

/** The file of the inputs, unless the context names another one with `-c config=…`. Git ignores it. */
const FILE = 'deeplens.config.json';
const EXAMPLE = 'deeplens.config.example.json';

const CERTIFICATE = /^arn:aws[a-z-]*:acm:([a-z0-9-]+):(\d{12}):certificate\/[\w-]+$/;
const HOST = /^(?=.{4,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

/** `repo:octocat/library`, or `repo:octocat@1/library@2` where subjects are immutable. */
const REPOSITORY = /^repo:[\w.-]+(@\d+)?\/[\w.-]+(@\d+)?$/;

/** CloudFront takes certificates of this region alone. */
const CLOUDFRONT_REGION = 'us-east-1';

const ConsoleUrl = z.url({ protocol: /^https$/, error: 'must be an https address' }).max(1024);
/** A subscriber of a topic. */
const Subscriber = z.union([z.email(), z.url({ protocol: /^https$/ })], {
  error: 'must be an email address or an https address',
});
/** Redirect targets that Cognito takes for a client, of 1 024 characters each. */
const MAX_CONSOLE_URLS = 100;

/** The inputs of a deployment that are not in the repository: an account, a region, and the names of its hosts. */
export const Inputs = z
  .strictObject({
    account: z.string().regex(/^\d{12}$/, 'must be the 12 digits of an AWS account'),
    region: z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d$/, 'must be an AWS region, such as eu-west-1'),
    /** The API's own host. */
    domainName: z.string().regex(HOST, 'must be a host in lower case, such as api.example.com').optional(),
    /** An issued certificate of ACM for that host. */
    certificateArn: z.string().regex(CERTIFICATE, 'must be the ARN of a certificate in ACM').optional(),
    /** The console's own host. */
    consoleDomainName: z
      .string()
      .regex(HOST, 'must be a host in lower case, such as console.example.com')
      .optional(),
    /** An issued certificate of ACM for that host, in us-east-1: CloudFront takes no other. */
    consoleCertificateArn: z
      .string()
      .regex(CERTIFICATE, 'must be the ARN of a certificate in ACM')
      .optional(),
    /** Get the alarms of severity `page`, and those of severity `ticket`: each an email address, or an https URL. */
    pageTo: Subscriber.optional(),
    ticketTo: Subscriber.optional(),
    /** The console's addresses: redirect targets after signing in or out. */
    consoleUrls: z
      .tuple([ConsoleUrl], ConsoleUrl)
      .refine((urls) => urls.length <= MAX_CONSOLE_URLS, `must be at most ${MAX_CONSOLE_URLS} addresses`),
    /** The repository whose workflow deploys, as the subjects of its tokens begin. Absent: no roles for a workflow. */
    repository: z
      .string()
      .max(300)
      .regex(REPOSITORY, 'must be repo:owner/name, or with the numbers of an immutable subject')
      .optional(),
    /** Set after the first deployment: later ones leave the number of the worker's tasks as it is. */
    workerCreated: z.boolean().default(false),
  })
  .superRefine(({ account, region, domainName, certificateArn }, context) => {
    const refuse = (message: string) =>
      context.addIssue({ code: 'custom', path: ['certificateArn'], message });
    if ((domainName === undefined) !== (certificateArn === undefined))
      refuse('domainName and certificateArn need each other');
    const [, inRegion, inAccount] = CERTIFICATE.exec(certificateArn ?? '') ?? [];
    if (inRegion && (inRegion !== region || inAccount !== account))
      refuse(`must be a certificate in ${account}, ${region}: the API is regional`);
  })
  .superRefine(({ account, consoleDomainName, consoleCertificateArn, consoleUrls }, context) => {
    const refuse = (input: string, message: string) =>
      context.addIssue({ code: 'custom', path: [input], message });
    if ((consoleDomainName === undefined) !== (consoleCertificateArn === undefined))
      refuse('consoleCertificateArn', 'consoleDomainName and consoleCertificateArn need each other');
    const [, inRegion, inAccount] = CERTIFICATE.exec(consoleCertificateArn ?? '') ?? [];
    if (inRegion && (inRegion !== CLOUDFRONT_REGION || inAccount !== account))
      refuse('consoleCertificateArn', `must be a certificate in ${account}, ${CLOUDFRONT_REGION}`);
    if (consoleDomainName !== undefined && !consoleUrls.includes(`https://${consoleDomainName}/`))
      refuse('consoleUrls', `must have https://${consoleDomainName}/, where people sign in`);
  });
export type Inputs = z.infer<typeof Inputs>;

/** @param context reads a value of the CDK's context */
type Context = (key: string) => unknown;

/** Reads the inputs of an environment from the file; values of the context (`-c region=…`) replace the file's. */
export function readInputs(environment: string, context: Context): unknown {
  const file = context('config') ?? FILE;
  const path = z.string().parse(file);
  if (context('config') !== undefined && !existsSync(path)) throw new Error(`There is no file ${path}.`);
  const stored = existsSync(path)
    ? z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')))
    : {};
  const own = z.record(z.string(), z.unknown()).default({}).parse(stored[environment]);
  const given = Object.keys(Inputs.shape).flatMap((name) => {
    const value = context(name);
    return value === undefined ? [] : [[name, name === 'consoleUrls' ? String(value).split(',') : value]];
  });
  return { ...own, ...Object.fromEntries(given) };
}

/** @throws Error that names each input at fault, and where inputs belong */
export function parseInputs(environment: string, inputs: unknown): Inputs {
  const parsed = Inputs.safeParse(inputs);
  if (parsed.success) return parsed.data;
  throw new Error(
    `The inputs of env ${environment} are incomplete:\n${z.prettifyError(parsed.error)}\n` +
      `Put them into ${FILE}, as in ${EXAMPLE}, or into the context, such as -c account=….`,
  );
}

/**
 * Refuses credentials of another account, before anything is made there.
 * @param loaded the account of the credentials that the CDK has loaded, if any
 */
export function requireAccount(
  environment: string,
  { account }: Pick<Inputs, 'account'>,
  loaded: string | undefined,
): void {
  if (loaded !== undefined && loaded !== account)
    throw new Error(
      `Env ${environment} belongs to the account ${account}; the credentials are for ${loaded}.`,
    );
}
