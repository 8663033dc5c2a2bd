/** Brings recorded and replayed state to one form: what chance or the machine decided is taken out. */
import type { KubeObject } from '../../../../sim/api/object.js';
import { parseManifests } from '../../../../sim/api/yaml.js';
import { printYaml } from '../../../../sim/api/yaml-print.js';
import type { RecordedEvent } from './trace.js';

const serverFields = [
  'uid',
  'resourceVersion',
  'managedFields',
  'generation',
  'creationTimestamp',
  'selfLink',
];
/** Names that the API server made up, also within messages; a hash of a template stays. */
const randomSuffix = /-[bcdfghjklmnpqrstvwxz2456789]{5}(?![a-z0-9-])/g;
const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** A name with the random part told as such. */
export function normalText(text: string): string {
  return text.replace(uid, '<uid>').replace(time, '<time>').replace(randomSuffix, '-<random>');
}

/** A value, deeply. */
export function normalValue(value: unknown): unknown {
  if (typeof value === 'string') return normalText(value);
  if (Array.isArray(value)) return value.map(normalValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalValue(item)]));
}

/** An object without what the server, or the recorder's server, fills in. */
export function normalObject(object: KubeObject): Record<string, unknown> {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object;
  const told = withSnapshot(rest);
  const normal = normalValue({ metadata: withoutServerFields(metadata), ...told }) as Normal;
  return withoutAccount(withoutAddress(withoutKeys(normal)));
}

function withoutServerFields(metadata: KubeObject['metadata']): Record<string, unknown> {
  const kept = Object.entries(metadata).filter(([key]) => !serverFields.includes(key));
  return Object.fromEntries(kept);
}

/** Trainer keeps a runtime within a ConfigMap, with all that the recorder's server filled in. */
function withSnapshot(rest: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { runtime } = (rest['data'] ?? {}) as { readonly runtime?: string };
  if (runtime === undefined) return rest;
  const [manifest] = parseManifests(runtime, 'snapshot').manifests;
  if (manifest === undefined) return rest;
  const { metadata, ...kept } = manifest.object as KubeObject;
  return {
    ...rest,
    data: { runtime: printYaml({ ...kept, metadata: withoutServerFields(metadata) }) },
  };
}

interface Normal extends Record<string, unknown> {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Key pairs differ at each run. */
function withoutKeys(normal: Normal): Normal {
  const data = normal['data'] as Readonly<Record<string, string>> | undefined;
  if (data?.['ssh-privatekey'] === undefined) return normal;
  return { ...normal, data: Object.fromEntries(Object.keys(data).map(key => [key, '<key>'])) };
}

function withoutAddress(normal: Normal): Normal {
  const { spec } = normal;
  const address = spec?.['clusterIP'];
  if (address === undefined || address === 'None') return normal;
  return { ...normal, spec: { ...spec, clusterIP: '<ip>', clusterIPs: ['<ip>'] } };
}

interface Mount {
  readonly name: string;
}

interface Holder {
  readonly volumeMounts?: readonly Mount[];
}

/** The recorder's API server ran without the ServiceAccount admission. */
function withoutAccount(normal: Normal): Normal {
  const { spec } = normal;
  if (spec?.['containers'] === undefined) return normal;
  const isToken = ({ name }: Mount) => name.startsWith('kube-api-access');
  const { serviceAccountName, serviceAccount, volumes, containers, initContainers, ...rest } =
    spec as {
      readonly serviceAccountName?: string;
      readonly serviceAccount?: string;
      readonly volumes?: readonly Mount[];
      readonly containers: readonly Holder[];
      readonly initContainers?: readonly Holder[];
    };
  const keptVolumes = volumes?.filter(volume => !isToken(volume)) ?? [];
  const holders = (all: readonly Holder[]) =>
    all.map(({ volumeMounts, ...holder }) => {
      const kept = volumeMounts?.filter(mount => !isToken(mount)) ?? [];
      return kept.length > 0 ? { ...holder, volumeMounts: kept } : holder;
    });
  return {
    ...normal,
    spec: {
      ...rest,
      ...(serviceAccountName !== 'default' && { serviceAccountName, serviceAccount }),
      ...(keptVolumes.length > 0 && { volumes: keptVolumes }),
      containers: holders(containers),
      ...(initContainers !== undefined && { initContainers: holders(initContainers) }),
    },
  };
}

/** Objects that are in every namespace, or only where the traces were recorded. */
export function isOfEveryNamespace(name: string): boolean {
  return ['openshift-service-ca.crt', 'kube-root-ca.crt', 'default'].includes(name);
}

/**
 * A conflict is answered by another attempt, and a cache that lags makes an operator create what is
 * there: whether that happens depends on the machine.
 */
function isNoise({ reason, message }: RecordedEvent): boolean {
  const isLate = reason === 'FailedCreateService' && message.includes('already exists');
  return isLate || reason === 'UpdateFailed' || message.includes('object has been modified');
}

/** Events, sorted, without noise. */
export function normalEvents(events: readonly RecordedEvent[]): readonly string[] {
  return events
    .filter(event => !isNoise(event))
    .map(({ type, reason, on, message }) => normalText(`${type} ${reason} ${on}: ${message}`))
    .sort();
}
