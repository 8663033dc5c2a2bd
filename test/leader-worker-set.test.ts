/** LeaderWorkerSets on a whole cluster: groups that start, fail, are updated and go as one. */
import { expect, it } from 'vitest';
import { manifests, simulate } from '../src/index.js';

const set = (image: string) => `
apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {name: vllm, namespace: default}
spec:
  replicas: 2
  leaderWorkerTemplate:
    size: 3
    workerTemplate:
      spec:
        tolerations: [{key: nvidia.com/gpu, operator: Exists}]
        containers: [{name: vllm, image: "${image}", resources: {limits: {nvidia.com/gpu: 1}}}]
`;

type Cluster = Awaited<ReturnType<typeof simulate>>;

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec?: { readonly containers?: readonly { readonly image: string }[] };
}

async function get<T>(cluster: Cluster, path: string): Promise<T> {
  return (await cluster.request({ method: 'GET', path })).body as T;
}

async function items(cluster: Cluster, path: string): Promise<readonly Item[]> {
  return (await get<{ readonly items: readonly Item[] }>(cluster, path)).items;
}

const podsPath = '/api/v1/namespaces/default/pods';
const setsPath = '/apis/apps/v1/namespaces/default/statefulsets';
const lwsPath = '/apis/leaderworkerset.x-k8s.io/v1/namespaces/default/leaderworkersets/vllm';

async function uids(cluster: Cluster): Promise<ReadonlyMap<string, string>> {
  const all = await items(cluster, podsPath);
  return new Map(all.map(({ metadata }) => [metadata.name, metadata.uid]));
}

async function apply(cluster: Cluster, text: string): Promise<void> {
  for (const { message } of await cluster.apply(manifests(text))) {
    expect(message).toBeUndefined();
  }
}

it('makes groups of a leader and its workers, and keeps them together', async () => {
  await using cluster = await simulate({ seed: 1, operators: ['lws'] });
  await apply(cluster, set('busybox:1'));
  await cluster.advance('20s');
  const names = ['vllm-0', 'vllm-0-1', 'vllm-0-2', 'vllm-1', 'vllm-1-1', 'vllm-1-2'];
  const first = await uids(cluster);
  expect([...first.keys()]).toEqual(names);
  const owners = (await items(cluster, setsPath)).map(({ metadata: { name, ownerReferences } }) => [
    name,
    ownerReferences?.[0]?.kind,
  ]);
  expect(owners).toEqual([
    ['vllm', 'LeaderWorkerSet'],
    ['vllm-0', 'Pod'],
    ['vllm-1', 'Pod'],
  ]);
  expect(await get(cluster, lwsPath)).toMatchObject({
    status: { readyReplicas: 2, updatedReplicas: 2, replicas: 2 },
  });

  // A worker that goes takes its group with it, and no other.
  await cluster.request({ method: 'DELETE', path: `${podsPath}/vllm-1-2` });
  await cluster.advance('2m');
  const second = await uids(cluster);
  const isKept = names.filter(name => first.get(name) === second.get(name));
  expect([[...second.keys()], isKept]).toEqual([names, names.slice(0, 3)]);

  // An update goes from the last group to the first, and ends with one revision.
  await apply(cluster, set('busybox:2'));
  await cluster.advance('3m');
  const images = (await items(cluster, podsPath)).map(({ spec }) => spec?.containers?.[0]?.image);
  expect(images).toEqual(names.map(() => 'busybox:2'));
  const revisions = await items(cluster, '/apis/apps/v1/namespaces/default/controllerrevisions');
  const ofSet = revisions.filter(
    ({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'LeaderWorkerSet',
  );
  expect(ofSet.map(({ metadata }) => metadata.name)).toEqual([
    expect.stringMatching(/^vllm-[a-z0-9]+-2$/),
  ]);

  await cluster.request({ method: 'DELETE', path: lwsPath });
  await cluster.advance('2m');
  expect(await items(cluster, podsPath)).toEqual([]);
  expect(await items(cluster, setsPath)).toEqual([]);
});
