/** No device is given to a pod while it is known to be broken. */
import type { Pod } from '../../sim/api/kinds/core.js';
import { keyOf } from '../../sim/api/meta.js';
import { law, type Breach, type Entry, type Evidence } from './law.js';
import { nameOf, written } from './story.js';

/** A device as pods' statuses tell of it. */
interface Device {
  readonly key: string;
  readonly node: string;
  readonly resource: string;
  readonly id: string;
  readonly isUnhealthy: boolean;
}

/**
 * The health of a device stands in the status of the pod that holds it (KEP-4680). It is broken from
 * when a holder's status says so until another says that it is healthy, or until the node offers more
 * devices than before: then one of its devices was repaired, and nobody says which. A pod that holds a
 * device when it breaks may keep it.
 */
export const deviceHealthyWhenGiven = law({
  name: 'device-healthy-when-given',
  family: 'scheduling',
  says: 'no device is given to a pod after it was told to be unhealthy, until it is well again',
  source: 'https://kep.k8s.io/4680',
  begin() {
    const broken = new Map<string, { readonly device: Device; readonly evidence: Evidence }>();
    const holding = new Map<string, ReadonlySet<string>>();
    const breaches: Breach[] = [];
    let looked = 0;
    const give = (change: Entry<Pod>, device: Device): void => {
      looked++;
      const known = broken.get(device.key);
      if (known === undefined) return;
      const name = nameOf(change.object);
      breaches.push({
        timeMs: change.timeMs,
        what: `${device.id} of Node ${device.node} is given to ${name} although it is unhealthy`,
        objects: [name, `Node ${device.node}`],
        evidence: [known.evidence, written(change, `it is given ${device.id}`)],
      });
    };
    const look = (change: Entry<Pod>, uid: string): void => {
      const devices = change.type === 'DELETED' ? [] : devicesOf(change.object);
      const before = holding.get(uid);
      if (devices.length === 0) return void holding.delete(uid);
      for (const device of devices) if (before?.has(device.key) !== true) give(change, device);
      holding.set(uid, new Set(devices.map(({ key }) => key)));
      for (const device of devices) {
        if (!device.isUnhealthy) broken.delete(device.key);
        else if (!broken.has(device.key)) {
          const evidence = written(change, `its ${device.id} is unhealthy`);
          broken.set(device.key, { device, evidence });
        }
      }
    };
    return {
      on: {
        pods(change) {
          const { object, before, type } = change;
          if (type === 'MODIFIED' && object.status === before?.status) return;
          look(change, object.metadata.uid ?? keyOf(object));
        },
        nodes({ object, before }) {
          if (broken.size === 0) return;
          for (const [key, { device }] of broken) {
            if (device.node !== object.metadata.name) continue;
            const count = Number(object.status?.allocatable?.[device.resource] ?? 0);
            if (count > Number(before?.status?.allocatable?.[device.resource] ?? 0)) {
              broken.delete(key);
            }
          }
        },
      },
      end: () => ({ looked, breaches }),
    };
  },
});

function devicesOf({ spec, status }: Pod): readonly Device[] {
  const node = spec?.nodeName ?? '';
  return (status?.containerStatuses ?? []).flatMap(({ allocatedResourcesStatus = [] }) =>
    allocatedResourcesStatus.flatMap(({ name: resource, resources = [] }) =>
      resources.map(({ resourceID: id, health }) => ({
        key: `${node} ${id}`,
        node,
        resource,
        id,
        isUnhealthy: health === 'Unhealthy',
      })),
    ),
  );
}
