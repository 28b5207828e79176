// `npm run demo`: ingests the samples and searches once; exits 0 if the results are as expected. Uses the running system of
// this checkout, if there is one.
import { demonstrate, startWithDemo } from './demonstration.ts';
import { DEEPLENS_HOME } from './home.ts';
import { readLocalFile } from './local-file.ts';
import { program } from './program.ts';

await program(async (cleanups) => {
  const running = await readLocalFile(DEEPLENS_HOME);
  const wrong = await demonstrate(running ?? (await startWithDemo(cleanups)).local);
  for (const message of wrong) console.error(`✗ ${message}`);
  if (wrong.length === 0) console.log('✓ All searches returned the expected results.');
  return wrong.length === 0 ? 0 : 1;
});
