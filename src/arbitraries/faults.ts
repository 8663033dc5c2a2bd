/** Faults: what goes wrong with a scene's nodes, GPUs and programs. */
import fc from 'fast-check';
import type { Fault } from '../cluster.js';
import type { Scene } from './scene.js';
import { outages, spans } from './times.js';

/** The kinds of faults that are drawn, in the order in which help lists them. */
export const faultKinds = [
  'crash',
  'node-down',
  'node-up',
  'partition',
  'gpu',
  'gpu-repaired',
  'requests',
  'watch',
  'credentials',
  'clock-step',
  'slow-images',
  'disk-pressure',
] as const satisfies readonly Fault['kind'][];

/** Xid errors and what they are: 48 double-bit ECC, 63 row remapping, 74 NVLink, 79 off the bus, 94 contained ECC. */
const xids = [79, 48, 63, 74, 94];

/** The faults of these kinds that the scene allows; undefined when it allows none. */
export function faults(
  scene: Scene,
  kinds: readonly Fault['kind'][] = faultKinds,
): fc.Arbitrary<Fault> | undefined {
  const all = kinds.flatMap(kind => {
    const arbitrary = of(kind, scene);
    return arbitrary === undefined ? [] : [{ weight: weights[kind] ?? 1, arbitrary }];
  });
  return all.length === 0 ? undefined : fc.oneof(...all);
}

/** Programs start again with every upgrade; what is lost or late on its way to them is as common. */
const weights: Partial<Readonly<Record<Fault['kind'], number>>> = {
  crash: 4,
  requests: 2,
  watch: 2,
};

function of(kind: Fault['kind'], scene: Scene): fc.Arbitrary<Fault> | undefined {
  switch (kind) {
    case 'gpu':
    case 'gpu-repaired':
      return scene.gpus.length === 0 ? undefined : ofGpus(kind, scene);
    case 'node-down':
    case 'node-up':
    case 'partition':
    case 'disk-pressure':
    case 'slow-images':
      return scene.nodes.length === 0 ? undefined : ofNodes(kind, scene);
    default:
      return ofProcesses(kind, scene);
  }
}

function ofGpus(kind: 'gpu' | 'gpu-repaired', { gpus }: Scene): fc.Arbitrary<Fault> {
  const gpu = fc
    .constantFrom(...gpus)
    .chain(({ node, count }) =>
      fc.record({ node: fc.constant(node), gpu: fc.integer({ min: 0, max: count - 1 }) }),
    );
  if (kind === 'gpu-repaired') return gpu.map(which => ({ kind, ...which }));
  return fc.tuple(gpu, fc.constantFrom(...xids)).map(([which, xid]) => ({ kind, ...which, xid }));
}

type NodeFault = 'node-down' | 'node-up' | 'partition' | 'disk-pressure' | 'slow-images';

function ofNodes(kind: NodeFault, { nodes }: Scene): fc.Arbitrary<Fault> {
  const node = fc.constantFrom(...nodes);
  const forMs = spans();
  switch (kind) {
    case 'node-down':
    case 'node-up':
      return fc.record({ kind: fc.constant(kind), node });
    case 'partition':
    case 'disk-pressure':
      return fc.record({ kind: fc.constant(kind), node, forMs });
    case 'slow-images':
      return fc.record({ kind: fc.constant(kind), node, factor: fc.constantFrom(10, 100), forMs });
  }
}

type ProcessFault = 'crash' | 'requests' | 'watch' | 'credentials' | 'clock-step';

function ofProcesses(kind: ProcessFault, { processes }: Scene): fc.Arbitrary<Fault> {
  const process = fc.constantFrom(...processes);
  const forMs = outages();
  switch (kind) {
    case 'crash':
      return crashes(fc.record({ process, forMs }));
    case 'requests':
      return fc
        .tuple(fc.record({ process, forMs }), requestTroubles())
        .map(([where, trouble]) => ({ kind, ...where, ...trouble }));
    case 'watch':
      return fc.record(
        {
          kind: fc.constant(kind),
          process,
          forMs,
          // A released API server replays nothing within a stream: that is tried only when asked for.
          mode: fc.constantFrom('stale', 'lost'),
          resource: fc.constantFrom('pods', 'nodes', 'replicasets', 'resourcequotas'),
        },
        { requiredKeys: ['kind', 'process', 'forMs', 'mode'] },
      );
    case 'credentials':
      return fc.record({ kind: fc.constant(kind), process, forMs });
    case 'clock-step':
      return fc.record({
        kind: fc.constant(kind),
        process,
        stepMs: fc.constantFrom(-60_000, -1_000, 1_000, 60_000, 3_600_000),
      });
  }
}

/** Half of them wait for a request: a program that has nothing to do would not crash for long. */
function crashes(
  where: fc.Arbitrary<{ readonly process: string; readonly forMs: number }>,
): fc.Arbitrary<Fault> {
  return fc.oneof(
    where.map(crash => ({ kind: 'crash' as const, ...crash })),
    fc
      .tuple(where, fc.integer({ min: 1, max: 30 }))
      .map(([crash, atRequest]) => ({ kind: 'crash' as const, ...crash, atRequest })),
  );
}

function requestTroubles(): fc.Arbitrary<{
  readonly delayMs?: number;
  readonly code?: number;
  readonly share?: number;
  readonly isServed?: boolean;
  readonly onlyWrites?: boolean;
}> {
  const share = fc.constantFrom(0.2, 0.5, 1);
  return fc.oneof(
    fc.record({ delayMs: fc.constantFrom(100, 1_000, 5_000) }),
    fc.record({ code: fc.constantFrom(500, 503, 429), share }),
    fc.record({ code: fc.constant(409), share, onlyWrites: fc.constant(true) }),
    fc.record({
      code: fc.constant(504),
      share,
      isServed: fc.constant(true),
      onlyWrites: fc.constant(true),
    }),
  );
}
