/** Numbers of calls, searches and uploaded images. */
export interface Usage {
  requests: number;
  searches: number;
  uploads: number;
}
export const NO_USAGE: Usage = { requests: 0, searches: 0, uploads: 0 };

export const addUsage = (one: Usage, other: Usage): Usage => ({
  requests: one.requests + other.requests,
  searches: one.searches + other.searches,
  uploads: one.uploads + other.uploads,
});

export interface DailyUsage extends Usage {
  /** `2026-11-24`, UTC. */
  date: string;
}
