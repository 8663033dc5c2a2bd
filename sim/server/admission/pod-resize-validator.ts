/**
 * A bound pod grows only within its node's allocatable resources.
 * @upstream plugin/pkg/admission/podresize/admission.go
 */
import { deepEqual } from '../../api/equality.js';
import { goQuote } from '../../api/go-text.js';
import { nodes, pods, type Node, type Pod } from '../../api/kinds/core.js';
import { quantity, zero } from '../../api/quantity.js';
import { forbidden } from '../../api/status.js';
import { handling } from './shared/matching.js';
import { forbid, objectOf, oldObjectOf, refuse, shownName } from './shared/outcome.js';
import type { AdmissionAttributes, AdmissionOutcome, AdmissionPlugin } from './plugin.js';
import { podAmounts } from '../../api/quota/pod-amounts.js';

/** The plug-in PodResizeValidator. */
export const podResizeValidator: AdmissionPlugin = {
  name: 'PodResizeValidator',
  handles: handling(pods, ['UPDATE'], ['resize']),
  validate(attributes, { access }) {
    const pod = objectOf<Pod>(attributes);
    const nodeName = pod.spec?.nodeName ?? '';
    if (nodeName === '' || deepEqual(pod.spec, oldObjectOf<Pod>(attributes).spec)) {
      return undefined;
    }
    const node = access.get(nodes, '', nodeName) as Node | undefined;
    if (node === undefined) return forbid(attributes, `node ${goQuote(nodeName)} not found`);
    const system = node.metadata.labels?.['kubernetes.io/os'] ?? 'linux';
    if (system !== 'linux') {
      const which = `node ${goQuote(nodeName)} is ${goQuote(system)}`;
      const text = `pod resize is only supported on linux nodes, ${which}`;
      return forbidBecause(attributes, text, 'UnsupportedPlatform');
    }
    const text = capacityError(pod, node);
    return text === undefined ? undefined : forbidBecause(attributes, text, 'NodeCapacity');
  },
};

function forbidBecause(
  attributes: AdmissionAttributes,
  text: string,
  reason: string,
): AdmissionOutcome {
  return refuse(forbidden(attributes.resource, shownName(attributes), text, [{ reason }]));
}

function capacityError(pod: Pod, { status }: Node): string | undefined {
  const requests = podAmounts(pod, 'requests', { usesStatus: false, hasOverhead: true });
  const cpu = requests.get('cpu') ?? zero;
  const memory = requests.get('memory') ?? zero;
  const has = {
    cpu: quantity(status?.allocatable?.['cpu']),
    memory: quantity(status?.allocatable?.['memory']),
  };
  const over: string[] = [];
  if (cpu.compare(has.cpu) > 0) {
    over.push(`cpu, requested: ${cpu.milliValue()}, allocatable: ${has.cpu.milliValue()}`);
  }
  if (memory.compare(has.memory) > 0) {
    over.push(`memory, requested: ${memory.value()}, allocatable: ${has.memory.value()}`);
  }
  if (over.length === 0) return undefined;
  return `node didn't have enough allocatable resources: ${over.join('; ')}`;
}
