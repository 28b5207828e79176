import type { WebhookDeliveryDetails } from '@deeplens/sdk';
import { Code, readableJson } from '../../ui/code.tsx';
import { Moment } from '../../ui/moment.tsx';

/** An attempt to deliver. */
export type AttemptFacts = WebhookDeliveryDetails['attempts'][number];

const ERRORS: Record<string, string> = {
  dns: 'The name of the receiver is not known.',
  connect: 'No connection could be made.',
  tls: 'The receiver’s certificate is not valid for its name.',
  timeout: 'The receiver did not answer in time.',
  reset: 'The receiver broke the connection off.',
  protocol: 'The receiver does not speak HTTP.',
  unsafe_url: 'The receiver’s name leads to an address that is not public.',
};

/** Shows what was sent, and what the receiver answered. */
export function Attempt({ attempt }: { attempt: AttemptFacts }) {
  const { at, outcome, status, ms, error, response, ip, headers } = attempt;
  return (
    <div className="stack">
      <p>
        <span className={`tag ${outcome === 'delivered' ? 'indexed' : 'failed'}`}>{outcome}</span>{' '}
        {status !== undefined && <strong>{status} </strong>}
        <span className="note">
          <Moment at={at} />
          {ms !== undefined && ` · ${Math.round(ms)} ms`}
          {ip && ` · ${ip}`}
        </span>
      </p>
      {error && (
        <p>
          {ERRORS[error] ?? 'No answer came.'} <code>{error}</code>
        </p>
      )}
      {response && <Code text={readableJson(response)} label="The receiver’s answer" />}
      {headers && (
        <details>
          <summary>Headers that were sent</summary>
          <Code
            text={Object.entries(headers)
              .map(([name, value]) => `${name}: ${value}`)
              .join('\n')}
            label="Headers"
          />
        </details>
      )}
    </div>
  );
}
