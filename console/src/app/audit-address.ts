import { type Raw, textParam } from './search-params.ts';

/** The filters of the audit log, as the address has them. */
export interface AuditAddress {
  tenant_id?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** Reads the filters of an address. */
export const auditAddress = (raw: Raw): AuditAddress => ({
  tenant_id: textParam(raw, 'tenant_id'),
  actor: textParam(raw, 'actor'),
  action: textParam(raw, 'action'),
  from: textParam(raw, 'from'),
  to: textParam(raw, 'to'),
});
