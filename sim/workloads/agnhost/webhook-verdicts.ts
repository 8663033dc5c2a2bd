/** What agnhost's webhooks say of a review, by the path at which they are asked. @upstream test/images/agnhost/webhook */
import { isRecord } from '../../api/equality.js';

/** The request of a review, as far as the webhooks look at it. */
export interface ReviewedRequest {
  readonly operation?: string;
  readonly name?: string;
  readonly object?: unknown;
  readonly oldObject?: unknown;
}

/** What a webhook says; `delayMs` of Infinity: it never answers. */
export interface Verdict {
  readonly isAllowed: boolean;
  readonly status?: { readonly message?: string; readonly reason?: string };
  readonly patch?: readonly unknown[];
  readonly delayMs?: number;
}

const allowed: Verdict = { isAllowed: true };
const denied = (message: string): Verdict => ({ isAllowed: false, status: { message } });
const added = (path: string, value: unknown): Verdict => ({
  isAllowed: true,
  patch: [{ op: 'add', path, value }],
});

type Texts = Readonly<Record<string, unknown>>;
const part = (object: unknown, name: string): Texts => {
  const value = isRecord(object) ? object[name] : undefined;
  return isRecord(value) ? value : {};
};
const labelsOf = (object: unknown): Texts => part(part(object, 'metadata'), 'labels');
const containersOf = (pod: unknown, field: string): readonly { readonly name?: string }[] =>
  (part(pod, 'spec')[field] ?? []) as readonly { readonly name?: string }[];

const marker = 'webhook-e2e-test';

/** Config maps and custom resources: data that is unwanted, or that must stay. */
function data(unwanted: string, kept: string): (request: ReviewedRequest) => Verdict {
  return ({ operation, object, oldObject }) => {
    const isDeletion = operation === 'DELETE';
    const mark = part(isDeletion ? oldObject : object, 'data')[marker];
    if (mark === 'webhook-disallow' && (operation === 'CREATE' || operation === 'UPDATE')) {
      return { isAllowed: false, status: { reason: unwanted } };
    }
    const isKept = mark === 'webhook-nondeletable' && isDeletion;
    return isKept ? { isAllowed: false, status: { reason: kept } } : allowed;
  };
}

function stages({ object }: ReviewedRequest): Verdict {
  const known = part(object, 'data');
  if (known['mutation-stage-1'] === 'yes') return added('/data/mutation-stage-2', 'yes');
  return known['mutation-start'] === 'yes' ? added('/data/mutation-stage-1', 'yes') : allowed;
}

function addLabel({ object }: ReviewedRequest): Verdict {
  const labels = labelsOf(object);
  if (Object.keys(labels).length === 0) return added('/metadata/labels', { 'added-label': 'yes' });
  const label = labels['added-label'];
  if (label === undefined) return added('/metadata/labels/added-label', 'yes');
  const patch = [{ op: 'replace', path: '/metadata/labels/added-label', value: 'yes' }];
  return label === 'yes' ? allowed : { isAllowed: true, patch };
}

function pods({ object }: ReviewedRequest): Verdict {
  const mark = labelsOf(object)[marker];
  const texts = [
    ...(mark === 'webhook-disallow' ? ['the pod contains unwanted label;'] : []),
    ...containersOf(object, 'containers')
      .filter(({ name = '' }) => name.includes('webhook-disallow'))
      .map(() => 'the pod contains unwanted container name;'),
  ];
  const isEndless = mark === 'wait-forever';
  const verdict = texts.length > 0 || isEndless ? denied(texts.join(' ')) : allowed;
  return isEndless ? { ...verdict, delayMs: Infinity } : verdict;
}

function mutatePods({ object }: ReviewedRequest): Verdict {
  const added = 'webhook-added-init-container';
  const isThere = containersOf(object, 'initContainers').some(({ name }) => name === added);
  if (part(object, 'metadata')['name'] !== 'webhook-to-be-mutated' || isThere) return allowed;
  const value = [{ image: 'webhook-added-image', name: added, resources: {} }];
  return { isAllowed: true, patch: [{ op: 'add', path: '/spec/initContainers', value }] };
}

function attaching({ name, object }: ReviewedRequest): Verdict {
  const options = isRecord(object) ? object : {};
  const isMeant = options['stdin'] === true && options['container'] === 'container1';
  if (name !== 'to-be-attached-pod' || !isMeant) return allowed;
  return denied("attaching to pod 'to-be-attached-pod' is not allowed");
}

/** The verdicts by path. */
export const verdicts: Readonly<Record<string, (request: ReviewedRequest) => Verdict>> = {
  '/always-allow-delay-5s': () => ({
    isAllowed: true,
    status: { message: 'this webhook allows all requests' },
    delayMs: 5_000,
  }),
  '/always-deny': () => denied('this webhook denies all requests'),
  '/add-label': addLabel,
  '/pods': pods,
  '/pods/attach': attaching,
  '/mutating-pods': mutatePods,
  '/configmaps': data(
    'the configmap contains unwanted key and value',
    'the configmap cannot be deleted because it contains unwanted key and value',
  ),
  '/mutating-configmaps': stages,
  '/custom-resource': data(
    'the custom resource contains unwanted data',
    'the custom resource cannot be deleted because it contains unwanted key and value',
  ),
  '/mutating-custom-resource': stages,
  '/crd': ({ object }) =>
    labelsOf(object)[marker] === 'webhook-disallow'
      ? denied('the crd contains unwanted label')
      : allowed,
};
