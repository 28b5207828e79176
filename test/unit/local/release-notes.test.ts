import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };

const script = join(import.meta.dirname, '../../../.ci/release-notes.mjs');
const releaseNotes = (tag: string) => promisify(execFile)(process.execPath, [script, tag]);

describe('the notes of a release', () => {
  it('are the dated section of the changelog', async () => {
    const { stdout } = await releaseNotes(`v${packageJson.version}`);
    expect(stdout).toMatch(/^### /);
    expect(stdout).not.toMatch(/^## /m);
  });

  it.each(['v999.0.0', packageJson.version, 'main'])('are refused for the tag %s', async (tag) => {
    await expect(releaseNotes(tag)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`The tag ${tag} is not`),
    });
  });
});
