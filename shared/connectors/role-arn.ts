const ROLE = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/[\w+=,.@/-]{1,512}$/;

/** Returns the partition and the account of a role; undefined if the text is no role's ARN. */
export function partsOfRole(arn: string): { partition: string; account: string } | undefined {
  const [, partition, account] = ROLE.exec(arn) ?? [];
  return partition === undefined || account === undefined ? undefined : { partition, account };
}
