/**
 * Seconds of work. Measured: on two quiet cores through the local stack, as CPU per web-size image, and doubled for waiting on
 * AWS's services. Assumed: what has not been measured on AWS. `npm run simulate -- --gpu 50` tries another worker.
 */
export const SERVICE_TIMES = {
  /** Measured: 75 ms of CPU. */
  validate: 0.15,
  /** Images a second of a worker with a GPU. Assumed; its scaling assumes the same. A core of a CPU does 17. */
  gpuImagesPerSecond: 100,
  /** From a wanted task to its first image, on an instance that has to start. Assumed, as by the alarm on missing workers. */
  workerStart: 300,
  /** Measured: 15 ms of CPU. */
  index: 0.03,
  /** Measured: 68 ms of CPU. */
  detect: 0.136,
  /** A search in the function. Measured: 79 ms at the median, 148 for 95 %. */
  searchP50: 0.079,
  searchP95: 0.148,
  /** Measured: 5 ms of CPU. */
  authorize: 0.01,
} as const;

export type ServiceTimes = { [Name in keyof typeof SERVICE_TIMES]: number };
