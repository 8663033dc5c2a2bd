/** When Volcano is ready to be used: jobs are refused until their queue is open. */
import type { HasMetadata } from '../../api/object.js';
import type { Queue } from './types.js';

/** Whether what was written is the queue `default`, and open. */
export function isDefaultQueueOpen({
  resource,
  object,
}: {
  readonly resource: string;
  readonly object: HasMetadata;
}): boolean {
  if (resource.split('.')[0] !== 'queues' || object.metadata.name !== 'default') return false;
  return (object as Queue).status?.state === 'Open';
}
