/** What the author of a Knative Service should know before it runs. */
import type { KubeObject } from '../../api/object.js';
import { keys } from './keys.js';
import type { KnativeService } from './types.js';

/** The hints about an object; none for other kinds. */
export function knativeHints(object: KubeObject): readonly string[] {
  const isOurs = object.apiVersion?.startsWith('serving.knative.dev/') === true;
  if (isOurs && object.kind === 'DomainMapping') {
    return ['DomainMapping is not simulated: the domain leads nowhere'];
  }
  if (!isOurs || !['Service', 'Route'].includes(object.kind ?? '')) return [];
  const { metadata } = object as unknown as KnativeService;
  const duration = metadata.annotations?.[keys.rolloutDuration];
  return duration === undefined || duration === '0s'
    ? []
    : [`${keys.rolloutDuration}: ${duration} is not simulated: all traffic moves at once`];
}
