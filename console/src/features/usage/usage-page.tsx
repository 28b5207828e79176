import '../tables.css';
import { useQuery } from '@tanstack/react-query';
import { useMe, useSession } from '../../app/session.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { bytes, count, percent } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { Days } from './days.tsx';
import { forecast } from './forecast.ts';

const REFRESH_MS = 10_000;

/** What the tenant uses: of the limits of this minute, of its quotas, and in this month. */
export function UsagePage() {
  const { client } = useSession();
  const me = useMe();
  const now = useQuery({
    queryKey: ['limits'],
    queryFn: ({ signal }) => client.me({ signal }),
    refetchInterval: REFRESH_MS, // pauses while the page is hidden
  });
  const month = useQuery({
    queryKey: ['usage'],
    queryFn: ({ signal }) => client.reports.usage({}, { signal }),
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
          <h2>{usage.period}</h2>
          <p className="note">
            From <Moment at={usage.starts_at} /> to <Moment at={usage.ends_at} />
          </p>
          <div className="meters">
            {(['requests', 'searches', 'uploads'] as const).map((name) => (
              <div key={name} className="card">
                <h3>
                  {count(usage[name])} {name}
                </h3>
                <p className="note">
                  At this rate {count(forecast(usage[name], usage, Date.now()))} by the end of the month.
                </p>
                <Days label={name} days={usage.daily.map((day) => ({ date: day.date, value: day[name] }))} />
              </div>
            ))}
          </div>
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
