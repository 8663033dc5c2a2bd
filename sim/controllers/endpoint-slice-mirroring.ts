/**
 * Mirrors Endpoints of services without a selector, which people write by hand, into EndpointSlices.
 * @upstream pkg/controller/endpointslicemirroring/endpointslicemirroring_controller.go
 */
import { endpoints, services, type Endpoints } from '../api/kinds/core.js';
import { endpointSlices, type EndpointSlice } from '../api/kinds/discovery.js';
import { keyOf } from '../api/meta.js';
import {
  serviceAccount,
  type Change,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Outcome,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, remove, splitKey, watch } from '../client/requests.js';
import { serviceNameLabel } from './endpoint-slice/slice.js';
import { serviceKeyOf, SliceTracker } from './endpoint-slice/tracker.js';
import { isMirror, mirror } from './endpoint-slice-mirroring/mirror.js';

/** The controller of mirrored EndpointSlices. */
export const endpointSliceMirroringController: ControllerDefinition = {
  name: 'endpoint-slice-mirroring-controller',
  queueName: 'endpoint_slice_mirroring',
  identity: serviceAccount('kube-system', 'endpointslicemirroring-controller'),
  create: createController,
};

const retriesMax = 15;
const byServiceIndex = 'endpoint-slice-mirroring/service';

/** What a pass works with. */
interface MirrorTools {
  readonly context: ControllerContext;
  readonly tracker: SliceTracker;
  /** The outcome of a pass that failed. */
  readonly again: (key: string, retry: string) => Outcome;
}

function createController(context: ControllerContext): Controller {
  const { queue } = context;
  const tracker = new SliceTracker();
  const again = (key: string, retry: string): Outcome => {
    return queue.retries(key) < retriesMax ? { retry } : undefined;
  };
  return {
    watches: [
      watch(services, {
        on: ({ object, old }) => {
          const hasNone = object.spec?.selector === undefined;
          const isNews =
            old === undefined ? hasNone : hasNone !== (old.spec?.selector === undefined);
          if (isNews) queue.add(keyOf(object));
        },
      }),
      watch(endpoints, {
        on: ({ object, old }) => {
          const isWanted = shouldMirror(object) || (old !== undefined && shouldMirror(old));
          if (isWanted) queue.add(keyOf(object));
        },
      }),
      watch(endpointSlices, {
        on: change => onSlice(change, tracker, context),
        indexes: { [byServiceIndex]: slice => [serviceKeyOf(slice)] },
      }),
    ],
    workers: 5,
    retry: { baseMs: 1000, maxMs: 100_000, bucket: { perSecond: 10, burst: 100 } },
    reconcile: (key, view) => sync(key, view, { tracker, context, again }),
  };
}

function* sync(key: string, view: View, { tracker, context, again }: MirrorTools): Reconciliation {
  const { namespace, name } = splitKey(key);
  const object = view.get(endpoints, namespace, name);
  const service = view.get(services, namespace, name);
  const slices = view.byIndex(endpointSlices, byServiceIndex, key).filter(isMirror);
  const isMirrored = object && shouldMirror(object) && service && !service.spec?.selector;
  if (!isMirrored) {
    tracker.forget(key);
    let error: string | undefined;
    for (const slice of slices) {
      const request = remove(endpointSlices, namespace, slice.metadata.name ?? '');
      const answer = yield* call(request);
      if (!answer.isOk) error ??= answer.message;
    }
    return error === undefined ? undefined : again(key, error);
  }
  if (tracker.isStale(key, slices)) {
    return again(key, 'EndpointSlice informer cache is out of date');
  }
  const error = yield* mirror(object, slices, { tracker, events: context.events });
  return error === undefined ? undefined : again(key, error);
}

function onSlice(
  { type, object: slice, old }: Change<EndpointSlice>,
  tracker: SliceTracker,
  { queue }: ControllerContext,
): void {
  const wake = (one: EndpointSlice) => {
    if (one.metadata.labels?.[serviceNameLabel] !== undefined) queue.add(serviceKeyOf(one));
  };
  if (type === 'deleted') {
    if (isMirror(slice) && tracker.isKnown(slice) && !tracker.wasExpectedToGo(slice)) wake(slice);
    return;
  }
  const label = (one: EndpointSlice) => one.metadata.labels?.[serviceNameLabel];
  if (old !== undefined && label(old) !== label(slice)) {
    wake(slice);
    wake(old);
  } else if (old !== undefined && isMirror(old) !== isMirror(slice)) wake(slice);
  else if (isMirror(slice) && tracker.isNews(slice)) wake(slice);
}

function shouldMirror({ metadata }: Endpoints): boolean {
  const { labels = {}, annotations = {} } = metadata;
  return (
    labels['endpointslice.kubernetes.io/skip-mirror'] !== 'true' &&
    annotations['control-plane.alpha.kubernetes.io/leader'] === undefined
  );
}
