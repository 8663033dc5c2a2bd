/**
 * Tells kubelets, by an annotation, how long they may keep secrets and config maps: longer in larger clusters.
 * @upstream pkg/controller/ttl/ttl_controller.go
 */
import { nodes } from '../api/kinds/core.js';
import {
  serviceAccount,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, patch, watch } from '../client/requests.js';

/** The controller of the annotation. */
export const nodeTtlController: ControllerDefinition = {
  name: 'ttl-controller',
  queueName: 'ttlcontroller',
  identity: serviceAccount('kube-system', 'ttl-controller'),
  create: createController,
};

const annotation = 'node.alpha.kubernetes.io/ttl';

/** They overlap, so that a cluster at a limit does not go to and fro. */
const steps = [
  { nodesMin: 0, nodesMax: 100, ttlSeconds: 0 },
  { nodesMin: 90, nodesMax: 500, ttlSeconds: 15 },
  { nodesMin: 450, nodesMax: 1000, ttlSeconds: 30 },
  { nodesMin: 900, nodesMax: 2000, ttlSeconds: 60 },
  { nodesMin: 1800, nodesMax: Infinity, ttlSeconds: 300 },
] as const;

function createController({ queue }: ControllerContext): Controller {
  let count = 0;
  let stepIndex = 0;
  const step = () => steps[stepIndex] ?? steps[0];
  return {
    watches: [
      watch(nodes, {
        on: ({ type, object }) => {
          if (type === 'added') count++;
          if (type === 'deleted') count--;
          if (count > step().nodesMax) stepIndex++;
          if (count < step().nodesMin) stepIndex--;
          if (type !== 'deleted') queue.add(object.metadata.name ?? '');
        },
      }),
    ],
    workers: 5,
    reconcile: (name, view) => annotate(name, view, () => step().ttlSeconds),
  };
}

function* annotate(name: string, view: View, ttlSeconds: () => number): Reconciliation {
  const node = view.get(nodes, '', name);
  const ttl = String(ttlSeconds());
  if (node === undefined || node.metadata.annotations?.[annotation] === ttl) return undefined;
  const body = { metadata: { annotations: { [annotation]: ttl } } };
  const of = { namespace: '', name };
  const answer = yield* call(patch(nodes, of, { type: 'strategic' }, body));
  return answer.isOk || answer.status === 404 ? undefined : { retry: answer.message };
}
