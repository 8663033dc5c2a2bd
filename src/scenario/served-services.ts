/**
 * The Services behind which pods of the manifests may be. Who waits for another one is taken to find it: others
 * make it, or it was left out to find a small cause, and nobody is to wait for ever for that.
 */
import { isRecord } from '../../sim/api/equality.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { Happening } from './happening.js';

/** As `namespace/name`, sorted. */
export function servedServices(objects: readonly KubeObject[]): readonly string[] {
  const labels = labelsOfPods(objects);
  const named = new Set(objects.filter(isEndpoints).map(keyOf));
  return objects
    .filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service')
    .filter(service => {
      const spec = isRecord(service['spec']) ? service['spec'] : {};
      if (!isRecord(spec['selector'])) return named.has(keyOf(service));
      const wanted = Object.entries(spec['selector']);
      return labels.some(own => wanted.every(([key, value]) => own[key] === value));
    })
    .map(keyOf)
    .sort();
}

const keyOf = ({ metadata: { namespace = 'default', name = '', labels } }: KubeObject): string =>
  `${namespace}/${labels?.['kubernetes.io/service-name'] ?? name}`;

const isEndpoints = ({ kind }: KubeObject): boolean =>
  kind === 'Endpoints' || kind === 'EndpointSlice';

/** The labels of pods, wherever a template stands; whoever makes pods by other ways has a Service of its own. */
function labelsOfPods(objects: readonly KubeObject[]): readonly Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isRecord(value)) return;
    const { metadata, spec } = value;
    const isPod = isRecord(spec) && Array.isArray(spec['containers']);
    if (isPod && isRecord(metadata) && isRecord(metadata['labels'])) found.push(metadata['labels']);
    Object.values(value).forEach(visit);
  };
  visit(objects);
  return found;
}

/** What an event applies. */
export function appliedIn(event: Happening): readonly KubeObject[] {
  return event.kind === 'apply' ? [event.object] : [];
}
