import type { Image } from '@deeplens/sdk';

/** Failed pictures of one stage and code. */
export interface FailedGroup {
  stage: string;
  code: string;
  /** Of the first of them. */
  detail: string;
  /** True if the same picture can succeed. */
  retryable: boolean;
  images: Image[];
}

/** Groups failed pictures by stage and code, the most frequent first. */
export function groupFailed(images: readonly Image[]): FailedGroup[] {
  const groups = Map.groupBy(
    images.filter(({ failure }) => failure !== undefined),
    ({ failure }) => `${failure?.stage} ${failure?.code}`,
  );
  return Array.from(groups.values(), (each) => ({
    stage: each[0]?.failure?.stage ?? '',
    code: each[0]?.failure?.code ?? '',
    detail: each[0]?.failure?.detail ?? '',
    retryable: each.some(({ failure }) => failure?.retryable),
    images: each,
  })).sort((one, other) => other.images.length - one.images.length);
}
