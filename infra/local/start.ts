// `npm start`: all of DeepLens on this machine, with sample pictures; stays up until Ctrl-C.
import { demonstrate, startWithDemo } from './demonstration.ts';
import { DEEPLENS_HOME } from './home.ts';
import { readLocalFile } from './local-file.ts';
import { program } from './program.ts';
import { PlainError } from './steps.ts';

await program(async (cleanups) => {
  const running = await readLocalFile(DEEPLENS_HOME);
  if (running) throw new PlainError(`DeepLens is up already, at ${running.console_url} (npm stop ends it).`);
  const { local, broken } = await startWithDemo(cleanups);
  for (const wrong of await demonstrate(local)) console.log(`  Not as it should be: ${wrong}`);
  console.log(`DeepLens is up.
  Console   ${local.console_url}
  API       ${local.api_url}
  Demo key  ${local.demo?.api_key}   (header x-api-key, tenant ${local.demo?.tenant_id})
  Try       curl -H 'x-api-key: ${local.demo?.api_key}' ${local.api_url}/images
  Logs      ${DEEPLENS_HOME.logs}
  Metrics   ${new URL('/metrics', local.console_url)}
  Ctrl-C stops all of it; npm start then finds the pictures again; npm run reset forgets them.`);
  throw new PlainError(await broken);
});
