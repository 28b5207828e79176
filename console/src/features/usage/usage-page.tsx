import '../tables.css';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useMe, useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { bytes, count, percent } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { monthAfter } from './month.ts';
import { MonthCharts } from './month-charts.tsx';

const REFRESH_MS = 10_000;

/** What the tenant uses: of the limits of this minute, of its quotas, and in a month. */
export function UsagePage() {
  const { client } = useSession();
  const me = useMe();
  const { period } = useSearch({ from: '/usage' });
  const now = useQuery({
    queryKey: ['limits'],
    queryFn: ({ signal }) => client.me({ signal }),
    refetchInterval: REFRESH_MS, // pauses while the page is hidden
  });
  const month = useQuery({
    queryKey: ['usage', period],
    queryFn: ({ signal }) => client.reports.usage({ ...(period !== undefined && { period }) }, { signal }),
    placeholderData: keepPreviousData,
  });
  const limits = now.data?.limits;
  const usage = month.data;
  return (
    <div className="page">
      <div className="page-head">
        <h1>Usage</h1>
        {me.data && <span className="tag">{me.data.plan} plan</span>}
      </div>
      {now.error && <ErrorNote error={now.error} onRetry={() => void now.refetch()} />}
      {month.error && <ErrorNote error={month.error} onRetry={() => void month.refetch()} />}
      {limits && (
        <section className="stack" aria-label="Limits">
          <h2>This minute</h2>
          <div className="meters">
            {(['requests', 'searches', 'uploads'] as const).map((name) => (
              <Meter key={name} label={name} {...limits[name]} shown={count} />
            ))}
          </div>
          <h2>Stored</h2>
          <div className="meters">
            <Meter label="pictures" {...limits.stored_images} shown={count} />
            <Meter label="bytes" {...limits.storage_bytes} shown={bytes} />
          </div>
        </section>
      )}
      {usage && (
        <section className="stack" aria-label="Month">
          <div className="row">
            <h2>{usage.period}</h2>
            <p className="note grow">
              From <Moment at={usage.starts_at} /> to <Moment at={usage.ends_at} />
            </p>
            <Link to="/usage" search={{ period: monthAfter(usage.period, -1) }} className="button">
              Month before
            </Link>
            {Date.parse(usage.ends_at) < month.dataUpdatedAt && (
              <Link to="/usage" search={{ period: monthAfter(usage.period, 1) }} className="button">
                Month after
              </Link>
            )}
          </div>
          <MonthCharts usage={usage} now={month.dataUpdatedAt} />
        </section>
      )}
    </div>
  );
}

interface MeterProps {
  label: string;
  limit: number;
  remaining: number;
  shown: (value: number) => string;
}

/** A limit, and how much of it is used. */
function Meter({ label, limit, remaining, shown }: MeterProps) {
  const used = Math.max(0, limit - remaining);
  const share = limit > 0 ? used / limit : 0;
  return (
    <div className="card">
      <div className="row">
        <h3 className="grow">{label}</h3>
        <span className="note">{percent(share)}</span>
      </div>
      <meter aria-label={label} min={0} max={1} high={0.8} optimum={0} value={share} />
      <p className="note">
        {shown(used)} of {shown(limit)}
      </p>
    </div>
  );
}
