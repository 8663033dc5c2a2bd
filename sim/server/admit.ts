/** Runs the admission plug-ins that want a say in a write. @upstream apiserver/pkg/admission/chain.go */
import type { KubeObject } from '../api/object.js';
import { isFailure, type Failure } from '../api/status.js';
import { admissionPlugins } from './admission/index.js';
import type {
  AdmissionAttributes,
  AdmissionContext,
  AdmissionOperation,
  AdmissionOutcome,
  AdmissionPlugin,
  Managers,
} from './admission/plugin.js';
import { Reinvocation } from './admission/shared/reinvocation.js';
import type { Scope } from './scope.js';
import { wait, type Steps } from './steps.js';

/** The plug-ins of one kind of write, by phase. */
interface Phases {
  readonly mutating: readonly AdmissionPlugin[];
  readonly guarding: readonly AdmissionPlugin[];
  readonly validating: readonly AdmissionPlugin[];
}

const nobody: Phases = { mutating: [], guarding: [], validating: [] };

/** The admission of one write. */
export interface Admission {
  readonly operation: AdmissionOperation;
  readonly scope: Scope;
  readonly isDryRun: boolean;
  readonly options: Readonly<Record<string, unknown>>;
  readonly oldObject: KubeObject | undefined;
  readonly defaulted: (object: KubeObject) => KubeObject;
  /** Of the request's object, where it is not the resource's: Scale, Binding, Eviction. */
  readonly kind?: AdmissionAttributes['kind'];
  readonly managers?: Managers;
  /** Admission ran before, over another object: nobody is asked again. */
  readonly isDone?: boolean;
}

/** The admission of one write, as the handlers drive it. */
export class AdmissionRun {
  private readonly phases: Phases;
  private hooks: ((isStored: boolean) => void)[] | undefined;
  private readonly context: AdmissionContext;

  constructor(private readonly admission: Admission) {
    this.phases = admission.isDone === true ? nobody : phasesOf(admission);
    const { core, context } = admission.scope;
    this.context = {
      access: core.access,
      authorizer: core.authorizer,
      request: context,
      defaulted: admission.defaulted,
      reinvocation: new Reinvocation(),
      onFinish: hook => void (this.hooks ??= []).push(hook),
    };
  }

  /** The object as the mutating plug-ins leave it, or a refusal. */
  mutate(object: KubeObject, name: string): Steps<KubeObject | Failure> {
    return this.observed('admit', this.mutated(object, name));
  }

  private *mutated(object: KubeObject, name: string): Steps<KubeObject | Failure> {
    const { mutating, guarding } = this.phases;
    if (mutating.length + guarding.length === 0) return object;
    const { reinvocation } = this.context;
    let current = yield* this.round(object, name);
    if (isFailure(current)) return current;
    if (reinvocation.isRequired) {
      reinvocation.isSecondRound = true;
      current = yield* this.round(current, name);
      if (isFailure(current)) return current;
    }
    if (guarding.length === 0) return current;
    return (yield* this.refusal(guarding, 'guard', this.attributes(current, name))) ?? current;
  }

  private *round(object: KubeObject, name: string): Steps<KubeObject | Failure> {
    let attributes: AdmissionAttributes = this.attributes(object, name);
    let current = object;
    for (const plugin of this.phases.mutating) {
      let outcome = plugin.mutate?.(attributes, this.context);
      while (outcome?.kind === 'wait') outcome = yield* wait<AdmissionOutcome>(outcome.start);
      if (outcome?.kind === 'refused') return outcome.refusal;
      if (outcome?.kind !== 'mutated') continue;
      current = outcome.object;
      attributes = this.attributes(current, name);
    }
    return current;
  }

  /** A refusal by the validating plug-ins. A deletion has no object. */
  validate(object: KubeObject | undefined, name: string): Steps<Failure | undefined> {
    return this.observed('validate', this.validated(object, name));
  }

  private *validated(object: KubeObject | undefined, name: string): Steps<Failure | undefined> {
    const { validating } = this.phases;
    if (validating.length === 0) return undefined;
    return yield* this.refusal(validating, 'validate', this.attributes(object, name));
  }

  /** A refusal by the mutating plug-ins of a request without an object: a deletion or a connection. */
  mutateNothing(name: string): Steps<Failure | undefined> {
    return this.observed('admit', this.mutatedNothing(name));
  }

  private *mutatedNothing(name: string): Steps<Failure | undefined> {
    const { mutating } = this.phases;
    if (mutating.length === 0) return undefined;
    return yield* this.refusal(mutating, 'mutate', this.attributes(undefined, name));
  }

  /** A step whose duration counts, where somebody looks at such counts. */
  private observed<T extends KubeObject | Failure | undefined>(
    type: 'admit' | 'validate',
    step: Steps<T>,
  ): Steps<T> {
    const { metrics } = this.context.access;
    const isAsked = metrics.isCounting && this.admission.isDone !== true;
    return isAsked ? this.measured(type, step) : step;
  }

  private *measured<T extends KubeObject | Failure | undefined>(
    type: 'admit' | 'validate',
    step: Steps<T>,
  ): Steps<T> {
    const { clock, metrics } = this.context.access;
    const beginMs = clock.now();
    const result = yield* step;
    metrics.admission.step(type, this.admission.operation, {
      seconds: (clock.now() - beginMs) / 1000,
      isRejected: result !== undefined && isFailure(result),
    });
    return result;
  }

  /** Whether any plug-in wants a say. */
  get isNeeded(): boolean {
    const { mutating, guarding, validating } = this.phases;
    return mutating.length + guarding.length + validating.length > 0;
  }

  /** Tells the plug-ins that asked what became of the write. */
  finish(isStored: boolean): void {
    if (this.hooks === undefined) return;
    const { hooks } = this;
    this.hooks = undefined;
    for (const hook of hooks) hook(isStored);
  }

  private *refusal(
    plugins: readonly AdmissionPlugin[],
    phase: 'mutate' | 'guard' | 'validate',
    attributes: AdmissionAttributes,
  ): Steps<Failure | undefined> {
    for (const plugin of plugins) {
      let outcome = plugin[phase]?.(attributes, this.context);
      while (outcome?.kind === 'wait') outcome = yield* wait<AdmissionOutcome>(outcome.start);
      if (outcome?.kind === 'refused') return outcome.refusal;
    }
    return undefined;
  }

  private attributes(object: KubeObject | undefined, name: string): AdmissionAttributes {
    const { operation, scope, isDryRun, options, oldObject, kind, managers } = this.admission;
    const { resource, subresource, namespace, context } = scope;
    const attributes = {
      operation,
      kind: kind ?? resource.kind,
      resource: resource.kind,
      subresource,
      namespace: resource.kind.resource === 'namespaces' && namespace === '' ? name : namespace,
      name,
      options,
      isDryRun,
      user: context.user,
      managers,
    };
    // An update, which is what most writes are, costs one object.
    if (object !== undefined && oldObject !== undefined) {
      return Object.assign(attributes, { object, oldObject });
    }
    if (object !== undefined) return Object.assign(attributes, { object });
    return oldObject === undefined ? attributes : Object.assign(attributes, { oldObject });
  }
}

/** Asked once for each resource, subresource and operation, and remembered. */
function phasesOf({ operation, scope }: Admission): Phases {
  const { resource, subresource } = scope;
  const key = `${operation}/${subresource}`;
  const known = resource.admission.get(key) as Phases | undefined;
  if (known !== undefined) return known;
  const handling = admissionPlugins.filter(plugin =>
    plugin.handles(operation, resource.kind, subresource),
  );
  const phases: Phases = {
    mutating: handling.filter(plugin => plugin.mutate !== undefined),
    guarding: handling.filter(plugin => plugin.guard !== undefined),
    validating: handling.filter(plugin => plugin.validate !== undefined),
  };
  resource.admission.set(key, phases);
  return phases;
}
