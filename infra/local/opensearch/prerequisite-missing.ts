/** OpenSearch cannot be had on this machine. The message says what is missing and how to get it. */
export class PrerequisiteMissing extends Error {
  override readonly name: string = 'PrerequisiteMissing';
}

/** No Java of the version that OpenSearch needs. */
export class JavaMissing extends PrerequisiteMissing {
  override readonly name = 'JavaMissing';
}

/** OpenSearch's zips are neither kept nor can they be fetched. */
export class DistributionMissing extends PrerequisiteMissing {
  override readonly name = 'DistributionMissing';
}
