/**
 * Once all Deployments of a graph are there, those of the graph before it go: executors with pods of their
 * own first, and the Services last.
 * @upstream seldon-core v1.17.1 operator/controllers/seldondeployment_controller.go completeServiceCreation
 */
import { deployments } from '../../api/kinds/apps.js';
import { horizontalPodAutoscalers } from '../../api/kinds/autoscaling.js';
import { services } from '../../api/kinds/core.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get, remove, type DeleteOptions } from '../../client/requests.js';
import type { Tell } from './children.js';
import type { Components } from './components.js';
import { labels } from './names.js';
import type { StatusDraft } from './status.js';
import type { SeldonDeployment } from './types.js';

const foreground = { propagationPolicy: 'Foreground' } as const;

/** A message: it failed. */
export function* removeObsolete(
  owner: SeldonDeployment,
  components: Components,
  status: StatusDraft,
  record: Tell,
): Reconciliation<string | undefined> {
  const { namespace = '' } = owner.metadata;
  const wanted = new Set(components.deployments.map(({ metadata }) => metadata.name));
  const old = status.deployments.filter(name => !wanted.has(name));
  const found = yield* existing(namespace, old);
  if (typeof found === 'string') return found;
  const orchestrators = found.filter(
    ({ metadata }) => labels.orchestrator in (metadata.labels ?? {}),
  );
  const going = orchestrators.length > 0 ? orchestrators : found;
  for (const { metadata } of going) {
    const { name = '' } = metadata;
    const failure =
      (yield* drop(
        { kind: deployments, told: 'Deployment', namespace, name, record },
        foreground,
      )) ??
      (yield* drop(
        { kind: horizontalPodAutoscalers, told: 'HPA', namespace, name, record },
        foreground,
      ));
    if (failure !== undefined) return failure;
  }
  for (const name of old) {
    if (found.every(({ metadata }) => metadata.name !== name)) status.forgetDeployment(name);
  }
  if (old.length > 0) return undefined;
  for (const name of status.services.filter(one => !(one in components.serviceDetails))) {
    status.forgetService(name);
    const failure = yield* drop({ kind: services, told: 'Service', namespace, name, record }, {});
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function* existing(namespace: string, names: readonly string[]) {
  const found: HasMetadata[] = [];
  for (const name of names) {
    const answer = yield* call(get(deployments, namespace, name));
    if (answer.isOk) found.push(answer.object);
    else if (answer.status !== 404) return answer.message;
  }
  return found;
}

interface Dropped {
  readonly kind: Kind<HasMetadata>;
  readonly told: string;
  readonly namespace: string;
  readonly name: string;
  readonly record: Tell;
}

function* drop(
  { kind, told, namespace, name, record }: Dropped,
  options: DeleteOptions,
): Reconciliation<string | undefined> {
  const answer = yield* call(remove(kind, namespace, name, options));
  if (!answer.isOk) return answer.status === 404 ? undefined : answer.message;
  const message = `Deleted ${kind.kind} "${name}"`;
  record({ type: 'Normal', reason: `Delete${told}`, message });
  return undefined;
}
