/** The step that lets something go wrong. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { Fault } from '../cluster.js';
import { durationMs } from '../input/duration.js';
import type { Objects } from './objects.js';
import type { Step } from './scenario.js';

type Inject = (fault: Fault) => Promise<void>;

/** Lets it happen; returns why it cannot. */
export async function faultStep(
  fault: NonNullable<Step['fault']>,
  inject: Inject,
  objects: Objects,
): Promise<string | undefined> {
  if (fault.nodeDown !== undefined) await inject({ kind: 'node-down', node: fault.nodeDown });
  else if (fault.nodeUp !== undefined) await inject({ kind: 'node-up', node: fault.nodeUp });
  else if (fault.crash !== undefined) {
    const { process, for: duration = '10s' } = fault.crash;
    await inject({ kind: 'crash', process, forMs: durationMs(duration) });
  } else if (fault.gpu !== undefined) return gpuFault(fault.gpu, inject, objects);
  return undefined;
}

async function gpuFault(
  fault: NonNullable<NonNullable<Step['fault']>['gpu']>,
  inject: Inject,
  objects: Objects,
): Promise<string | undefined> {
  const { xid = 79, index = 0 } = fault;
  if (fault.pod === undefined) {
    if (fault.node === undefined) return 'a GPU fault needs a node or a pod';
    await inject({ kind: 'gpu', node: fault.node, gpu: index, xid });
    return undefined;
  }
  const { pod: name, namespace = 'default' } = fault;
  const [pod] = (await objects.find({ kind: 'Pod', namespace, name })) as unknown as Pod[];
  const device = (pod?.status?.containerStatuses ?? [])
    .flatMap(status => status.allocatedResourcesStatus ?? [])
    .flatMap(resource => resource.resources ?? [])[index]?.resourceID;
  const node = pod?.spec?.nodeName;
  if (device === undefined || node === undefined) return `the pod ${name} holds no GPU`;
  await inject({ kind: 'gpu', node, gpu: device, xid });
  return undefined;
}
