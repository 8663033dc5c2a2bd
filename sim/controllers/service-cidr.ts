/**
 * Makes ranges of services' addresses ready, and keeps those that are being deleted for as long as
 * services hold addresses that no other range has.
 * @upstream pkg/controller/servicecidrs/servicecidrs_controller.go
 */
import {
  ipAddresses,
  serviceCIDRs,
  type IPAddress,
  type ServiceCIDR,
} from '../api/kinds/networking.js';
import type { Condition } from '../api/kinds/meta.js';
import { findCondition, hasFinalizer, isDeleting, keyOf } from '../api/meta.js';
import { givesAddress, holdsRange } from '../api/service-ranges.js';
import { rfc3339, timeMs } from '../api/time.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Queue,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, patch, watch } from '../client/requests.js';
import type { Clock } from '../engine/clock.js';

const name = 'service-cidr-controller';
const finalizer = 'networking.k8s.io/service-cidr-finalizer';
/** Who else gives addresses away must have heard of the deletion before the range goes. */
const deletionGraceMs = 10_000;

/** The controller of ranges of services' addresses. */
export const serviceCIDRController: ControllerDefinition = {
  name,
  queueName: 'ipaddresses',
  identity: serviceAccount('kube-system', 'service-cidrs-controller'),
  create: ({ clock, queue, view }) => {
    const onAddress = (address: IPAddress) => {
      if (isGiven(address)) queueThose(queue, view, range => givesOne(range, address));
    };
    return {
      watches: [
        watch(serviceCIDRs, {
          on: ({ type, object }) => {
            queue.add(keyOf(object));
            if (type === 'added') queueThose(queue, view, range => overlap(range, object));
          },
        }),
        watch(ipAddresses, {
          on: ({ type, object }) => {
            if (type !== 'updated') onAddress(object);
          },
          isNoNews: () => true,
        }),
      ],
      workers: 5,
      reconcile: (key, seen) => sync(key, seen, clock),
    };
  },
};

function queueThose(queue: Queue, view: View, isMeant: (range: ServiceCIDR) => boolean): void {
  for (const range of view.list(serviceCIDRs)) if (isMeant(range)) queue.add(keyOf(range));
}

function* sync(key: string, view: View, clock: Clock): Reconciliation {
  const range = view.get(serviceCIDRs, '', key);
  if (range === undefined) return undefined;
  if (!isDeleting(range)) {
    if (!hasFinalizer(range, finalizer)) {
      const answer = yield* switchTo(key, { finalizers: [finalizer] });
      if (answer !== undefined) return answer;
    }
    const message = 'Kubernetes Service CIDR is ready';
    return yield* tell(range, { status: 'True', reason: '', message }, clock);
  }
  if (isHeld(range, view)) {
    const message =
      'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ' +
      'ServiceCIDR';
    return yield* tell(range, { status: 'False', reason: 'Terminating', message }, clock);
  }
  const waitMs = (timeMs(range.metadata.deletionTimestamp) ?? 0) + deletionGraceMs - clock.now();
  if (waitMs > 0) return { requeueAfterMs: waitMs };
  if (!hasFinalizer(range, finalizer)) return undefined;
  return yield* switchTo(key, { '$deleteFromPrimitiveList/finalizers': [finalizer] });
}

function* switchTo(key: string, metadata: object): Reconciliation {
  const of = { namespace: '', name: key };
  const answer = yield* call(patch(serviceCIDRs, of, { type: 'strategic' }, { metadata }));
  return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
}

type Told = Pick<Condition, 'status' | 'reason' | 'message'>;

function* tell(range: ServiceCIDR, told: Told, clock: Clock): Reconciliation {
  const known = findCondition(range.status?.conditions, 'Ready');
  const { status, reason, message } = told;
  const isTold =
    known?.status === status && (known.reason ?? '') === reason && known.message === message;
  if (isTold) return undefined;
  const { name: rangeName = '' } = range.metadata;
  const condition = { type: 'Ready', ...told, lastTransitionTime: rfc3339(clock.now()) };
  const body = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: rangeName },
    status: { conditions: [condition] },
  };
  const of = { namespace: '', name: rangeName, subresource: 'status' };
  const how = { type: 'apply', query: { fieldManager: name, force: 'true' } } as const;
  const answer = yield* call(patch(serviceCIDRs, of, how, body));
  return answer.isOk ? undefined : { retry: answer.message };
}

/** Whether an address would be in no range any more without this one. */
function isHeld(range: ServiceCIDR, view: View): boolean {
  const ranges = view.list(serviceCIDRs);
  const isOther = (one: ServiceCIDR) => one.metadata.name !== range.metadata.name;
  const hasParents = cidrsOf(range).every(cidr =>
    ranges.some(one => isOther(one) && cidrsOf(one).some(outer => holdsRange(outer, cidr))),
  );
  if (hasParents) return false;
  return view
    .list(ipAddresses)
    .some(
      address =>
        isGiven(address) &&
        givesOne(range, address) &&
        !ranges.some(one => isOther(one) && givesOne(one, address)),
    );
}

function cidrsOf({ spec }: ServiceCIDR): readonly string[] {
  return spec?.cidrs ?? [];
}

function overlap(left: ServiceCIDR, right: ServiceCIDR): boolean {
  return cidrsOf(left).some(one =>
    cidrsOf(right).some(other => holdsRange(one, other) || holdsRange(other, one)),
  );
}

function givesOne(range: ServiceCIDR, { metadata }: IPAddress): boolean {
  return cidrsOf(range).some(cidr => givesAddress(cidr, metadata.name ?? ''));
}

/** Those that users make for themselves hold no range. */
function isGiven({ metadata }: IPAddress): boolean {
  return metadata.labels?.['ipaddress.kubernetes.io/managed-by'] === 'ipallocator.k8s.io';
}
