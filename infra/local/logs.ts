// `npm run logs -- --correlation ID`: tells what happened to an upload, from the request to the webhook.
import { parseArgs } from 'node:util';
import { DEEPLENS_HOME, homeAt } from './home.ts';
import { readLocalFile } from './local-file.ts';
import { allLines } from './log-lines.ts';
import { PlainError } from './steps.ts';
import { wayOf } from './way-of.ts';

const USAGE = `usage: npm run logs -- --correlation ID
ID: the x-correlation-id of a reply, or the id of an image or of a webhook's delivery. DeepLens must be up (npm start).
On AWS the saved query way-of-a-picture tells the same.`;

try {
  const { values } = parseArgs({ options: { correlation: { type: 'string' }, home: { type: 'string' } } });
  if (!values.correlation) throw new PlainError(USAGE);
  const home = values.home ? homeAt(values.home) : DEEPLENS_HOME;
  const local = await readLocalFile(home);
  if (!local)
    throw new PlainError('DeepLens is not up here, and its logs are kept with it. Start it: npm start');
  const way = wayOf(values.correlation, await allLines(home, local.emulator_url));
  if (way.length === 0)
    throw new PlainError(`No line of the logs has ${values.correlation}. Logs are kept for three days.`);
  for (const { time, where, what, status, ms, ids } of way) {
    const duration = ms === undefined ? '' : `${ms} ms`;
    const about = ids.delivery_id ?? ids.image_id ?? '';
    console.log(
      [time.padEnd(24), where.padEnd(20), status.padEnd(8), duration.padStart(9), what, about].join('  '),
    );
  }
} catch (error) {
  if (!(error instanceof PlainError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
