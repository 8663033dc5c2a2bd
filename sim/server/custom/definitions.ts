/**
 * What becomes of CustomResourceDefinitions: their names are accepted, they are established and served, and
 * when they go their objects go first.
 * @upstream apiextensions-apiserver/pkg/controller/{status,establish,finalizer}
 */
import { deepEqual } from '../../api/equality.js';
import {
  customResourceDefinitions,
  type CustomResourceDefinition,
  type CustomResourceDefinitionCondition,
  type CustomResourceDefinitionNames,
} from '../../api/kinds/apiextensions.js';
import { findCondition, isConditionTrue } from '../../api/meta.js';
import type { KubeObject } from '../../api/object.js';
import { rfc3339 } from '../../api/time.js';
import type { Core } from '../core.js';
import { withDefinitionCondition } from './conditions.js';
import { acceptedNames } from './names.js';
import { instancesOf, removeInstances } from './instances.js';
import { customGroups } from './served.js';

/** The finalizer under which the server removes the objects of a definition. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

const stepMs = 1;
const pollMs = 5000;

/** Follows the definitions from now on. */
export function followDefinitions(core: Core): void {
  const definitions = new Definitions(core);
  const { collection } = core.registry.find(
    customResourceDefinitions.group,
    customResourceDefinitions.version,
    customResourceDefinitions.resource,
  ) ?? { collection: undefined };
  if (collection === undefined) return;
  core.store.watch(collection, { afterRevision: core.store.revision }, event => {
    definitions.changed(event.current.object.metadata.name ?? '', event.type === 'DELETED');
  });
}

class Definitions {
  private readonly waiting = new Set<string>();

  constructor(private readonly core: Core) {}

  changed(name: string, isGone: boolean): void {
    this.serve();
    if (isGone) for (const other of this.all()) this.enqueue(other.metadata.name ?? '');
    else this.enqueue(name);
  }

  /** Served versions follow the stored definitions at once. */
  private serve(): void {
    customGroups(this.core, this.all());
  }

  private all(): readonly CustomResourceDefinition[] {
    return this.core.access.list(
      customResourceDefinitions,
    ) as unknown as CustomResourceDefinition[];
  }

  private enqueue(name: string, delayMs = stepMs): void {
    if (this.waiting.has(name)) return;
    this.waiting.add(name);
    this.core.clock.after(delayMs, `definition/${name}`, () => {
      this.waiting.delete(name);
      this.sync(name);
    });
  }

  /** One step, after which the change that it makes leads to the next. */
  private sync(name: string): void {
    const found = this.core.access.get(customResourceDefinitions, '', name);
    if (found === undefined) return;
    const definition = found as unknown as CustomResourceDefinition;
    if (definition.metadata.deletionTimestamp !== undefined) this.finalize(definition);
    else if (!this.acceptNames(definition)) this.establish(definition);
  }

  private acceptNames(definition: CustomResourceDefinition): boolean {
    const { status, spec } = definition;
    const accepted = acceptedOf(definition);
    if (deepEqual(spec.names, accepted)) return false;
    const others = this.all().filter(
      ({ metadata, spec: other }) =>
        other.group === spec.group && metadata.name !== definition.metadata.name,
    );
    const { names, namesAccepted } = acceptedNames(definition, others);
    const known = findCondition(status?.conditions ?? undefined, 'NamesAccepted');
    const isSame = known !== undefined && isEquivalent(known, namesAccepted);
    if (deepEqual(names, accepted) && isSame) return false;
    const named = { ...definition, status: { ...status, acceptedNames: names } };
    const condition = establishedAfter(definition, namesAccepted);
    this.store(this.with(this.with(named as CustomResourceDefinition, namesAccepted), condition));
    return true;
  }

  private establish(definition: CustomResourceDefinition): void {
    const conditions = definition.status?.conditions ?? undefined;
    if (!isConditionTrue(conditions, 'NamesAccepted')) return;
    if (isConditionTrue(conditions, 'Established')) return;
    this.store(
      this.with(definition, {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      }),
    );
  }

  /** Its objects are deleted; when the last is gone, so is it. */
  private finalize(definition: CustomResourceDefinition): void {
    const { finalizers = [], name = '' } = definition.metadata;
    if (!finalizers.includes(cleanupFinalizer)) return;
    const conditions = definition.status?.conditions ?? undefined;
    const terminating = findCondition(conditions, 'Terminating');
    if (terminating?.reason === 'InstanceDeletionPending') {
      this.store(
        this.with(definition, {
          type: 'Terminating',
          status: 'True',
          reason: 'InstanceDeletionInProgress',
          message: 'CustomResource deletion is in progress',
        }),
      );
      return;
    }
    removeInstances(this.core, definition);
    if (instancesOf(this.core, definition) > 0) {
      this.enqueue(name, pollMs);
      return;
    }
    const isEstablished = isConditionTrue(conditions, 'Established');
    const done = this.with(definition, {
      type: 'Terminating',
      status: 'False',
      reason: isEstablished ? 'InstanceDeletionCompleted' : 'NeverEstablished',
      message: isEstablished ? 'removed all instances' : 'resource was never established',
    });
    const left = finalizers.filter(one => one !== cleanupFinalizer);
    if (left.length > 0) {
      this.store({ ...done, metadata: { ...done.metadata, finalizers: left } });
      return;
    }
    this.core.remove(customResourceDefinitions, definition as unknown as KubeObject);
  }

  private with(
    definition: CustomResourceDefinition,
    condition: Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'>,
  ): CustomResourceDefinition {
    return withDefinitionCondition(definition, condition, rfc3339(this.core.clock.now()));
  }

  private store(definition: CustomResourceDefinition): void {
    this.core.access.store(customResourceDefinitions, definition as unknown as KubeObject);
  }
}

function acceptedOf({ status }: CustomResourceDefinition): CustomResourceDefinitionNames {
  const names = status?.acceptedNames;
  return names ?? { plural: '', kind: '' };
}

function isEquivalent(
  a: CustomResourceDefinitionCondition,
  b: Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'>,
): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message;
}

function establishedAfter(
  { status }: CustomResourceDefinition,
  namesAccepted: Pick<CustomResourceDefinitionCondition, 'status'>,
): Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'> {
  const known = findCondition(status?.conditions ?? undefined, 'Established');
  if (known?.status === 'True') return known;
  if (namesAccepted.status === 'True') {
    return {
      type: 'Established',
      status: 'False',
      reason: 'Installing',
      message: 'the initial names have been accepted',
    };
  }
  if (known !== undefined) return known;
  return {
    type: 'Established',
    status: 'False',
    reason: 'NotAccepted',
    message: 'not all names are accepted',
  };
}
