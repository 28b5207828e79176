// Uploads a file by the SDK, and prints the peak of the process's memory in bytes.
import { DeepLens } from '@deeplens/sdk';
import { filesOnDisk } from '@deeplens/sdk/node';

const [baseUrl = '', ...paths] = process.argv.slice(2);
const client = new DeepLens({ baseUrl, token: 't' });
for await (const outcome of client.uploads.files(filesOnDisk(paths)))
  if (outcome.status !== 'uploaded') throw new Error(JSON.stringify(outcome));
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
