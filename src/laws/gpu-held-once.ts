/** No GPU is held by two containers at a time. */
import type { Pod } from '../../sim/api/kinds/core.js';
import { keyOf } from '../../sim/api/meta.js';
import { timeMs } from '../../sim/api/time.js';
import { ClaimedDevices } from './kit/claimed-devices.js';
import { law, type Breach, type Change, type Evidence } from './law.js';
import { nameOf, written } from './story.js';

interface Holder {
  readonly podUid: string;
  readonly container: string;
  readonly name: string;
  readonly evidence: Evidence;
}

/** A pod that another may have taken a device from; its own kubelet says later whether it had ended by then. */
interface Suspicion {
  readonly container: string;
  readonly takenMs: number;
  readonly breach: Breach;
}

/**
 * A pod's status tells the devices of its containers (KEP-4680): a device may stand in one running
 * container. A kubelet that was cut off may tell of a new container before it tells that the last one
 * had ended: what counts is when it had, or that it never began. What DRA gives is told by the allocations of claims (KEP-4381).
 */
export const gpuHeldOnce = law({
  name: 'gpu-held-once',
  family: 'scheduling',
  says: 'no GPU is held by two containers at the same time',
  source: 'https://kep.k8s.io/4680',
  begin() {
    /** By node and device. */
    const holders = new Map<string, Map<string, Holder>>();
    const held = new Map<string, readonly string[]>();
    const breaches: Breach[] = [];
    /** By the uid of the pod that had the device. */
    const suspicions = new Map<string, Suspicion[]>();
    const claims = new ClaimedDevices();
    let looked = 0;
    const clear = ({ object: pod }: Change<Pod>, podUid: string): void => {
      const open = suspicions.get(podUid) ?? [];
      const left = open.filter(({ container, takenMs }) => !wasFree(pod, container, takenMs));
      if (left.length < open.length) suspicions.set(podUid, left);
    };
    const release = (podUid: string): void => {
      for (const device of held.get(podUid) ?? []) {
        const own = holders.get(device);
        for (const [key, holder] of own ?? []) if (holder.podUid === podUid) own?.delete(key);
      }
      held.delete(podUid);
    };
    const take = (change: Change<Pod>, device: string, container: string): void => {
      const pod = change.object;
      const podUid = pod.metadata.uid ?? '';
      const own = holders.get(device) ?? new Map<string, Holder>();
      holders.set(device, own);
      looked++;
      const id = device.slice(device.indexOf(' ') + 1);
      const evidence = written(change, `its container ${container} holds ${id}`);
      for (const other of own.values()) {
        if (other.podUid === podUid) continue;
        const breach: Breach = {
          timeMs: change.timeMs,
          what: `${id} is held by ${nameOf(pod)} while ${other.name} still holds it`,
          objects: [other.name, nameOf(pod)],
          evidence: [other.evidence, evidence],
        };
        const of = suspicions.get(other.podUid) ?? [];
        suspicions.set(other.podUid, of);
        of.push({ container: other.container, takenMs: change.timeMs, breach });
      }
      own.set(`${podUid} ${container}`, { podUid, container, name: nameOf(pod), evidence });
    };
    return {
      on: {
        pods(change) {
          const { object: pod, before: old, type } = change;
          if (type === 'MODIFIED' && pod.status === old?.status) return;
          const podUid = pod.metadata.uid ?? keyOf(pod);
          if (suspicions.has(podUid)) clear(change, podUid);
          const devices = type === 'DELETED' ? [] : devicesOf(pod);
          const before = held.get(podUid) ?? [];
          if (devices.length === 0 && before.length === 0) return;
          const now = devices.map(({ device }) => device);
          if (now.length === before.length && before.every((one, at) => one === now[at])) return;
          release(podUid);
          for (const { device, container } of devices) take(change, device, container);
          if (now.length > 0) held.set(podUid, now);
        },
        'resourceclaims.resource.k8s.io': change => claims.claim(change),
      },
      end() {
        for (const open of suspicions.values()) breaches.push(...open.map(({ breach }) => breach));
        breaches.push(...claims.breaches);
        return { looked: looked + claims.looked, breaches };
      },
    };
  },
});

/** Whether the pod's own kubelet says that its container held nothing any more. */
function wasFree(pod: Pod, container: string, takenMs: number): boolean {
  return hadEnded(pod, container, takenMs) || neverBegan(pod, container);
}

/** Times in a status have whole seconds. */
function hadEnded({ status }: Pod, container: string, byMs: number): boolean {
  const own = status?.containerStatuses?.find(({ name }) => name === container);
  const finishedMs = timeMs(own?.state?.terminated?.finishedAt);
  return finishedMs !== undefined && finishedMs <= byMs;
}

/** Whether the pod has ended before the container began: what it was to have, nobody ever used. */
function neverBegan({ status }: Pod, container: string): boolean {
  const own = status?.containerStatuses?.find(({ name }) => name === container);
  const isOver = status?.phase === 'Failed' || status?.phase === 'Succeeded';
  // Of a container that it never made, a kubelet says in the end that it was not found: without a start.
  const { waiting, terminated } = own?.state ?? {};
  const isUnbegun =
    waiting !== undefined ||
    (terminated?.reason === 'ContainerStatusUnknown' && timeMs(terminated.startedAt) === undefined);
  return isOver && isUnbegun && own?.lastState?.terminated === undefined;
}

/** What running containers hold; one that has ended holds nothing, though its status still names it. */
function devicesOf({ spec, status }: Pod): readonly { device: string; container: string }[] {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return [];
  return (status?.containerStatuses ?? [])
    .filter(({ state }) => state?.terminated === undefined)
    .flatMap(({ name, allocatedResourcesStatus = [] }) =>
      allocatedResourcesStatus.flatMap(({ resources = [] }) =>
        resources.map(({ resourceID }) => ({
          device: `${spec?.nodeName ?? ''} ${resourceID}`,
          container: name,
        })),
      ),
    );
}
