import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { percent } from '../../ui/format.ts';
import { FilterFields } from './filter-fields.tsx';
import { type FilterAddress, keptOf } from './filters.ts';
import { setQueryFile } from './query-file.ts';

/** Time after the last move of the slider until it searches. */
const SETTLE_MS = 300;

interface QueryFormProps {
  threshold: number;
  best: true | undefined;
  filters: FilterAddress;
  hasQuery: boolean;
}

/** Where the picture to search for comes from, and the threshold. */
export function QueryForm({ threshold, best, filters, hasQuery }: QueryFormProps) {
  const navigate = useNavigate();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [level, setLevel] = useState(threshold);
  useEffect(() => {
    if (level === threshold) return;
    const search = () =>
      void navigate({ to: '/search', search: (now) => ({ ...now, threshold: level }), replace: true });
    const timer = setTimeout(search, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [level, threshold, navigate]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const entered = text.trim();
    if (!entered) return;
    const query = entered.startsWith('img_') ? { image: entered } : { url: entered };
    void navigate({ to: '/search', search: (now) => ({ ...keptOf(now), ...query }) });
  };
  const choose = (file: File | undefined) => {
    if (!file) return;
    setQueryFile(file);
    void navigate({ to: '/search', search: keptOf });
  };
  return (
    <div className="card">
      <form className="row" onSubmit={submit}>
        <button type="button" className={hasQuery ? '' : 'primary'} onClick={() => input.current?.click()}>
          Choose a picture
        </button>
        <input
          ref={input}
          type="file"
          accept="image/*"
          className="visually-hidden"
          tabIndex={-1}
          aria-label="Picture to search for"
          onChange={(event) => choose(event.target.files?.[0])}
        />
        <input
          className="grow"
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder="https://… or img_…"
          aria-label="Address or id of a picture"
        />
        <button type="submit" disabled={!text.trim()}>
          Search
        </button>
      </form>
      <div className="row">
        <label htmlFor={id}>Threshold</label>
        <input
          id={id}
          type="range"
          min={0}
          max={1}
          step={0.01}
          value={level}
          onChange={(event) => setLevel(event.target.valueAsNumber)}
        />
        <output htmlFor={id}>{percent(level)}</output>
        <label>
          <input
            type="checkbox"
            checked={best === true}
            onChange={({ target }) =>
              void navigate({
                to: '/search',
                search: (now) => ({ ...now, best: target.checked || undefined, result: undefined }),
              })
            }
          />{' '}
          One of each duplicate group
        </label>
        <span className="note">Results that are less likely right are left out.</span>
      </div>
      <FilterFields key={filters.metadata} filters={filters} />
    </div>
  );
}
