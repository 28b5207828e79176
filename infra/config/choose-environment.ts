import { ENVIRONMENT_NAMES, ENVIRONMENTS, type Environment } from './environments.ts';
import { parseInputs } from './inputs.ts';

const LOCAL_CONSOLE = 'http://localhost:8420/';

/**
 * Returns an environment by its name.
 * @param inputs its place on AWS: see `inputs.ts`
 * @throws Error that lists the environments, or the inputs at fault
 */
export function environment(name: unknown, inputs?: unknown): Environment {
  const known = ENVIRONMENT_NAMES.find((candidate) => candidate === name);
  if (!known)
    throw new Error(
      `There is no environment ${String(name)}. Choose with -c env=… one of ${ENVIRONMENT_NAMES.join(', ')}.`,
    );
  const row = ENVIRONMENTS[known];
  if (known === 'local') return { ...row, consoleUrls: [LOCAL_CONSOLE], subscribers: {} };
  const { domainName, certificateArn, consoleUrls, pageTo, ticketTo, ...others } = parseInputs(known, inputs);
  const { consoleDomainName, consoleCertificateArn, ...target } = others;
  if (row.keepData && !(domainName && certificateArn))
    throw new Error(`Env ${known} needs a domainName and a certificateArn: customers keep its address.`);
  if (row.keepData && !(pageTo && ticketTo))
    throw new Error(`Env ${known} needs pageTo and ticketTo: an alarm that nobody gets is none.`);
  return {
    ...row,
    target,
    consoleUrls,
    subscribers: { ...(pageTo && { page: pageTo }), ...(ticketTo && { ticket: ticketTo }) },
    ...(consoleDomainName &&
      consoleCertificateArn && {
        consoleDomain: { name: consoleDomainName, certificateArn: consoleCertificateArn },
      }),
    ...(domainName &&
      certificateArn && {
        domain: { name: domainName, certificateArn },
        apiUrl: `https://${domainName}`,
      }),
  };
}
