import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { FORMATS } from '../../app/formats.ts';
import type { FilterAddress } from './filters.ts';

/** Asks which pictures a search is to look at, and writes it to the address. */
export function FilterFields({ filters }: { filters: FilterAddress }) {
  const navigate = useNavigate();
  const [metadata, setMetadata] = useState(filters.metadata ?? '');
  const set = (changed: FilterAddress) =>
    void navigate({ to: '/search', search: (now) => ({ ...now, ...changed, result: undefined }) });
  const day = (name: 'after' | 'before', label: string) => (
    <label>
      {label}{' '}
      <input
        type="date"
        value={filters[name] ?? ''}
        onChange={({ target }) => set({ [name]: target.value || undefined })}
      />
    </label>
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set({ metadata: metadata.trim() || undefined });
  };
  const count = Object.values(filters).filter((value) => value !== undefined).length;
  return (
    <details open={count > 0}>
      <summary>Filters{count > 0 && `, ${count}`}</summary>
      <form className="row filters" onSubmit={submit}>
        <label>
          Format{' '}
          <select
            value={filters.format ?? ''}
            onChange={({ target }) => set({ format: FORMATS.find((each) => each === target.value) })}
          >
            <option value="">any</option>
            {FORMATS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        {day('after', 'Brought in from')}
        {day('before', 'to')}
        <label>
          Metadata{' '}
          <input
            placeholder="sku=A-1, shop=north"
            value={metadata}
            onChange={({ target }) => setMetadata(target.value)}
            onBlur={submit}
          />
        </label>
        {count > 0 && (
          <button
            type="button"
            onClick={() => {
              setMetadata('');
              set({ format: undefined, after: undefined, before: undefined, metadata: undefined });
            }}
          >
            Without filters
          </button>
        )}
      </form>
    </details>
  );
}
