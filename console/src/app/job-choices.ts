/** Kinds and states of jobs, as an address filters by them. */
export const JOB_KINDS = [
  ...(['scan', 'storage_removal', 'webhook_replay', 'event_replay', 'redrive', 'tenant_purge'] as const),
  ...(['model_migration', 'model_rollback', 'index_rebuild', 'index_check', 'index_move'] as const),
] as const;
export const JOB_STATES = [
  ...(['queued', 'running', 'needs_confirmation', 'completed', 'failed', 'cancelled'] as const),
] as const;
