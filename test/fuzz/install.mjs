// Installs schemathesis as requirements.txt pins it, into .deeplens/schemathesis.
import { resolve } from 'node:path';
import { checkTools } from '../../infra/local/bootstrap/tools.mjs';
import { installVenv } from '../../infra/local/bootstrap/venv.mjs';

const programs = { what: 'schemathesis', name: 'schemathesis', file: 'test/fuzz/requirements.txt' };
await installVenv(resolve(import.meta.dirname, '../..'), await checkTools(), programs);
