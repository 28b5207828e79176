import { parseArgs } from 'node:util';
import { environment } from '../config/choose-environment.ts';
import { readInputs } from '../config/inputs.ts';
import { awsAccount } from './aws-account.ts';
import { preflight } from './checks.ts';
import { formatFindings } from './findings.ts';

const { values } = parseArgs({
  options: {
    context: { type: 'string', short: 'c', multiple: true, default: [] },
    fix: { type: 'boolean', default: false },
  },
});
const context = new Map(
  values.context.map((pair): [string, string] => {
    const [key = '', ...value] = pair.split('=');
    return [key, value.join('=')];
  }),
);
const name = context.get('env');
const chosen = environment(
  name,
  readInputs(String(name), (key) => context.get(key)),
);
const account = awsAccount(chosen.target ? { region: chosen.target.region } : {});
try {
  const findings = await preflight(chosen, account, { fix: values.fix });
  console.log(formatFindings(findings));
  process.exitCode = findings.some(({ level }) => level === 'fault') ? 1 : 0;
} catch (error) {
  // The SDK's own errors say enough: no credentials, no permission.
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
