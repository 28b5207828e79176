/** Minutes until the protection expires unless it is renewed. */
const EXPIRES_IN = 60;
/** Milliseconds after which the protection is renewed. */
const RENEW_AFTER_MS = 30 * 60_000;

/** Protects the task from scale-in while it has unsettled messages. */
export interface TaskProtection {
  protect(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Sets the protection through the ECS agent's endpoint; does nothing outside ECS.
 * @param onError called if the agent refuses: the task goes on unprotected, and its messages are redelivered if it ends
 */
export function taskProtection(
  agentUri: string | undefined,
  onError: (error: unknown) => void,
): TaskProtection {
  let protectedAt: number | undefined;
  const set = async (state: { ProtectionEnabled: boolean; ExpiresInMinutes?: number }): Promise<boolean> => {
    if (!agentUri) return true;
    try {
      const response = await fetch(`${agentUri}/task-protection/v1/state`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(state),
        signal: AbortSignal.timeout(2_000),
      });
      if (!response.ok)
        throw new Error(`The ECS agent answered ${response.status}: ${await response.text()}`);
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  };
  return {
    async protect() {
      if (protectedAt !== undefined && Date.now() - protectedAt < RENEW_AFTER_MS) return;
      const requestedAt = Date.now();
      const done = await set({ ProtectionEnabled: true, ExpiresInMinutes: EXPIRES_IN });
      if (done) protectedAt = requestedAt;
    },
    async release() {
      if (protectedAt === undefined) return;
      if (await set({ ProtectionEnabled: false })) protectedAt = undefined;
    },
  };
}
