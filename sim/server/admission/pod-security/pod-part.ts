/** The pod, or the template of pods, that pod security looks at. */
import { cronJobs, jobs } from '../../../api/kinds/batch.js';
import { daemonSets, deployments, replicaSets, statefulSets } from '../../../api/kinds/apps.js';
import {
  podTemplates,
  pods,
  replicationControllers,
  type PodSpec,
} from '../../../api/kinds/core.js';
import type { ObjectMeta } from '../../../api/kinds/meta.js';
import type { GroupResource } from '../../access.js';

/** The parts of a pod or template. */
export interface PodPart {
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
}

type Reader = (object: unknown) => PodPart | undefined;

interface Nested {
  readonly metadata?: ObjectMeta;
  readonly spec?: PodSpec & { readonly template?: Nested; readonly jobTemplate?: Nested };
  readonly template?: Nested;
}

function partOf(nested: Nested | undefined): PodPart | undefined {
  return nested?.spec === undefined
    ? undefined
    : { metadata: nested.metadata ?? {}, spec: nested.spec };
}

const ofTemplate: Reader = object => partOf((object as Nested).spec?.template);

const readers = new Map<string, Reader>([
  [keyOf(pods), object => partOf(object as Nested)],
  [keyOf(podTemplates), object => partOf((object as Nested).template)],
  [keyOf(cronJobs), object => partOf((object as Nested).spec?.jobTemplate?.spec?.template)],
]);
const workloads = [
  replicationControllers,
  replicaSets,
  deployments,
  statefulSets,
  daemonSets,
  jobs,
];
for (const kind of workloads) readers.set(keyOf(kind), ofTemplate);

function keyOf({ group, resource }: GroupResource): string {
  return `${resource}.${group}`;
}

/** How the pod is read from an object of the resource; undefined for those without. */
export function podPartOf(resource: GroupResource): Reader | undefined {
  return readers.get(keyOf(resource));
}

/** Whether an update changes what may be checked: the images, or which containers there are. */
export function isSignificantUpdate(spec: PodSpec, old: PodSpec): boolean {
  return (
    isOther(spec.containers, old.containers) ||
    isOther(spec.initContainers ?? [], old.initContainers ?? []) ||
    (spec.ephemeralContainers ?? []).some(container => {
      const same = old.ephemeralContainers?.find(({ name }) => name === container.name);
      return same === undefined || same.image !== container.image;
    })
  );
}

type Image = { readonly image?: string };

function isOther(containers: readonly Image[], old: readonly Image[]): boolean {
  if (containers.length !== old.length) return true;
  return containers.some(({ image }, index) => image !== old[index]?.image);
}
