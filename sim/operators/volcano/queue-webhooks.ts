/**
 * What the webhooks do to queues. That children fit into their parents is not checked, but that they may
 * have one. @upstream volcano v1.15.1 pkg/webhooks/admission/queues
 */
import { invalid, printedError, type FieldError } from '../../api/field-error.js';
import type { KubeObject } from '../../api/object.js';
import { compareQuantities } from '../../api/quantity.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, list } from '../../client/requests.js';
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import type { Quantities } from './amounts.js';
import { keys } from './keys.js';
import { queues, type Queue } from './types.js';

/** Fills in a queue. */
export const defaultQueue: Webhook = function* filled({ object }) {
  const { metadata, spec = {} } = object as unknown as Queue;
  const { annotations = {} } = metadata;
  const [path = '', weights = ''] = [keys.hierarchy, keys.hierarchyWeights].map(
    key => annotations[key],
  );
  const isRootless = path !== '' && weights !== '' && !path.startsWith('root');
  const rooted = {
    ...annotations,
    [keys.hierarchy]: `root/${path}`,
    [keys.hierarchyWeights]: `1/${weights}`,
  };
  const changed = {
    ...object,
    metadata: isRootless ? { ...metadata, annotations: rooted } : metadata,
    spec: { ...spec, reclaimable: spec.reclaimable ?? true, weight: spec.weight ?? 1 },
  };
  return { isAllowed: true, object: changed as unknown as KubeObject };
};

/** Judges queues. */
export const validateQueue: Webhook = function* judged({ operation, name, object, oldObject }) {
  if (operation === 'DELETE') return verdict(yield* errorOfDeletion(name));
  const queue = object as unknown as Queue;
  const errors = [...resourceErrors(queue), ...hierarchyErrors(queue)].map(printedError);
  if (errors.length > 0) {
    return verdict(errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`);
  }
  const old = oldObject as unknown as Queue | undefined;
  if (old !== undefined && old.spec.parent === queue.spec.parent) return verdict(undefined);
  return verdict(yield* parentError(queue));
};

function verdict(message: string | undefined): WebhookVerdict {
  return message === undefined ? { isAllowed: true } : { isAllowed: false, message, code: 400 };
}

function* errorOfDeletion(name: string): Reconciliation<string | undefined> {
  if (name === 'default' || name === 'root') return `\`${name}\` queue can not be deleted`;
  const all = yield* call(list(queues));
  if (!all.isOk) return `failed to list child queues: ${all.message}`;
  const children = all.object.items
    .filter(({ spec }) => spec.parent === name)
    .map(({ metadata }) => metadata.name ?? '');
  if (children.length === 0) return undefined;
  return `queue ${name} can not be deleted because it has ${children.length} child queues: ${children.join(', ')}`;
}

const at = 'requestBody.spec';

/** What is guaranteed is deserved, and what is deserved may be had. */
function resourceErrors({ spec }: Queue): readonly FieldError[] {
  const { capability = {}, deserved = {}, guarantee: { resource = {} } = {} } = spec;
  const guarantees = Object.entries(resource).flatMap(([name, least]) => {
    const path = `${at}.deserved.${name}`;
    const have = deserved[name];
    const wish = `must be >= guarantee[${name}]=${least}`;
    if (have === undefined) return [invalid(path, '<nil>', `deserved[${name}] ${wish}`)];
    if (compareQuantities(have, least) >= 0) return [];
    return [invalid(path, have, `deserved[${name}]=${have} ${wish}`)];
  });
  return [
    ...negative(capability, `${at}.capability`),
    ...negative(deserved, `${at}.deserved`),
    ...negative(resource, `${at}.guarantee.resource`),
    ...guarantees,
    ...Object.entries(deserved).flatMap(([name, have]) => {
      const most = capability[name];
      if (most === undefined || compareQuantities(have, most) <= 0) return [];
      const text = `deserved[${name}]=${have} must be <= capability[${name}]=${most}`;
      return [invalid(`${at}.deserved.${name}`, have, text)];
    }),
  ];
}

function negative(amounts: Quantities, path: string): readonly FieldError[] {
  return Object.entries(amounts).flatMap(([name, amount]) =>
    compareQuantities(amount, '0') < 0
      ? [invalid(`${path}.${name}`, amount, 'must be greater than or equal to 0')]
      : [],
  );
}

function hierarchyErrors({ metadata }: Queue): readonly FieldError[] {
  const path = 'requestBody.metadata.annotations';
  const [way = '', weights = ''] = [keys.hierarchy, keys.hierarchyWeights].map(
    key => metadata.annotations?.[key],
  );
  if (way === '' && weights === '') return [];
  if (way.split('/').length !== weights.split('/').length) {
    const text = `${keys.hierarchy} must have the same length with ${keys.hierarchyWeights}`;
    return [invalid(path, way, text)];
  }
  const wrong = weights.split('/').find(weight => !(Number(weight) > 0));
  if (wrong === undefined) return [];
  return [invalid(path, weights, `${wrong} in the ${weights} must be larger than 0`)];
}

function* parentError({ metadata, spec }: Queue): Reconciliation<string | undefined> {
  const { parent = '' } = spec;
  const { name = '' } = metadata;
  if (parent === '' || parent === 'root') return undefined;
  if (parent === name) return `queue ${name} cannot use itself as parent`;
  const all = yield* call(list(queues));
  if (!all.isOk) return `failed to list queues: ${all.message}`;
  const above = all.object.items.find(one => one.metadata.name === parent);
  if (above === undefined) {
    return `failed to get parent queue of queue ${name}: queue.scheduling.volcano.sh "${parent}" not found`;
  }
  const hasChildren = all.object.items.some(one => one.spec.parent === parent);
  const count = above.status?.allocated?.['pods'] ?? '0';
  if (hasChildren || compareQuantities(count, '0') === 0) return undefined;
  return `queue ${parent} cannot be the parent queue of queue ${name} because it has allocated Pods: ${count}`;
}
