/** Benchmarks of network policies: how fast connections are judged. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { Change, ControllerContext } from '../../sim/client/contract.js';
import { Loop } from '../../sim/engine/loop.js';
import { Random } from '../../sim/engine/random.js';
import type { ClusterNetwork } from '../../sim/network/contract.js';
import { createNetwork } from '../../sim/network/network.js';
import { PolicyEvaluator } from '../../sim/network/policy/evaluator.js';
import type { Policy } from '../../sim/network/policy/kinds.js';
import { partyOf, type Party } from '../../sim/network/policy/party.js';
import type { Benchmark } from './benchmark.js';

const namespacesCount = 10;
const appsCount = 10;

/** A platform of ten namespaces that deny by default, each with an opening for every app. */
function platformPolicies(): readonly Policy[] {
  return Array.from({ length: namespacesCount }, (_, index) => `ns-${index}`).flatMap(namespace => [
    {
      kind: 'NetworkPolicy' as const,
      metadata: { name: 'deny', namespace },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
    ...Array.from({ length: appsCount }, (_, app) => ({
      kind: 'NetworkPolicy' as const,
      metadata: { name: `app-${app}`, namespace },
      spec: {
        podSelector: { matchLabels: { app: `app-${app}` } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            from: [
              { podSelector: { matchLabels: { app: `app-${(app + 1) % appsCount}` } } },
              { namespaceSelector: { matchLabels: { team: 'team-1' } }, podSelector: {} },
              { ipBlock: { cidr: '10.0.0.0/8', except: ['10.244.0.0/16'] } },
            ],
            ports: [{ port: 'http' }, { port: 9090 }],
          },
        ],
        egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: 8000, endPort: 8999 }] }],
      },
    })),
  ]);
}

function platformPods(): readonly Pod[] {
  return Array.from({ length: namespacesCount * appsCount * 4 }, (_, index) => {
    const ip = `10.244.${index >> 8}.${index & 255}`;
    return {
      metadata: {
        name: `pod-${index}`,
        namespace: `ns-${index % namespacesCount}`,
        uid: `uid-${index}`,
        labels: { app: `app-${Math.floor(index / namespacesCount) % appsCount}` },
      },
      spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] },
      status: { podIP: ip, podIPs: [{ ip }] },
    };
  });
}

const namespaceLabels = new Map(
  Array.from({ length: namespacesCount }, (_, index) => [
    `ns-${index}`,
    { team: `team-${index % 3}` },
  ]),
);

function platformNetwork(): { readonly network: ClusterNetwork; readonly pods: readonly Pod[] } {
  const network = createNetwork({ clock: new Loop(), random: new Random(1) });
  const pods = platformPods();
  const endpoints = pods.slice(0, 40).map(({ status }) => ({ addresses: [status?.podIP ?? ''] }));
  const objects: Readonly<Record<string, readonly unknown[]>> = {
    namespaces: [...namespaceLabels].map(([name, labels]) => ({ metadata: { name, labels } })),
    pods,
    networkpolicies: platformPolicies(),
    services: [
      {
        metadata: { name: 'web', namespace: 'ns-0' },
        spec: { clusterIP: '10.96.0.9', ports: [{ name: 'http', port: 80 }] },
      },
    ],
    endpointslices: [
      {
        metadata: {
          name: 'web-1',
          namespace: 'ns-0',
          labels: { 'kubernetes.io/service-name': 'web' },
        },
        ports: [{ name: 'http', port: 8080 }],
        endpoints,
      },
    ],
  };
  for (const { controllers } of [network.process, network.policies.process]) {
    for (const definition of controllers) {
      // These two never use their context.
      const controller = definition.create({} as ControllerContext);
      for (const { kind, on } of controller.watches) {
        for (const object of objects[kind.resource] ?? []) {
          on?.({ type: 'added', object } as Change<never>);
        }
      }
      controller.start?.();
    }
  }
  return { network, pods };
}

/** Verdicts of single connections, and routes with verdicts as traffic asks for them. */
export const networkBenchmarks: readonly Benchmark[] = [
  {
    name: 'network policy verdicts, 110 policies',
    unit: 'verdicts',
    run() {
      const evaluator = new PolicyEvaluator({
        policies: platformPolicies(),
        namespaces: namespaceLabels,
      });
      const parties: readonly Party[] = platformPods().map(partyOf);
      let allowed = 0;
      let count = 0;
      for (let round = 0; round < 4; round++) {
        for (const from of parties) {
          for (const to of parties) {
            count++;
            if (evaluator.verdict({ from, to, protocol: 'TCP', port: 8080 }) === 'allow') allowed++;
          }
        }
      }
      return allowed > 0 ? count : 0;
    },
  },
  {
    name: 'reach a service of 40 backends, reckoned once',
    unit: 'asked',
    run() {
      const { network, pods } = platformNetwork();
      const count = 400_000;
      let backends = 0;
      for (let index = 0; index < count; index++) {
        const pod = pods[index % pods.length];
        if (pod === undefined) continue;
        const reach = network.reach({ host: '10.96.0.9', port: 80 }, { pod });
        if ('backends' in reach) backends += reach.backends.length;
      }
      return backends === count * 40 ? count : 0;
    },
  },
];
