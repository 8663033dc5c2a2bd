/** Two programs of one address cannot listen on one port: the second ends, as nearly all servers do. */
import { expect, it } from 'vitest';
import { bootSimulatedCluster } from '../src/backends/sim.js';
import { manifests } from '../src/index.js';
import { gpuNodes } from './bench/cluster.js';

const image = 'registry.k8s.io/e2e-test-images/agnhost:2.59';
const container = (name: string, port: number) =>
  `{ name: ${name}, image: '${image}', args: [netexec, --http-port=${port}, --udp-port=-1] }`;
const pod = (name: string, containers: string, spec = '') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: default }
spec: { ${spec} containers: [${containers}] }
`;

it('lets the second program of a port crash, in a pod and on the network of a node', async () => {
  await using cluster = await bootSimulatedCluster({ seed: 1, nodes: gpuNodes(1, 0) });
  const hosts = ['one', 'two'].map(name =>
    pod(name, container('a', 9100), 'hostNetwork: true, nodeName: node-0000,'),
  );
  const both = pod('both', `${container('a', 8080)}, ${container('b', 8080)}`);
  const apart = pod('apart', `${container('a', 8080)}, ${container('b', 8081)}`);
  await cluster.apply(manifests([both, apart, ...hosts].join('---')));
  await cluster.advance('30s');
  const containersOf = async (name: string) => {
    const path = `/api/v1/namespaces/default/pods/${name}`;
    const { body } = await cluster.request({ method: 'GET', path });
    const { status } = body as {
      status: {
        containerStatuses: readonly {
          name: string;
          restartCount: number;
          lastState?: { terminated?: { exitCode: number } };
        }[];
      };
    };
    return status.containerStatuses.map(each => [
      each.restartCount > 0,
      each.lastState?.terminated?.exitCode,
    ]);
  };
  expect(await containersOf('apart')).toEqual([
    [false, undefined],
    [false, undefined],
  ]);
  const crashed = [true, 1];
  const runs = [false, undefined];
  expect(await containersOf('both')).toEqual(expect.arrayContaining([crashed, runs]));
  const onHost = [await containersOf('one'), await containersOf('two')].flat();
  expect(onHost).toEqual(expect.arrayContaining([crashed, runs]));
  const log = await cluster.request({
    method: 'GET',
    path: '/api/v1/namespaces/default/pods/both/log?container=b',
  });
  const told = log.body instanceof Uint8Array ? new TextDecoder().decode(log.body) : log.body;
  expect(told).toContain('listen tcp :8080: bind: address already in use');
}, 30_000);
