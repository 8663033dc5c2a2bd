/** What the pods of a job are called. @upstream volcano v1.15.1 pkg/controllers/job/helpers/helpers.go */
import type { Job, TaskSpec } from './types.js';

/** The name of a pod. */
export function podName(job: string, task: string, index: number): string {
  return `${job}-${task}-${index}`;
}

/** The names by which the pods of a task find each other. One that has a hostname of its own is one host. */
export function hostsOf(job: Job, task: TaskSpec): readonly { host: string; domain: string }[] {
  const name = job.metadata.name ?? '';
  const { hostname = '', subdomain = '' } = task.template?.spec ?? {};
  const domain = subdomain === '' ? name : subdomain;
  const count = hostname === '' ? (task.replicas ?? 0) : Math.min(1, task.replicas ?? 0);
  return Array.from({ length: count }, (_, index) => ({
    host: hostname === '' ? podName(name, task.name ?? '', index) : hostname,
    domain,
  }));
}
