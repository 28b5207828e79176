import type { Job } from '@deeplens/sdk';
import type { ReactNode } from 'react';
import { count, counted, duration } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';

/** States of a job that goes on. */
export const OPEN: readonly Job['status'][] = ['queued', 'running', 'needs_confirmation'];

interface JobCardProps {
  job: Job;
  /** The kind of the job, where several kinds are shown. */
  title?: string;
  /** Buttons. */
  actions?: ReactNode;
  children?: ReactNode;
}

/** A job: how far it is, what it counted, and what went wrong, by code. */
export function JobCard({ job, title, actions, children }: JobCardProps) {
  const { percent, rate_per_s, eta_s, ...counters } = job.progress;
  const byCode = Map.groupBy(job.errors, ({ code }) => code);
  return (
    <div className="card">
      <div className="row">
        <span className={`tag ${job.status === 'completed' ? 'indexed' : job.status}`}>
          {job.status.replace('_', ' ')}
        </span>
        {title && <strong>{title}</strong>}
        <span className="note grow">
          <Moment at={job.started_at} />
          {job.waiting && ` · ${job.waiting.replaceAll('_', ' ')}`}
          {eta_s !== undefined && ` · about ${duration(eta_s)} left`}
        </span>
        {actions}
      </div>
      {children}
      {job.status === 'running' && (
        <progress aria-label="Progress" {...(percent !== undefined && { value: percent, max: 100 })} />
      )}
      <p className="note">
        {Object.entries(counters)
          .map(([name, value]) => `${count(value)} ${name.replaceAll('_', ' ')}`)
          .join(' · ')}
        {rate_per_s !== undefined && ` · ${rate_per_s.toFixed(1)} a second`}
      </p>
      {Array.from(byCode, ([code, errors]) => (
        <p key={code} className="note">
          <code>{code}</code> {counted(errors.length, 'error')}: {errors[0]?.detail}
        </p>
      ))}
    </div>
  );
}
