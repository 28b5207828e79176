import type { AuditEntry } from '@deeplens/sdk';
import { Code } from '../../ui/code.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Moment } from '../../ui/moment.tsx';

/** An entry of the audit log; its details open. */
export function AuditEntryCard({ entry }: { entry: AuditEntry }) {
  const { at, actor, action, target, outcome, code, detail, before, after } = entry;
  const tenant = entry.tenant_id ?? entry.claimed_tenant_id;
  return (
    <details className="card">
      <summary>
        <span className={`tag ${outcome === 'done' ? 'indexed' : outcome === 'started' ? '' : 'failed'}`}>
          {outcome}
        </span>{' '}
        <strong>{action}</strong> {target} <span className="note">{tenant && `· ${tenant} `}· </span>
        <span className="note">
          {actor.kind} {actor.subject} · <Moment at={at} />
        </span>
      </summary>
      <div className="stack">
        {code && (
          <p>
            <code>{code}</code> {detail}
          </p>
        )}
        <dl className="facts">
          {actor.role && (
            <>
              <dt>Role</dt>
              <dd>{actor.role}</dd>
            </>
          )}
          <dt>From</dt>
          <dd>
            {entry.source_ip} <span className="note">{entry.user_agent}</span>
          </dd>
          <dt>Correlation id</dt>
          <dd>
            <code>{entry.correlation_id}</code> <CopyButton text={entry.correlation_id} label="Copy id" />
          </dd>
        </dl>
        {before !== undefined && <Code text={JSON.stringify(before, null, 2)} label="Before" />}
        {after !== undefined && <Code text={JSON.stringify(after, null, 2)} label="After" />}
      </div>
    </details>
  );
}
