/** What is told of pods that do not get on. @upstream training-operator v1.8.1 pkg/core/job.go */
import type { ContainerStatus, Pod } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import type { JobEvent } from './job-kind.js';

/** The events about pods that have not ended: what their containers, or their conditions, complain of. */
export function abnormalPodEvents(pods: readonly Pod[]): readonly JobEvent[] {
  return pods.flatMap(pod => {
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    const statuses = containerStatuses.length > 0 ? containerStatuses : initContainerStatuses;
    if (statuses.length > 0) return statuses.flatMap(status => ofContainer(pod, status));
    return ofConditions(pod);
  });
}

function ofContainer({ metadata }: Pod, { name, state }: ContainerStatus): readonly JobEvent[] {
  const { terminated, waiting } = state ?? {};
  const about = `Error pod ${metadata.name ?? ''} container ${name}`;
  const events: JobEvent[] = [];
  if (terminated !== undefined && terminated.exitCode !== 0) {
    const { exitCode, message = '', reason = '' } = terminated;
    const text = `${about} exitCode: ${exitCode} terminated message: ${message}`;
    events.push({ type: 'Warning', reason, message: text });
  }
  if ((waiting?.message ?? '') !== '') {
    const { reason = '', message = '' } = waiting ?? {};
    events.push({ type: 'Warning', reason, message: `${about} waiting message: ${message}` });
  }
  return events;
}

/** The latest condition speaks for the pod. */
function ofConditions({ metadata, status }: Pod): readonly JobEvent[] {
  const [latest] = [...(status?.conditions ?? [])].sort(
    (a, b) => (timeMs(b.lastTransitionTime) ?? 0) - (timeMs(a.lastTransitionTime) ?? 0),
  );
  if (latest === undefined || latest.status === 'True') return [];
  const { reason = '', message = '' } = latest;
  const text = `Error pod ${metadata.name ?? ''} condition message: ${message}`;
  return [{ type: 'Warning', reason, message: text }];
}
