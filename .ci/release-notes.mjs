// Prints the CHANGELOG section of a release tag: `node .ci/release-notes.mjs v1.2.3`.
// Fails unless the tag is package.json's version and the section is dated. Needs no installed packages.
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * @param {string} tag such as `v1.2.3`
 * @param {string} version of package.json
 * @param {string} changelog in the format of Keep a Changelog
 * @returns {string} the text below the section's heading
 */
export function releaseNotes(tag, version, changelog) {
  if (tag !== `v${version}`)
    throw new Error(`The tag ${tag} is not v${version}, the version of package.json.`);
  const [, ...sections] = changelog.split(/^## /m);
  for (const section of sections) {
    const [, name, date] =
      /^\[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?\s*$/m.exec(section.split('\n', 1)[0]) ?? [];
    if (name !== version) continue;
    if (!date) throw new Error(`The section [${version}] of CHANGELOG.md has no date.`);
    const text = section.slice(section.indexOf('\n')).trim();
    if (!text) throw new Error(`The section [${version}] of CHANGELOG.md is empty.`);
    return text;
  }
  throw new Error(`CHANGELOG.md has no section [${version}].`);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const read = (file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  try {
    console.log(releaseNotes(argv[2], JSON.parse(read('package.json')).version, read('CHANGELOG.md')));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
