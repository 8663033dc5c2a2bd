/** What Kueue reads of pods, and puts on them. @upstream kueue v0.19.2 pkg/util/pod, pkg/controller/jobs/pod */
import { compareText } from '../../api/go-text.js';
import type { Container, Pod, PodSpec } from '../../api/kinds/core.js';
import { sha256Hex } from '../../api/jwt/sha256.js';
import { keys } from './keys.js';

const hashLength = 8;

/** Whether it has come to an end. */
export function isTerminated({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Whether Kueue keeps it from being scheduled. */
export function isGated({ spec }: Pod): boolean {
  return (spec?.schedulingGates ?? []).some(({ name }) => name === keys.admissionGate);
}

/** The pod with Kueue's gates, or without them. */
export function withGates(pod: Pod, isGatedThen: boolean): Pod {
  const own: readonly string[] = [keys.admissionGate, keys.topologyGate];
  const { schedulingGates = [], ...spec } = pod.spec ?? { containers: [] };
  const others = schedulingGates.filter(({ name }) => !own.includes(name));
  const had = schedulingGates.filter(({ name }) => own.includes(name)).map(({ name }) => name);
  const added = own.filter(name => !had.includes(name)).map(name => ({ name }));
  const gates = isGatedThen ? [...schedulingGates, ...added] : others;
  return { ...pod, spec: { ...spec, ...(gates.length > 0 && { schedulingGates: gates }) } };
}

/** The name of the group that it is a member of; empty for a pod of its own. */
export function groupNameOf({ metadata }: Pod): string {
  const annotated = metadata.annotations?.[keys.groupName] ?? '';
  return annotated === '' ? (metadata.labels?.[keys.groupName] ?? '') : annotated;
}

/** Tells apart pods that ask for different things; written lists are taken as they are written. */
export function roleHashOf({ metadata, spec }: Pod): string {
  const known = metadata.annotations?.[keys.roleHash];
  if (known !== undefined) return known;
  const text = JSON.stringify({ spec: shapeOf(spec ?? { containers: [] }) });
  return sha256Hex(new TextEncoder().encode(text)).slice(0, hashLength);
}

/** In the order in which Go writes a map, with null for what is not there. @upstream SpecShape */
function shapeOf(spec: PodSpec): Readonly<Record<string, unknown>> {
  return {
    affinity: spec.affinity ?? null,
    containers: containersShape(spec.containers),
    initContainers: containersShape(spec.initContainers),
    nodeSelector: sorted(spec.nodeSelector),
    overhead: sorted(spec.overhead),
    priority: spec.priority ?? null,
    resourceClaims: spec.resourceClaims ?? null,
    ...(spec.resources !== undefined && { resources: sorted(spec.resources.requests) }),
    runtimeClassName: spec.runtimeClassName ?? null,
    tolerations:
      spec.tolerations?.map(one => ({
        ...(one.key !== undefined && { key: one.key }),
        ...(one.operator !== undefined && { operator: one.operator }),
        ...(one.value !== undefined && { value: one.value }),
        ...(one.effect !== undefined && { effect: one.effect }),
        ...(one.tolerationSeconds !== undefined && { tolerationSeconds: one.tolerationSeconds }),
      })) ?? null,
    topologySpreadConstraints: spec.topologySpreadConstraints ?? null,
  };
}

function containersShape(containers: readonly Container[] = []): readonly object[] | null {
  if (containers.length === 0) return null;
  return containers.map(({ ports, resources }) => ({
    ports:
      ports?.map(one => ({
        ...(one.name !== undefined && { name: one.name }),
        ...(one.hostPort !== undefined && { hostPort: one.hostPort }),
        containerPort: one.containerPort,
        ...(one.protocol !== undefined && { protocol: one.protocol }),
        ...(one.hostIP !== undefined && { hostIP: one.hostIP }),
      })) ?? null,
    resources: { requests: sorted(resources?.requests) },
  }));
}

function sorted(texts: Readonly<Record<string, string>> | undefined): object | null {
  if (texts === undefined) return null;
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => compareText(a, b)));
}
