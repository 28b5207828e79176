/** How long ECS keeps its hands off the task, in minutes, unless it is told again. */
const PROTECTED_FOR = 60;
/** Renewed once it is this old, in milliseconds. */
const RENEW_AFTER = 30 * 60_000;

/** Keeps a scale-in from ending the task while it holds messages. */
export interface TaskProtection {
  protect(): Promise<void>;
  release(): Promise<void>;
}

/**
 * By the ECS agent's endpoint for the task itself; outside ECS there is nothing to ask.
 * @param onError told where the agent refuses: the task works on, unprotected, and a redelivery makes good for it
 */
export function taskProtection(
  agentUri: string | undefined,
  onError: (error: unknown) => void,
): TaskProtection {
  let protectedAt: number | undefined;
  const tell = async (state: { ProtectionEnabled: boolean; ExpiresInMinutes?: number }): Promise<boolean> => {
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
      if (protectedAt !== undefined && Date.now() - protectedAt < RENEW_AFTER) return;
      const askedAt = Date.now();
      const done = await tell({ ProtectionEnabled: true, ExpiresInMinutes: PROTECTED_FOR });
      if (done) protectedAt = askedAt;
    },
    async release() {
      if (protectedAt === undefined) return;
      if (await tell({ ProtectionEnabled: false })) protectedAt = undefined;
    },
  };
}
