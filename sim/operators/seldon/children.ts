/** Brings the children of a SeldonDeployment to what they should be. @upstream seldon-core v1.17.1 operator/controllers/seldondeployment_controller.go createServices ... createDeployments */
import { deepEqual } from '../../api/equality.js';
import { deployments, type Deployment } from '../../api/kinds/apps.js';
import { horizontalPodAutoscalers } from '../../api/kinds/autoscaling.js';
import { services } from '../../api/kinds/core.js';
import { podDisruptionBudgets } from '../../api/kinds/policy.js';
import { findCondition, ownerReference } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, create, get, remove, update } from '../../client/requests.js';
import { scaledObjects } from '../keda/types.js';
import type { Components } from './components.js';
import type { FullDeployment } from './deployment.js';
import type { StatusDraft } from './status.js';
import { seldonDeployments, type SeldonDeployment } from './types.js';

/** Tells an event. */
export type Tell = (event: Omit<EventToRecord, 'regarding'>) => void;

interface Specified extends HasMetadata {
  readonly spec?: object;
}

/** The children, as they are found and made in one pass. */
export class Children {
  areServed = true;
  areScaled = true;
  areKedaScaled = true;
  areGuarded = true;
  areDeployed = true;
  /** No Deployment has given up. */
  areProgressing = true;
  /** The kind of what could not be created is not served. */
  private isUnserved = false;

  constructor(
    private readonly owner: SeldonDeployment,
    private readonly view: View,
    private readonly status: StatusDraft,
    private readonly record: Tell,
  ) {}

  /** A message: it failed. */
  *make(components: Components): Reconciliation<string | undefined> {
    for (const service of components.services) {
      const found = yield* this.ensure(services, 'Service', service);
      if (typeof found === 'string') return found;
      if (found === undefined) this.areServed = false;
      else this.status.service(service.metadata.name ?? '', components);
    }
    return (
      (yield* this.scalers(components)) ??
      (yield* this.kedaScalers(components)) ??
      (yield* this.budgets(components)) ??
      (yield* this.deployments(components))
    );
  }

  private *scalers(components: Components): Reconciliation<string | undefined> {
    for (const scaler of components.autoscalers) {
      const found = yield* this.ensure(horizontalPodAutoscalers, 'HPA', scaler);
      if (typeof found === 'string') return found;
      this.areScaled &&= found !== undefined;
    }
    return yield* this.dropOthers(horizontalPodAutoscalers, components, components.autoscalers);
  }

  /** Only where KEDA's kinds are served. */
  private *kedaScalers(components: Components): Reconciliation<string | undefined> {
    for (const scaler of components.scaledObjects) {
      const { name = '', namespace = '' } = scaler.metadata;
      const answer = yield* call(get(scaledObjects, namespace, name));
      if (!answer.isOk && answer.status !== 404) return answer.message;
      const current = answer.isOk ? answer.object : undefined;
      const found = yield* this.become(scaledObjects, 'ScaledObject', scaler, current);
      if (typeof found === 'string') {
        if (current === undefined && this.isUnserved) continue;
        return found;
      }
      this.areKedaScaled &&= found !== undefined;
    }
    return undefined;
  }

  private *budgets(components: Components): Reconciliation<string | undefined> {
    for (const budget of components.budgets) {
      const found = yield* this.ensure(podDisruptionBudgets, 'PDB', budget);
      if (typeof found === 'string') return found;
      this.areGuarded &&= found !== undefined;
    }
    return yield* this.dropOthers(podDisruptionBudgets, components, components.budgets);
  }

  /** What no component asks for any more. */
  private *dropOthers<T extends HasMetadata>(
    kind: Kind<T>,
    components: Components,
    wanted: readonly HasMetadata[],
  ): Reconciliation<string | undefined> {
    for (const { metadata } of components.deployments) {
      const { name, namespace = '' } = metadata;
      const isWanted = wanted.some(one => one.metadata.name === name);
      if (isWanted || this.view.get(kind, namespace, name) === undefined) continue;
      const answer = yield* call(remove(kind, namespace, name, foreground));
      if (!answer.isOk && answer.status !== 404) return answer.message;
    }
    return undefined;
  }

  private *deployments(components: Components): Reconciliation<string | undefined> {
    for (const wanted of components.deployments) {
      const found = yield* this.ensure(deployments, 'Deployment', wanted);
      if (typeof found === 'string') return found;
      if (found === undefined) this.areDeployed = false;
      else this.judge(wanted, found);
    }
    return undefined;
  }

  private judge({ metadata }: FullDeployment, { status = {} }: Deployment): void {
    const { readyReplicas = 0, unavailableReplicas = 0, conditions } = status;
    this.status.deployment(metadata.name, status);
    if (readyReplicas === 0 || unavailableReplicas > 0) this.areDeployed = false;
    const progressing = findCondition(conditions, 'Progressing');
    if (progressing?.status === 'False') this.areProgressing = false;
  }

  /** The object as it is when nothing had to be done; undefined after a change; a message when that failed. */
  private *ensure<T extends Specified>(
    kind: Kind<T>,
    told: string,
    wanted: T,
  ): Reconciliation<T | string | undefined> {
    const { name = '', namespace = '' } = wanted.metadata;
    const current = this.view.get(kind, namespace, name);
    return yield* this.become(kind, told, wanted, current);
  }

  private *become<T extends Specified>(
    kind: Kind<T>,
    told: string,
    wanted: T,
    current: T | undefined,
  ): Reconciliation<T | string | undefined> {
    const { name = '' } = wanted.metadata;
    if (current === undefined) return yield* this.create(kind, told, wanted);
    const next = merged(current, wanted);
    if (deepEqual(next.spec, current.spec)) return current;
    const answer = yield* call(update(kind, next));
    if (!answer.isOk) return answer.message;
    if (deepEqual(answer.object.spec, current.spec)) return answer.object;
    this.record(this.event('Update', told, kind.kind, name));
    return undefined;
  }

  private *create<T extends Specified>(
    kind: Kind<T>,
    told: string,
    wanted: T,
  ): Reconciliation<T | string | undefined> {
    const ownerReferences = [ownerReference(this.owner, seldonDeployments)];
    const metadata = { ...wanted.metadata, ownerReferences };
    const answer = yield* call(create(kind, { ...wanted, metadata }));
    if (!answer.isOk) {
      this.isUnserved = answer.status === 404;
      return answer.message;
    }
    this.record(this.event('Create', told, kind.kind, wanted.metadata.name ?? ''));
    return undefined;
  }

  private event(verb: 'Create' | 'Update', told: string, kind: string, name: string) {
    const reason = `${verb}${told}`;
    return { type: 'Normal' as const, reason, message: `${verb}d ${kind} "${name}"` };
  }
}

const foreground = { propagationPolicy: 'Foreground' } as const;

/**
 * The object with the spec that is wanted: the server says whether that is another one, as it adds its
 * defaults. What others decide is kept: the address of a Service, the replicas of what is scaled.
 */
function merged<T extends Specified>(current: T, wanted: T): T {
  const kept = Object.entries(current.spec ?? {}).filter(
    ([key]) => decidedElsewhere.includes(key) && !(key in (wanted.spec ?? {})),
  );
  return { ...current, spec: { ...wanted.spec, ...Object.fromEntries(kept) } };
}

const decidedElsewhere = ['clusterIP', 'replicas'];
