import type { TenantId } from '#shared/kernel/ids.ts';
import type { DeepLensEvent, EventType } from './registry.ts';

/** Who says it: every event of ours comes from here. */
const SOURCE = 'deeplens';

type EventOf<T extends EventType> = Extract<DeepLensEvent, { type: T }>;

/** What only the sender knows of an event. */
export interface NewEvent<T extends EventType> {
  tenant: TenantId;
  /** The image id; the group id for `duplicates.found`, the operation's for `tenant.usage`. */
  subject: string;
  correlationId: string;
  /** RFC 3339. */
  time: string;
  data: EventOf<T>['data'];
  /** Where the subject alone does not say which happening it is. */
  id?: string;
}

/**
 * Puts what happened into its envelope. Unless given, the id is `<subject>.<type>`: a step that runs again for the
 * same picture tells the same event, not another one.
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
  // The compiler cannot follow that `type` and `data` belong together; the parameter's type says so.
  return event as unknown as EventOf<T>;
}
