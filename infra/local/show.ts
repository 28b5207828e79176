import type { DeepLens, SimilarityResult } from '@deeplens/sdk';
import { byName } from './ingest.ts';
import { LOOKALIKE, type Sample, SUBJECT } from './samples.ts';

/** A duplicate group with the samples' names. */
interface Group {
  verdict: string;
  confidence: number;
  names: string[];
}

/** Low enough to show a likeness too: the thresholds say how sure a verdict is, not how alike pictures look. */
const THRESHOLD = 0.5;
const DUPLICATES_LIMIT_MS = 60_000;

/** Searches and lists once, prints both. @returns unexpected results */
export async function showSearches(api: DeepLens, samples: readonly Sample[]): Promise<string[]> {
  const subject = samples.find(({ name }) => name === SUBJECT);
  if (!subject) throw new Error(`There is no sample ${SUBJECT}.`);
  const { results, processing_time_ms } = await api.search.similarity({
    file: new Blob([new Uint8Array(subject.bytes)], { type: 'image/jpeg' }),
    similarity_threshold: THRESHOLD,
    max_results: 10,
  });
  console.log(`\nWhere is ${SUBJECT}, or one like it? (${processing_time_ms} ms)`);
  for (const { similarity_score, verdict, external_id, reason } of results)
    console.log(
      `  ${similarity_score.toFixed(3)}  ${verdict.padEnd(11)}  ${(external_id ?? '').padEnd(32)}` +
        `  copy ${reason.copy_score.toFixed(2)}, semantic ${reason.semantic_score.toFixed(2)}`,
    );

  const groups = await duplicateGroups(api, samples);
  console.log('\nWhich pictures are the same?');
  for (const { verdict, confidence, names } of groups)
    console.log(`  ${confidence.toFixed(3)}  ${verdict.padEnd(11)}  ${names.join(', ')}`);
  console.log('');
  return [...wrongResults(results, samples), ...wrongGroups(groups, samples)];
}

/** Groups are made as pictures arrive, a moment after they are indexed: so asks until the expected ones are there. */
async function duplicateGroups(api: DeepLens, samples: readonly Sample[]): Promise<Group[]> {
  const nameOf = new Map([...(await byName(api))].map(([name, { image_id }]) => [image_id, name]));
  for (const end = Date.now() + DUPLICATES_LIMIT_MS; ; ) {
    const groups = await api.duplicates.list({ scope: 'all', min_confidence: 0.5 });
    const named = groups.items.map(({ verdict, confidence, images }) => ({
      verdict,
      confidence,
      names: images.map(({ image_id }) => nameOf.get(image_id) ?? image_id).sort(),
    }));
    if (wrongGroups(named, samples).length === 0 || Date.now() > end) return named;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function wrongResults(results: readonly SimilarityResult[], samples: readonly Sample[]): string[] {
  const verdictOf = (name: string) => results.find(({ external_id }) => external_id === name)?.verdict;
  const expected = [
    { name: SUBJECT, verdict: 'exact' },
    ...samples.filter(({ copyOf }) => copyOf === SUBJECT),
    { name: LOOKALIKE, verdict: 'similar' },
  ];
  const wrong = expected.filter(({ name, verdict }) => verdictOf(name) !== verdict);
  const messages = wrong.map(
    ({ name, verdict }) => `the search should find ${name} as ${verdict}: ${verdictOf(name) ?? 'not found'}`,
  );
  if (results[0]?.verdict !== 'exact') messages.push('the first result is not the picture itself');
  return messages;
}

function wrongGroups(groups: readonly Group[], samples: readonly Sample[]): string[] {
  const groupOf = (name: string) => groups.find(({ names }) => names.includes(name));
  return samples.flatMap(({ name, copyOf, verdict }) => {
    const group = groupOf(name);
    if (!copyOf) return [];
    if (!group?.names.includes(copyOf)) return [`${name} is in no group with ${copyOf}`];
    if (group.names.includes(LOOKALIKE))
      return [`${LOOKALIKE} is in a group with ${name}, and no copy of it`];
    return group.verdict === verdict ? [] : [`the group of ${name} is ${group.verdict}, not ${verdict}`];
  });
}
