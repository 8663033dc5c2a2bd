/** Which groups are refused. @upstream volcano v1.15.1 pkg/webhooks/admission/podgroups/validate/validate_podgroup.go */
import { call, get } from '../../client/requests.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Webhook } from '../admission/webhook.js';
import { topologyError } from './job-validator.js';
import { queues, type PodGroup } from './types.js';

/** Judges groups. */
export const validatePodGroup: Webhook = function* judged({ object }) {
  const { spec } = object as unknown as PodGroup;
  const message = `${yield* queueError(spec.queue ?? '')}${topologyErrors(spec)}`;
  return message === '' ? { isAllowed: true } : { isAllowed: false, message, code: 400 };
};

function* queueError(name: string): Reconciliation<string> {
  if (name === '') return '';
  const answer = yield* call(get(queues, '', name));
  if (!answer.isOk) {
    return `unable to find queue: queue.scheduling.volcano.sh "${name}" not found`;
  }
  const state = answer.object.status?.state ?? '';
  if (state === 'Open') return '';
  return `can only submit PodGroup to queue with state \`Open\`, queue \`${name}\` status is \`${state}\`. `;
}

function topologyErrors({ networkTopology, subGroupPolicy = [] }: PodGroup['spec']): string {
  const own = topologyError(networkTopology);
  const sub = subGroupPolicy.find(one => topologyError(one.networkTopology) !== '');
  const texts = [
    ...(own === '' ? [] : [`${own}.`]),
    ...(sub === undefined
      ? []
      : [`in subGroupPolicy '${sub.name ?? ''}': ${topologyError(sub.networkTopology)}.`]),
  ];
  return texts.join(' ');
}
