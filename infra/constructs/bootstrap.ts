/** The qualifier of the CDK's bootstrap. */
export const QUALIFIER = 'hnb659fds';
