/** Objects that pods refer to and that no source shows: without them nothing would start. */
import type { KubeObject } from '../../../sim/api/object.js';
import { titleOf } from './known.js';
import { systemNamespaces } from './left-out.js';

/** An object that was guessed, and why. */
export interface Guess {
  readonly object: KubeObject;
  readonly why: string;
}

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly priorityClassName?: string;
  readonly priority?: number;
  readonly runtimeClassName?: string;
  readonly volumes?: readonly {
    readonly configMap?: { readonly name?: string; readonly optional?: boolean };
    readonly secret?: { readonly secretName?: string; readonly optional?: boolean };
    readonly persistentVolumeClaim?: { readonly claimName?: string };
  }[];
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface Container {
  readonly env?: readonly {
    readonly valueFrom?: {
      readonly configMapKeyRef?: KeyRef;
      readonly secretKeyRef?: KeyRef;
    };
  }[];
  readonly envFrom?: readonly {
    readonly configMapRef?: KeyRef;
    readonly secretRef?: KeyRef;
  }[];
}

interface KeyRef {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
}

/** What is missing around the objects. */
export function missingObjects(objects: readonly KubeObject[]): Guess[] {
  const there = new Set(objects.map(titleOf));
  const guesses = new Map<string, Guess & { readonly keys: Set<string> }>();
  const need = (object: KubeObject, why: string, key?: string): void => {
    const title = titleOf(object);
    if (there.has(title)) return;
    const guess = guesses.get(title) ?? { object, why, keys: new Set<string>() };
    guesses.set(title, guess);
    if (key !== undefined) guess.keys.add(key);
  };
  for (const object of objects) {
    const { namespace } = object.metadata;
    if (namespace === undefined || systemNamespaces.has(namespace)) continue;
    if (namespace !== 'default') {
      need({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, titleOf(object));
    }
    const spec = podSpecOf(object);
    if (spec !== undefined) needsOf(spec, namespace, titleOf(object), need);
  }
  return [...guesses.values()].map(({ object, why, keys }) => ({
    object:
      keys.size === 0
        ? object
        : { ...object, data: Object.fromEntries([...keys].map(key => [key, ''])) },
    why: `${why} refers to it, and no source shows it`,
  }));
}

function podSpecOf(object: KubeObject): PodSpec | undefined {
  const spec = object['spec'] as
    | (PodSpec & {
        readonly template?: { readonly spec?: PodSpec };
        readonly jobTemplate?: {
          readonly spec?: { readonly template?: { readonly spec?: PodSpec } };
        };
      })
    | undefined;
  if (object.kind === 'Pod') return spec;
  return spec?.template?.spec ?? spec?.jobTemplate?.spec?.template?.spec;
}

type Need = (object: KubeObject, why: string, key?: string) => void;

function needsOf(spec: PodSpec, namespace: string, why: string, need: Need): void {
  const core = (kind: string, name: string | undefined, more: object = {}): KubeObject => ({
    apiVersion: 'v1',
    kind,
    metadata: { name: name ?? '', namespace },
    ...more,
  });
  const { serviceAccountName, priorityClassName, priority = 0, runtimeClassName } = spec;
  if (serviceAccountName !== undefined && serviceAccountName !== 'default') {
    need(core('ServiceAccount', serviceAccountName), why);
  }
  if (priorityClassName !== undefined && !priorityClassName.startsWith('system-')) {
    const metadata = { name: priorityClassName };
    const apiVersion = 'scheduling.k8s.io/v1';
    need({ apiVersion, kind: 'PriorityClass', metadata, value: priority }, why);
  }
  if (runtimeClassName !== undefined) {
    const metadata = { name: runtimeClassName };
    need({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata, handler: 'runc' }, why);
  }
  for (const { configMap, secret, persistentVolumeClaim: claim } of spec.volumes ?? []) {
    if (configMap?.name !== undefined && configMap.optional !== true) {
      need(core('ConfigMap', configMap.name), why);
    }
    if (secret?.secretName !== undefined && secret.optional !== true) {
      need(core('Secret', secret.secretName), why);
    }
    if (claim?.claimName !== undefined) {
      const resources = { requests: { storage: '1Gi' } };
      const claimSpec = { accessModes: ['ReadWriteOnce'], resources };
      need(core('PersistentVolumeClaim', claim.claimName, { spec: claimSpec }), why);
    }
  }
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const references = [
      ...(container.env ?? []).map(({ valueFrom }) => valueFrom ?? {}),
      ...(container.envFrom ?? []).map(from => ({
        configMapKeyRef: from.configMapRef,
        secretKeyRef: from.secretRef,
      })),
    ];
    for (const { configMapKeyRef: map, secretKeyRef: secret } of references) {
      if (map?.name !== undefined && map.optional !== true) {
        need(core('ConfigMap', map.name), why, map.key);
      }
      if (secret?.name !== undefined && secret.optional !== true) {
        need(core('Secret', secret.name), why, secret.key);
      }
    }
  }
}
