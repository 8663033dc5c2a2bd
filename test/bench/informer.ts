/** Benchmarks of an informer: its cache, and what it tells its handlers. */
import { type Pod, pods } from '../../sim/api/kinds/core.js';
import type { WatchEvent } from '../../sim/api/request.js';
import type { Transport } from '../../sim/client/contract.js';
import { Informer } from '../../sim/client/informer.js';
import { Loop } from '../../sim/engine/loop.js';
import { Random } from '../../sim/engine/random.js';
import type { Benchmark } from './benchmark.js';

const podsMax = 800;
const roundsMax = 25;

function podAt(index: number, version: number): Pod {
  const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', controller: true };
  return {
    metadata: {
      name: `train-7d5b8c9f-${String((index * 7919) % podsMax).padStart(5, '0')}`,
      namespace: 'default',
      resourceVersion: String(version),
      ownerReferences: [{ ...controller, uid: `rs-${index % 4}` }],
    },
  };
}

/** Pods come and change; a controller looks at its own after each change, as they do. */
function changes(): number {
  let tell: (event: WatchEvent) => void = () => undefined;
  const transport: Transport = {
    send: () => undefined,
    watch: (_request, sink) => {
      tell = sink.event.bind(sink);
      return () => undefined;
    },
  };
  const tools = { clock: new Loop(), random: new Random(1), transport, label: 'bench' };
  const informer = new Informer<Pod>({ kind: pods }, tools);
  let looked = 0;
  informer.onChange(({ object }) => {
    const [owner] = object.metadata.ownerReferences ?? [];
    looked += informer.cache.byIndex('owner', owner?.uid ?? '')?.length ?? 0;
  });
  informer.start();
  let version = 1;
  for (let round = 0; round < roundsMax; round++) {
    for (let index = 0; index < podsMax; index++) {
      const type = round === 0 ? 'ADDED' : 'MODIFIED';
      tell({ type, object: podAt(index, version++) });
    }
  }
  if (looked === 0) throw new Error('the controller saw nothing');
  return podsMax * roundsMax;
}

/** An informer alone. */
export const informerBenchmarks: readonly Benchmark[] = [
  { name: 'informer: changes of 800 pods', unit: 'changes', run: changes },
];
