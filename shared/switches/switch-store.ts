import type { Switches } from './switches.ts';

/** The switches of the whole service. */
export interface SwitchStore {
  /** Returns the switches as they are; all on if nobody has changed them. @throws Problem `dependency_unavailable` */
  get(): Promise<Switches>;
  /** @returns the switches before. @throws Problem `dependency_unavailable` */
  put(switches: Switches): Promise<Switches>;
}
