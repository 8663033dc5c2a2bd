/**
 * The allocation policies as plug-ins of the scheduler: pods that come one by one go where the bench's own
 * fast path puts them, node and GPUs alike.
 */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodes, pods, type Pod } from '../../sim/api/kinds/core.js';
import { pathOf } from '../../sim/client/requests.js';
import { Random } from '../../sim/engine/random.js';
import { Fragmentation } from '../../src/bench/cluster/fragmentation.js';
import { typicalPods } from '../../src/bench/cluster/typical-pods.js';
import {
  gpuCountKey,
  gpuIndexKey,
  gpuMilliKey,
  gpuModelKey,
  gpuShareName,
  gpuSharePlugin,
} from '../../src/bench/plugin/gpu-share.js';
import { policies } from '../../src/bench/policies/index.js';
import type { Policy } from '../../src/bench/policies/policy.js';
import { arrivalOrder, type ArrivalOrder } from '../../src/bench/run/arrival-order.js';
import { inflate } from '../../src/bench/run/inflation.js';
import { generatedTrace } from '../../src/bench/trace/generated.js';
import { readNodes, readPods } from '../../src/bench/trace/openb.js';
import { readOrder } from '../../src/bench/trace/published-folder.js';
import type { Trace, TracePod } from '../../src/bench/trace/trace.js';
import { Cluster } from './cluster.js';

const policyOf = (name: string): Policy => policies.find(policy => policy.name === name) as Policy;

/** A decision: `12 0-1`, or nothing. */
type Decision = string;

function fastPath(trace: Trace, order: ArrivalOrder, policy: Policy): Decision[] {
  const decisions: Decision[] = [];
  inflate(trace, {
    policy,
    order,
    ties: 'smallest-name',
    onEvent({ placement }) {
      const { node = '', gpus = [] } = placement ?? {};
      decisions.push(`${node} ${gpus.join('-')}`);
    },
  });
  return decisions;
}

function cluster(trace: Trace, order: ArrivalOrder, policy: Policy): Cluster {
  const name = gpuShareName(policy);
  const fragmentation = new Fragmentation(typicalPods(trace.pods));
  const context = { fragmentation, random: new Random(1) };
  const made = new Cluster({
    ties: 'smallest-name',
    plugins: { [name]: gpuSharePlugin(policy, context) },
    configuration: {
      percentageOfNodesToScore: 100,
      profiles: [
        {
          plugins: {
            multiPoint: { enabled: [{ name }] },
            postFilter: { disabled: [{ name: '*' }] },
            score: { disabled: [{ name: '*' }], enabled: [{ name }] },
          },
        },
      ],
    },
  });
  for (const [row, node] of trace.nodes.entries()) {
    const rank = String(order.nodeRank[row]).padStart(4, '0');
    const amounts = {
      cpu: `${node.cpuMilli}m`,
      memory: `${node.memoryMib}Mi`,
      pods: '1000',
      [gpuCountKey]: String(node.gpus),
    };
    const answer = made.create(nodes, {
      metadata: { name: `${rank}-${row}`, labels: { [gpuModelKey]: node.model } },
      status: { capacity: amounts, allocatable: amounts },
    });
    made.send('PUT', pathOf(nodes, '', answer.metadata.name ?? ''), {
      ...answer,
      spec: { ...answer.spec, taints: [] },
    });
  }
  return made;
}

function podOf(name: string, pod: TracePod): Pod {
  const requests = { cpu: `${pod.cpuMilli}m`, memory: `${pod.memoryMib}Mi` };
  const annotations = {
    [gpuCountKey]: String(pod.gpus),
    [gpuMilliKey]: String(pod.gpuMilli),
    ...(pod.models !== '' && { [gpuModelKey]: pod.models }),
  };
  return {
    metadata: { name, namespace: 'default', ...(pod.gpus > 0 && { annotations }) },
    spec: { containers: [{ name: 'c', image: 'job', resources: { requests } }] },
  };
}

function isDecided({ spec, status }: Pod): boolean {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return spec?.nodeName !== undefined || scheduled?.status === 'False';
}

function framework(trace: Trace, order: ArrivalOrder, policy: Policy, most: number): Decision[] {
  const made = cluster(trace, order, policy);
  made.run(1000);
  return order.podRows.slice(0, most).map((row, event) => {
    const name = `pod-${event}`;
    made.create(pods, podOf(name, trace.pods[row] as TracePod));
    const roundsMax = 50;
    for (let round = 0; round < roundsMax && !isDecided(made.pod(name)); round++) made.run(20);
    const { spec, metadata } = made.pod(name);
    if (spec?.nodeName === undefined) {
      made.send('DELETE', pathOf(pods, 'default', name));
      return ' ';
    }
    const [, node = ''] = spec.nodeName.split('-');
    return `${node} ${metadata.annotations?.[gpuIndexKey] ?? ''}`;
  });
}

describe('policies as plug-ins', () => {
  it.each(['fgd', 'bestfit', 'gpuclustering'])('%s decides as the fast path does', name => {
    const trace = generatedTrace(3);
    const order = arrivalOrder(trace, { seed: 5, tune: 1.3 });
    const policy = policyOf(name);
    const most = 60;
    expect(framework(trace, order, policy, most)).toEqual(
      fastPath(trace, order, policy).slice(0, most),
    );
  });

  const folder = '../shared/traces/mini';
  const isThere = existsSync(folder);
  const why = isThere ? '' : ` (skipped: ${folder} is not there)`;
  it.skipIf(!isThere)(`FGD on the small published cluster, all of it${why}`, () => {
    const trace: Trace = {
      name: 'mini',
      nodes: readNodes(`${folder}/nodes.csv`),
      pods: readPods(`${folder}/pods.csv`),
    };
    const order = readOrder(`${folder}/order.seed42.json`, trace) as ArrivalOrder;
    const policy = policyOf('fgd');
    expect(framework(trace, order, policy, Infinity)).toEqual(fastPath(trace, order, policy));
  });
});
