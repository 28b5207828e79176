import { buildConsole } from '../../infra/local/console/build.ts';

export default buildConsole;
