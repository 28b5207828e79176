import type { TenantId } from '#shared/kernel/ids.ts';
import type { DeepLensEvent, EventType } from './registry.ts';

/** CloudEvents `source` of every event. */
const SOURCE = 'deeplens';

type EventOf<T extends EventType> = Extract<DeepLensEvent, { type: T }>;

/** The fields of an event that its sender sets. */
export interface NewEvent<T extends EventType> {
  tenant: TenantId;
  /** The image id; the group id for `duplicates.found`, the operation's for `tenant.usage`. */
  subject: string;
  correlationId: string;
  /** RFC 3339. */
  time: string;
  data: EventOf<T>['data'];
  /** Required if the subject and type do not identify the event. */
  id?: string;
}

/**
 * Builds an event. By default the id is `<subject>.<type>`, so that a step repeated for the same image publishes the same
 * event.
 */
export function newEvent<T extends EventType>(type: T, init: NewEvent<T>): EventOf<T> {
  const event = {
    specversion: '1.0',
    id: init.id ?? `${init.subject}.${type}`,
    source: SOURCE,
    type,
    subject: init.subject,
    time: init.time,
    datacontenttype: 'application/json',
    dataversion: '1',
    tenantid: init.tenant,
    correlationid: init.correlationId,
    data: init.data,
  } as const;
  // TypeScript cannot correlate `type` and `data`; the parameters' types do.
  return event as unknown as EventOf<T>;
}
