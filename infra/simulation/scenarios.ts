import type { Scenario } from './pipeline.ts';

const HOUR = 3600;
const TENANTS = Array.from({ length: 5 }, (_, at) => `tenant-${at + 1}`);
const spread = (perSecond: number): Record<string, number> =>
  Object.fromEntries(TENANTS.map((tenant) => [tenant, perSecond / TENANTS.length]));

/** What ingest must bear. Five tenants share what is not one tenant's. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'steady 100 images/s, for an hour', seconds: HOUR, arrivals: () => spread(100) },
  {
    name: '10 images/s, tenfold for ten minutes',
    seconds: HOUR,
    arrivals: (now) => spread(now >= 1200 && now < 1800 ? 100 : 10),
  },
  {
    name: '100 images/s, tenfold for ten minutes',
    seconds: HOUR,
    arrivals: (now) => spread(now >= 1200 && now < 1800 ? 1000 : 100),
  },
  {
    name: '20 images/s, and one tenant with 300 for ten minutes',
    seconds: HOUR,
    arrivals: (now) => ({ ...spread(20), ...(now >= 1200 && now < 1800 && { noisy: 300 }) }),
  },
  {
    name: 'the first images after a quiet night: 20 images/s for ten minutes',
    seconds: 600,
    arrivals: () => spread(20),
  },
  {
    name: 'steady 300 images/s, all Spot instances lost after half an hour',
    seconds: HOUR,
    arrivals: () => spread(300),
    interruption: { at: 1800, share: 1 },
  },
];
