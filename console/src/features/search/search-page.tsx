import './search.css';
import type { SimilarityResult } from '@deeplens/sdk';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { count, counted } from '../../ui/format.ts';
import { thumbnailUrl, useImages } from '../../ui/use-thumbnails.ts';
import { AsCode } from './as-code.tsx';
import { Comparison } from './comparison.tsx';
import { VERDICTS } from './explain.ts';
import { filtersOf } from './filters.ts';
import { useQueryFile } from './query-file.ts';
import { QueryForm } from './query-form.tsx';
import { parseRegion, type Region, regionText } from './region.ts';
import { RegionPicker } from './region-picker.tsx';
import { ResultCard } from './result-card.tsx';
import { useFileUrl } from './use-file-url.ts';

const DEFAULT_THRESHOLD = 0.7;
const MOST = 50;
/** Pixels of the pictures that are compared. */
const LARGE = 1024;

/** Search by a picture, and why each result matches. */
export function SearchPage() {
  const address = useSearch({ from: '/search' });
  const {
    image,
    url,
    threshold = DEFAULT_THRESHOLD,
    best,
    format,
    after,
    before,
    metadata,
    result,
  } = address;
  const filters = { format, after, before, metadata };
  const wanted = filtersOf(filters);
  const region = parseRegion(address.region);
  const { client, config } = useSession();
  const navigate = useNavigate();
  const dropped = useQueryFile();
  const file = image || url ? undefined : dropped;
  const query = image ? { image_id: image } : url ? { image_url: url } : file && { file };
  const found = useQuery({
    queryKey: [
      'search',
      image ?? url ?? (file && [file.name, file.size, file.lastModified]),
      threshold,
      region,
      wanted,
      best,
    ],
    queryFn: ({ signal }) =>
      query
        ? client.search.similarity(
            {
              ...query,
              similarity_threshold: threshold,
              max_results: MOST,
              ...(region && { region }),
              ...(wanted && { filters: wanted }),
              ...(best && { deduplicate: true }),
            },
            { signal },
          )
        : null,
    enabled: query !== undefined,
  });
  const results = found.data?.results ?? [];
  const images = useImages([...(image ? [image] : []), ...results.map(({ image_id }) => image_id)]);
  const fileUrl = useFileUrl(file);
  const chosen = results.find(({ image_id }) => image_id === result) ?? results[0];
  const choose = ({ image_id }: SimilarityResult) =>
    void navigate({ to: '/search', search: (now) => ({ ...now, result: image_id }), replace: true });

  const queryUrl = image ? thumbnailUrl(images.get(image), LARGE) : fileUrl;
  const pick = (next: Region | undefined) =>
    void navigate({
      to: '/search',
      search: (now) => ({ ...now, region: next && regionText(next), result: undefined }),
    });

  return (
    <div className="page">
      <div className="page-head">
        <h1>Search</h1>
        {query && (
          <AsCode
            api={new URL(config.api, location.origin).href}
            input={{ image, url, fileName: file?.name, threshold, region, best, filters: wanted }}
          />
        )}
      </div>
      <QueryForm threshold={threshold} best={best} filters={filters} hasQuery={query !== undefined} />
      {queryUrl && <RegionPicker url={queryUrl} region={region} onPick={pick} />}
      {found.error && <ErrorNote error={found.error} onRetry={() => void found.refetch()} />}
      {found.isFetching && (
        <p className="note" role="status">
          Searching…
        </p>
      )}
      {!query && <Teaching />}
      {found.data && !found.isFetching && (
        <p role="status" className="note">
          {counted(found.data.total_results, 'result')} in {count(Math.round(found.data.processing_time_ms))}{' '}
          ms
          {found.data.cached && ', from the cache'}
        </p>
      )}
      {found.data?.results.length === 0 && (
        <div className="empty">
          <strong>Nothing matches.</strong>
          <p>{found.data.explanation?.detail ?? 'Lower the threshold to see less certain matches.'}</p>
        </div>
      )}
      {chosen && (
        <Comparison
          result={chosen}
          stored={images.get(chosen.image_id)}
          queryUrl={queryUrl}
          region={region}
        />
      )}
      {Object.entries(VERDICTS).map(([verdict, label]) => {
        const these = results.filter((each) => each.verdict === verdict);
        return (
          these.length > 0 && (
            <section key={verdict} className="stack" aria-label={label}>
              <h2>
                {label} <span className="note">{these.length}</span>
              </h2>
              <ul className="results">
                {these.map((each) => (
                  <ResultCard
                    key={each.image_id}
                    result={each}
                    image={images.get(each.image_id)}
                    chosen={each === chosen}
                    onChoose={() => choose(each)}
                  />
                ))}
              </ul>
            </section>
          )
        );
      })}
    </div>
  );
}

const Teaching = () => (
  <div className="empty">
    <strong>Drop a picture anywhere on this page</strong>
    <p>Or paste one, paste its address, or choose “Find like this” at a picture of the library.</p>
    <p>The picture is compared and forgotten: a search stores nothing.</p>
  </div>
);
