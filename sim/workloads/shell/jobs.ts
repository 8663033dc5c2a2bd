/** What a shell has started in the background. */
import type { Job } from './job.js';

/** When a shell has started so many, it forgets those of the older half that have ended. */
const jobsMax = 100;

/** The jobs of one shell: a loop may start them without end. */
export class Jobs {
  private jobs: Job[] = [];

  get size(): number {
    return this.jobs.length;
  }

  add(job: Job): void {
    if (this.jobs.length >= jobsMax) {
      const older = this.jobs.slice(0, jobsMax >> 1).filter(({ status }) => status === undefined);
      this.jobs = [...older, ...this.jobs.slice(jobsMax >> 1)];
    }
    this.jobs.push(job);
  }

  /** Those of the numbers; all when none is given. */
  of(pids: readonly string[]): readonly Job[] {
    return pids.length === 0
      ? this.jobs
      : this.jobs.filter(({ pid }) => pids.includes(String(pid)));
  }
}
