// Prints a new operator's token of the system that `npm start` runs: the `admin_token_command` in local.json.
import { deployedOutputs } from './deploy.ts';
import { DEEPLENS_HOME, homeAt } from './home.ts';
import { readLocalFile } from './local-file.ts';
import { operatorToken } from './operator.ts';

const home = process.argv[2] ? homeAt(process.argv[2]) : DEEPLENS_HOME;
const local = await readLocalFile(home);
if (local) console.log(await operatorToken(local.emulator_url, await deployedOutputs(home)));
else {
  console.error('DeepLens is not running here: npm start');
  process.exitCode = 1;
}
