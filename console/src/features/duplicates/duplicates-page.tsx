import './duplicates.css';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { DeleteOthers } from './delete-others.tsx';
import { GroupTable } from './group-table.tsx';
import { Queue } from './queue.tsx';

/** Groups of duplicates: one after the other, or as a table. */
export function DuplicatesPage() {
  const { view, verdict } = useSearch({ from: '/duplicates' });
  const navigate = useNavigate();
  return (
    <div className="page">
      <div className="page-head">
        <h1>Duplicates</h1>
        <fieldset className="row" aria-label="Verdict">
          {([undefined, 'exact', 'edited_copy'] as const).map((each) => (
            <button
              key={each ?? 'all'}
              type="button"
              aria-pressed={each === verdict}
              onClick={() => void navigate({ to: '/duplicates', search: { view, verdict: each } })}
            >
              {each === undefined ? 'All' : each === 'exact' ? 'Exact' : 'Edited'}
            </button>
          ))}
        </fieldset>
        <Link to="/duplicates" search={{ verdict, view: view ? undefined : 'table' }} className="button">
          {view ? 'One by one' : 'As a table'}
        </Link>
      </div>
      {view ? <GroupTable verdict={verdict} /> : <Queue verdict={verdict} />}
      <DeleteOthers />
    </div>
  );
}
