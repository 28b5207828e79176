import type { Image, SimilarityResult } from '@deeplens/sdk';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { thumbnailUrl } from '../../ui/use-thumbnails.ts';
import { AlignedPictures, MODES, type Mode } from './aligned-pictures.tsx';
import { explain } from './explain.ts';
import { keptOf } from './filters.ts';
import { type Point, partOfQuery, UNIT_SQUARE } from './homography.ts';
import { inWhole, quadOfWhole, type Region, WHOLE } from './region.ts';

const LARGE = 1024;

interface ComparisonProps {
  result: SimilarityResult;
  stored: Image | undefined;
  /** The query as an address for this page; undefined if the browser cannot show it. */
  queryUrl: string | undefined;
  /** The part of the query that was searched for. */
  region: Region | undefined;
}

/** Shows why a result matches: the matched part on both pictures, or both on one another. */
export function Comparison({ result, stored, queryUrl, region = WHOLE }: ComparisonProps) {
  const [mode, setMode] = useState<Mode | 'side'>('side');
  const { alignment } = result.reason;
  const quad = alignment?.quad ?? (result.verdict === 'exact' ? UNIT_SQUARE : undefined);
  const storedUrl = thumbnailUrl(stored, LARGE);
  const together = quad && queryUrl && storedUrl && stored?.width && stored.height;
  const shown = together ? mode : 'side';
  return (
    <section className="card comparison" aria-label="Comparison">
      <div className="row">
        <span className={`tag ${result.verdict}`}>{result.verdict.replace('_', ' ')}</span>
        <p className="grow">{explain(result)}</p>
        <Link to="/search" search={(now) => ({ ...keptOf(now), image: result.image_id })} className="button">
          Find like this
        </Link>
      </div>
      {together && (
        <fieldset className="row" aria-label="How to compare">
          {(['side', ...MODES] as const).map((each) => (
            <button key={each} type="button" aria-pressed={each === shown} onClick={() => setMode(each)}>
              {LABELS[each]}
            </button>
          ))}
        </fieldset>
      )}
      {shown !== 'side' && together ? (
        <AlignedPictures
          mode={shown}
          queryUrl={queryUrl}
          storedUrl={storedUrl}
          quad={quadOfWhole(quad, region)}
          aspect={(stored.width ?? 1) / (stored.height ?? 1)}
        />
      ) : (
        <div className="side-by-side">
          <Marked
            url={queryUrl}
            label="Your picture"
            polygon={alignment && partOfQuery(alignment.quad).map((point) => inWhole(point, region))}
            absent="This picture cannot be shown here."
          />
          <Marked url={storedUrl} label="In the library" polygon={alignment?.quad} absent="No thumbnail." />
        </div>
      )}
    </section>
  );
}

const LABELS = { side: 'Side by side', swipe: 'Swipe', blink: 'Blink', difference: 'Difference' } as const;

/** A picture with the matched part drawn on it. */
function Marked({
  url,
  label,
  polygon,
  absent,
}: {
  url: string | undefined;
  label: string;
  polygon: readonly Point[] | undefined;
  absent: string;
}) {
  const [broken, setBroken] = useState<string>();
  return (
    <figure>
      {url && broken !== url ? (
        <span className="marked">
          <img src={url} alt={label} onError={() => setBroken(url)} />
          {polygon && (
            <svg viewBox="0 0 1 1" preserveAspectRatio="none" role="img" aria-label="The matched part">
              <polygon className="quad-ground" points={pointsOf(polygon)} />
              <polygon className="quad" points={pointsOf(polygon)} />
            </svg>
          )}
        </span>
      ) : (
        <span className="picture absent">{absent}</span>
      )}
      <figcaption className="note">{label}</figcaption>
    </figure>
  );
}

const pointsOf = (polygon: readonly Point[]): string => polygon.map(({ x, y }) => `${x},${y}`).join(' ');
