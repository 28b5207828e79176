/** What is looked for in the audit log. */
export interface AuditAddress {
  tenant_id?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}
