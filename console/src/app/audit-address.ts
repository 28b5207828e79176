/** The filters of the audit log, as the address has them. */
export interface AuditAddress {
  tenant_id?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}
