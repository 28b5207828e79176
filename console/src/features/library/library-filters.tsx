import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';

const STATUSES = {
  indexed: 'Searchable',
  processed: 'Embedded',
  validated: 'Validated',
  uploaded: 'Uploaded',
  pending_upload: 'Awaiting upload',
  failed: 'Failed',
} as const;
type Status = keyof typeof STATUSES;

interface LibraryFiltersProps {
  status: Status | undefined;
  externalId: string | undefined;
  sort: 'created_at' | undefined;
}

/** Asks which pictures to list and in which order, and writes it to the address. */
export function LibraryFilters({ status, externalId, sort }: LibraryFiltersProps) {
  const navigate = useNavigate();
  const set = (changed: {
    status?: Status | undefined;
    external_id?: string | undefined;
    sort?: typeof sort;
  }) => void navigate({ to: '/library', search: { status, external_id: externalId, sort, ...changed } });
  return (
    <>
      <ExternalId
        key={externalId}
        externalId={externalId ?? ''}
        onFind={(typed) => set({ external_id: typed || undefined })}
      />
      <label>
        Status{' '}
        <select
          value={status ?? ''}
          onChange={
            ({ target }) => set({ status: target.value ? (target.value as Status) : undefined }) // an option's
          }
        >
          <option value="">All</option>
          {Object.entries(STATUSES).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        Order{' '}
        <select
          value={sort ?? ''}
          onChange={({ target }) => set({ sort: target.value ? 'created_at' : undefined })}
        >
          <option value="">Newest first</option>
          <option value="created_at">Oldest first</option>
        </select>
      </label>
    </>
  );
}

/** Finds the picture that has an id of the tenant's own. */
function ExternalId({ externalId, onFind }: { externalId: string; onFind: (typed: string) => void }) {
  const [typed, setTyped] = useState(externalId);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onFind(typed.trim());
  };
  return (
    <form className="row" onSubmit={submit}>
      <input
        type="search"
        aria-label="External id"
        placeholder="External id"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
      <button type="submit" disabled={typed.trim() === externalId}>
        Find
      </button>
    </form>
  );
}
