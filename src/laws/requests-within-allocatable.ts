/** The requests of a node's pods are never more than what the node can give. */
import type { Node, Pod } from '../../sim/api/kinds/core.js';
import { milliValueOf } from '../../sim/api/quantity.js';
import type { Breach, Change, Evidence, Law } from './law.js';
import { written } from './story.js';
import type { World } from './world.js';

interface Bound {
  readonly name: string;
  readonly requests: ReadonlyMap<string, number>;
  readonly evidence: Evidence;
}

/** Judged when a pod is bound; a node that shrinks later breaks nothing, as the kubelet keeps what it runs. */
export const requestsWithinAllocatable: Law = {
  name: 'requests-within-allocatable',
  family: 'scheduling',
  says: 'when a pod is bound, the requests of all pods of its node are within what the node can allocate',
  source: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
  begin() {
    const nodes = new Map<string, Map<string, Bound>>();
    const nodeOf = new Map<string, string>();
    const breaches: Breach[] = [];
    let looked = 0;
    const forget = (uid: string): void => {
      nodes.get(nodeOf.get(uid) ?? '')?.delete(uid);
      nodeOf.delete(uid);
    };
    const judgeNode = (change: Change, nodeName: string, world: World): void => {
      const node = world.get('nodes', nodeName) as unknown as Node | undefined;
      const bound = nodes.get(nodeName);
      if (node === undefined || bound === undefined) return;
      looked++;
      for (const [resource, text] of Object.entries(node.status?.allocatable ?? {})) {
        const can = milliValueOf(text);
        const own = [...bound.values()].filter(({ requests }) => requests.has(resource));
        const asked = own.reduce((sum, { requests }) => sum + (requests.get(resource) ?? 0), 0);
        const isNew = own.some(({ evidence }) => evidence.revision === change.revision);
        if (asked <= can || !isNew) continue;
        const name = `Node ${nodeName}`;
        breaches.push({
          timeMs: change.timeMs,
          what: `${name} can allocate ${can / 1000} of ${resource}, its pods request ${asked / 1000}`,
          objects: [name, ...own.map(one => one.name)],
          evidence: own.map(({ evidence }) => evidence),
        });
      }
    };
    return {
      change(change, world) {
        if (change.resource !== 'pods') return;
        const pod = change.object as unknown as Pod;
        const { uid = '', namespace = '', name = '' } = pod.metadata;
        const nodeName = pod.spec?.nodeName;
        const isOver = ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
        if (change.type === 'DELETED' || isOver || nodeName === undefined) return forget(uid);
        if (nodeOf.has(uid)) return;
        nodeOf.set(uid, nodeName);
        const own = nodes.get(nodeName) ?? new Map<string, Bound>();
        nodes.set(nodeName, own);
        const evidence = written(change, `it is bound to ${nodeName}`);
        own.set(uid, { name: `Pod ${namespace}/${name}`, requests: requestsOf(pod), evidence });
        judgeNode(change, nodeName, world);
      },
      end: () => ({ looked, breaches }),
    };
  },
};

/**
 * What the scheduler counts of a pod: the sum of its containers and sidecars or, where it is more, the
 * largest init container with the sidecars before it; the overhead; one of `pods`.
 * @upstream k8s.io/component-helpers/resource/helpers.go PodRequests
 */
function requestsOf({ spec }: Pod): ReadonlyMap<string, number> {
  const sum = new Map<string, number>();
  const most = new Map<string, number>();
  const sidecars = new Map<string, number>();
  const add = (
    into: Map<string, number>,
    requests: Readonly<Record<string, string>> = {},
  ): void => {
    for (const [name, text] of Object.entries(requests)) {
      into.set(name, (into.get(name) ?? 0) + milliValueOf(text));
    }
  };
  for (const { restartPolicy, resources } of spec?.initContainers ?? []) {
    const own = new Map(sidecars);
    add(own, resources?.requests);
    if (restartPolicy === 'Always') add(sidecars, resources?.requests);
    for (const [name, value] of own) most.set(name, Math.max(most.get(name) ?? 0, value));
  }
  for (const { resources } of spec?.containers ?? []) add(sum, resources?.requests);
  for (const [name, value] of sidecars) sum.set(name, (sum.get(name) ?? 0) + value);
  for (const [name, value] of most) sum.set(name, Math.max(sum.get(name) ?? 0, value));
  add(sum, spec?.overhead);
  sum.set('pods', 1000);
  return sum;
}
