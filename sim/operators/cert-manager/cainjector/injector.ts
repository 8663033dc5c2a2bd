/** Writes authorities into what asks for them, again whenever their Secrets change. @upstream cert-manager v1.21.1 pkg/controller/cainjector/{setup,reconciler}.go */
import { secrets } from '../../../api/kinds/core.js';
import { isDeleting } from '../../../api/meta.js';
import { apiVersionOf, type HasMetadata } from '../../../api/object.js';
import type {
  Change,
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
} from '../../../client/contract.js';
import { call, keyOf, patch, splitKey, watch } from '../../../client/requests.js';
import { keys } from '../keys.js';
import { certificates } from '../types.js';
import { asks, isAsking, named } from './annotations.js';
import { mergedBundle } from './bundle.js';
import { authorityFor } from './sources.js';
import type { Target } from './targets.js';

const fieldManager = 'cert-manager-cainjector';

/** The controller of one kind. */
export function injector<T extends HasMetadata>(target: Target<T>): ControllerDefinition {
  return {
    name: target.kind.kind.toLowerCase(),
    create: context => ({
      watches: watchesOf(target, context),
      reconcile: key => inject(key, target, context),
    }),
  };
}

function watchesOf<T extends HasMetadata>({ kind }: Target<T>, { queue, view }: ControllerContext) {
  const addNamed = (annotation: keyof typeof indexes, key: string): void => {
    for (const object of view.byIndex(kind, annotation, key)) queue.add(keyOf(object));
  };
  const onSecret = ({ object: { metadata } }: Change<HasMetadata>): void => {
    const { namespace = '', name = '', annotations = {} } = metadata;
    addNamed(asks.secret, `${namespace}/${name}`);
    const maker = annotations[keys.certificateName];
    if (maker !== undefined && view.get(certificates, namespace, maker) !== undefined) {
      addNamed(asks.certificate, `${namespace}/${maker}`);
    }
  };
  return [
    watch(kind, {
      indexes,
      on: ({ object }) => {
        if (isAsking(object)) queue.add(keyOf(object));
      },
    }),
    watch(secrets, { on: onSecret }),
    watch(certificates, {
      on: ({ object: { metadata } }) =>
        addNamed(asks.certificate, `${metadata.namespace ?? ''}/${metadata.name ?? ''}`),
    }),
  ];
}

const indexes = {
  [asks.certificate]: (object: HasMetadata) => named(object, asks.certificate),
  [asks.secret]: (object: HasMetadata) => named(object, asks.secret),
};

function* inject<T extends HasMetadata>(
  key: string,
  { kind, applied }: Target<T>,
  { clock, view }: ControllerContext,
): Reconciliation {
  const { name } = splitKey(key);
  const object = view.get(kind, '', name);
  if (object === undefined || isDeleting(object)) return undefined;
  const found = yield* authorityFor(object, view);
  if (found === undefined || 'retry' in found) return found;
  const nowMs = clock.now();
  const renewed = applied(object, (bundle = '') => mergedBundle(bundle, found.ca, nowMs));
  const body = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name }, ...renewed };
  const how = { type: 'apply', query: { fieldManager, force: 'true' } } as const;
  const answer = yield* call(patch(kind, { namespace: '', name }, how, body));
  return answer.isOk ? undefined : { retry: answer.message };
}
