import type { SimilarityResult } from '@deeplens/sdk';

type Reason = SimilarityResult['reason'];
type Change = NonNullable<Reason['changes']>[number];

const share = (value: number): string => `${Math.max(1, Math.round(value * 100))} %`;

/** What an edit is called, without and with its amount. */
const CHANGES: Record<Change, [plain: string, measured?: (amount: number) => string]> = {
  crop: ['cropped', (amount) => `cropped to ${share(amount)}`],
  resize: ['resized', (amount) => `resized to ${share(amount)}`],
  mirror: ['mirrored'],
  rotation: ['rotated', (amount) => `rotated by ${Math.round(amount)}°`],
  colour: ['colours changed'],
  overlay: ['something laid over it', (amount) => `something laid over ${share(amount)} of it`],
  caption: ['a caption added', (amount) => `a caption added over ${share(amount)} of it`],
  border: ['a border added', (amount) => `a border added, ${share(amount)} of it`],
  perspective: ['seen at an angle'],
  quality: ['compressed'],
};

/** The verdict as people say it. */
export const VERDICTS = {
  exact: 'Exact copies',
  edited_copy: 'Edited copies',
  similar: 'Similar pictures',
} as const;

/** Says in a sentence why a result matches. */
export function explain({ verdict, reason, similarity_score }: SimilarityResult): string {
  const { changes = [], change_amounts: amounts = {} } = reason;
  const listed = changes.map((change) => {
    const [plain, measured] = CHANGES[change];
    const amount = amounts[change];
    return measured && amount !== undefined ? measured(amount) : plain;
  });
  const what =
    verdict === 'similar'
      ? 'Another picture'
      : reason.sha256_equal
        ? 'The same file'
        : [verdict === 'exact' ? 'The same picture in another file' : 'The same picture', ...listed].join(
            ', ',
          );
  const alike = Math.round(similarity_score * 100);
  const outcome =
    verdict === 'similar'
      ? 'show the same kind of thing'
      : verdict === 'exact'
        ? 'are the same picture'
        : 'are copies';
  return `${what}. Of 100 such pairs, ${alike} ${outcome}.`;
}
