/** The message that a container leaves behind. @upstream pkg/kubelet/kuberuntime/kuberuntime_container.go getTerminationMessage */
import type { Container } from '../api/kinds/core.js';
import type { ContainerRecord } from './container-records.js';

/** The most of one file, and of all of a pod's messages. */
const fileBytesMax = 4_096;
const podBytesMax = 12 * 1_024;

/** What of the log stands in for the file. */
export const logTailBounds = { linesMax: 80, bytesMax: 2_048 };

/** The runtime's own message and the program's. */
export function terminationMessageOf(
  record: ContainerRecord,
  container: Container,
  pod: {
    readonly containersCount: number;
    readonly logTail: (record: ContainerRecord) => string;
  },
): string {
  let message = record.terminationMessage.slice(-fileBytesMax);
  const fallsBack = container.terminationMessagePolicy === 'FallbackToLogsOnError';
  if (message === '' && fallsBack && record.exitCode !== 0 && record.startError === '') {
    message = pod.logTail(record);
  }
  if (record.startError !== '') {
    return message === '' ? record.startError : `${record.startError}: ${message}`;
  }
  const share = Math.floor(podBytesMax / Math.max(1, pod.containersCount));
  return message.length > share ? message.slice(0, share) : message;
}
