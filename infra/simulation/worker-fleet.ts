import type { Policies } from './policies.ts';
import type { ServiceTimes } from './service-times.ts';

/** Datapoints above the target before target tracking adds tasks, and below it before it removes them: AWS's own alarms. */
const POINTS_OUT = 3;
const POINTS_IN = 15;
/** Target tracking removes tasks below this share of its target. */
const SLACK = 0.9;

/** The workers' tasks under the scaling policies of the templates; a metric is seen a minute after what it measures. */
export class WorkerFleet {
  private readonly policy: Policies['worker'];
  private readonly times: ServiceTimes;
  /** Seconds at which each task starts to work. */
  private tasks: number[];
  private high = 0;
  private low = 0;
  private lastOut = Number.NEGATIVE_INFINITY;
  private lastIn = Number.NEGATIVE_INFINITY;
  private lastFirst = Number.NEGATIVE_INFINITY;
  /** Seconds of all tasks, wanted and started. */
  taskSeconds = 0;
  most = 0;

  constructor(policy: Policies['worker'], times: ServiceTimes) {
    this.policy = policy;
    this.times = times;
    this.tasks = Array.from({ length: policy.minTasks }, () => 0);
  }

  /** Tasks that work. */
  running(now: number): number {
    return this.tasks.filter((startsAt) => startsAt <= now).length;
  }

  /** Images a second. */
  rate(now: number): number {
    return this.running(now) * this.times.gpuImagesPerSecond;
  }

  /** Ends tasks on Spot instances; the service starts as many again. @returns how many were ended */
  interrupt(now: number, share: number): number {
    const lost = Math.floor(Math.max(0, this.tasks.length - this.policy.onDemand) * share);
    this.tasks = this.tasks.slice(0, this.tasks.length - lost);
    this.want(now, this.tasks.length + lost);
    return lost;
  }

  /** Counts a second of all tasks. */
  second(): void {
    this.taskSeconds += this.tasks.length;
    this.most = Math.max(this.most, this.tasks.length);
  }

  /** Applies the policies; called each minute. @param waiting images that waited a minute ago */
  minute(now: number, waiting: number): void {
    const { backlogPerTask, scaleOutCooldown, scaleInCooldown, firstTaskCooldown } = this.policy;
    if (this.tasks.length === 0) {
      if (waiting <= 0 || now - this.lastFirst < firstTaskCooldown) return;
      this.lastFirst = now;
      this.want(now, 1);
      return;
    }
    const running = Math.max(1, this.running(now));
    const backlog = waiting / running;
    this.high = backlog > backlogPerTask ? this.high + 1 : 0;
    this.low = backlog < backlogPerTask * SLACK ? this.low + 1 : 0;
    const wanted = Math.ceil((running * backlog) / backlogPerTask);
    if (this.high >= POINTS_OUT && now - this.lastOut >= scaleOutCooldown && wanted > this.tasks.length) {
      this.lastOut = now;
      this.want(now, wanted);
    } else if (
      this.low >= POINTS_IN &&
      now - Math.max(this.lastIn, this.lastOut) >= scaleInCooldown &&
      wanted < this.tasks.length
    ) {
      this.lastIn = now;
      this.want(now, wanted);
    }
  }

  private want(now: number, wanted: number): void {
    const { minTasks, maxTasks } = this.policy;
    const bounded = Math.min(maxTasks, Math.max(minTasks, wanted));
    while (this.tasks.length < bounded) this.tasks.push(now + this.times.workerStart);
    this.tasks.length = bounded;
  }
}
