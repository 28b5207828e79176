/** A quota of Service Quotas. */
export interface Quota {
  service: string;
  code: string;
}

/** A service-linked role: the service that assumes it, and its name. */
export interface LinkedRole {
  service: string;
  name: string;
}

/** An AWS account, as preflight reads it. Only `createLinkedRole` changes it. */
export interface Account {
  /** Returns the 12 digits of the account whose credentials are loaded. */
  id(): Promise<string>;
  quota(quota: Quota): Promise<number>;
  hasLinkedRole(role: LinkedRole): Promise<boolean>;
  createLinkedRole(role: LinkedRole): Promise<void>;
  /** Returns the version of the CDK's bootstrap stack; undefined without one. */
  bootstrapVersion(): Promise<number | undefined>;
  /** Returns a certificate's state and hosts; undefined if it does not exist. */
  certificate(arn: string): Promise<{ status: string; hosts: readonly string[] } | undefined>;
  /** Returns the number of API Gateway's keys. */
  apiKeys(): Promise<number>;
  /** Returns true if the service of workers exists. */
  hasService(cluster: string, service: string): Promise<boolean>;
}
