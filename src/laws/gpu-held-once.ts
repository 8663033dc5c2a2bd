/** No GPU is held by two containers at a time. */
import type { Pod } from '../../sim/api/kinds/core.js';
import { keyOf } from '../../sim/api/meta.js';
import { law, type Breach, type Change, type Evidence } from './law.js';
import { nameOf, written } from './story.js';

interface Holder {
  readonly podUid: string;
  readonly container: string;
  readonly name: string;
  readonly evidence: Evidence;
}

/** A pod's status tells the devices of its containers (KEP-4680): a device may stand in one running container. */
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
    let looked = 0;
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
        breaches.push({
          timeMs: change.timeMs,
          what: `${id} is held by ${nameOf(pod)} while ${other.name} still holds it`,
          objects: [other.name, nameOf(pod)],
          evidence: [other.evidence, evidence],
        });
      }
      own.set(`${podUid} ${container}`, { podUid, container, name: nameOf(pod), evidence });
    };
    return {
      on: {
        pods(change) {
          const { object: pod, before: old, type } = change;
          if (type === 'MODIFIED' && pod.status === old?.status) return;
          const podUid = pod.metadata.uid ?? keyOf(pod);
          const devices = type === 'DELETED' ? [] : devicesOf(pod);
          const before = held.get(podUid) ?? [];
          if (devices.length === 0 && before.length === 0) return;
          const now = devices.map(({ device }) => device);
          if (now.length === before.length && before.every((one, at) => one === now[at])) return;
          release(podUid);
          for (const { device, container } of devices) take(change, device, container);
          if (now.length > 0) held.set(podUid, now);
        },
      },
      end: () => ({ looked, breaches }),
    };
  },
});

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
