/** OpenSearch cannot run on this machine. The message names what is missing and how to install it. */
export class PrerequisiteMissing extends Error {
  override readonly name: string = 'PrerequisiteMissing';
}

/** No Java of the version that OpenSearch needs. */
export class JavaMissing extends PrerequisiteMissing {
  override readonly name = 'JavaMissing';
}

/** OpenSearch's archives are neither cached nor can they be downloaded. */
export class DistributionMissing extends PrerequisiteMissing {
  override readonly name = 'DistributionMissing';
}
