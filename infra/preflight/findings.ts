/** A result of preflight: `fault` stops a deployment, `warning` may. */
export interface Finding {
  level: 'ok' | 'warning' | 'fault';
  subject: string;
  says: string;
  /** The command that mends it, or requests it. */
  command?: string;
}

const MARK = { ok: '✓', warning: '!', fault: '✗' } as const satisfies Record<Finding['level'], string>;

/** Formats findings as lines: mark, subject, what is so; below it the command. */
export const formatFindings = (findings: readonly Finding[]): string =>
  findings
    .flatMap(({ level, subject, says, command }) => [
      `${MARK[level]} ${subject}: ${says}`,
      ...(command ? [`    ${command}`] : []),
    ])
    .join('\n');
