import { useEffect, useState } from 'react';
import type { Sample } from './stage-rates.ts';

/** Rates are over so long. */
const WINDOW_MS = 60_000;

/** Collects the samples of the last minute. @param at when the latest was read, in ms */
export function useSamples(byStatus: Sample['byStatus'] | undefined, at: number): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    if (!byStatus) return;
    setSamples((before) => [
      ...before.filter((each) => each.at > at - WINDOW_MS && each.at < at),
      { at, byStatus },
    ]);
  }, [byStatus, at]);
  return samples;
}
