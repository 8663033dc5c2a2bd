/**
 * Policies in CEL that change objects.
 * @upstream apiserver/pkg/admission/plugin/policy/mutating/dispatcher.go, generic/policy_dispatcher.go
 */
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
} from '../../api/kinds/admissionregistration.js';
import { deepEqual, isRecord } from '../../api/equality.js';
import { shapeOfKind } from '../../api/facts.js';
import type { KubeObject } from '../../api/object.js';
import { applyJsonPatch, type JsonPatchOperation } from '../../api/patch/json-patch.js';
import { forbidden, isFailure, type Failure } from '../../api/status.js';
import { fromCel } from '../../api/cel/json.js';
import { conditionsHold } from './expression/conditions.js';
import { Expressions } from './expression/variables.js';
import {
  isAdmissionConfiguration,
  isReview,
  matchRequest,
  type Match,
} from './match/request-match.js';
import { objectsIn } from './match/versions.js';
import { mutated, refuse, shownName } from './shared/outcome.js';
import type {
  AdmissionAttributes,
  AdmissionContext,
  AdmissionOutcome,
  AdmissionPlugin,
} from './plugin.js';
import { mergedConfiguration } from './policy/apply-configuration.js';
import { outOfBudget, policyCostMax } from './policy/decide.js';
import { criteriaOf, mutatingHooks } from './policy/hooks.js';
import { collectParams, paramKindProblem } from './policy/params.js';

/** The plug-in MutatingAdmissionPolicy. */
export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  handles: (_operation, resource) => !isAdmissionConfiguration(resource) && !isReview(resource),
  mutate(attributes, context) {
    const invocations = invocationsFor(attributes, context);
    if (isFailure(invocations)) return refuse(invocations);
    if (invocations.length === 0) return undefined;
    return new Mutations(attributes, context).run(invocations);
  },
};

/** One policy with one binding and one parameter. */
interface Invocation {
  readonly policy: MutatingAdmissionPolicy;
  /** Undefined: the policy itself is wrong. */
  readonly binding: MutatingAdmissionPolicyBinding | undefined;
  readonly match: Match;
  readonly param: KubeObject | undefined;
  readonly error?: string;
}

const none: readonly Invocation[] = [];

function invocationsFor(
  attributes: AdmissionAttributes,
  { access }: AdmissionContext,
): readonly Invocation[] | Failure {
  const hooks = mutatingHooks(access);
  if (hooks.length === 0) return none;
  const invocations: Invocation[] = [];
  for (const { policy, bindings } of hooks) {
    const match = matchRequest(criteriaOf(policy.spec?.matchConstraints), attributes, access);
    if (isFailure(match)) return match;
    if (match === undefined) continue;
    const problem = paramKindProblem(policy.spec?.paramKind, access);
    if (problem !== undefined) {
      const error = `failed to configure policy: ${problem}`;
      invocations.push({ policy, binding: undefined, match, param: undefined, error });
      continue;
    }
    for (const binding of bindings) {
      const isBound = matchRequest(criteriaOf(binding.spec?.matchResources), attributes, access);
      if (isFailure(isBound)) return isBound;
      if (isBound === undefined) continue;
      const { paramKind } = policy.spec ?? {};
      const { namespace } = attributes;
      const params = collectParams(paramKind, binding.spec?.paramRef, namespace, access);
      const base = { policy, binding, match };
      if ('error' in params) {
        const error = `failed to configure binding: ${params.error}`;
        invocations.push({ ...base, param: undefined, error });
      } else invocations.push(...params.map(param => ({ ...base, param })));
    }
  }
  return invocations;
}

/** The mutations of one request, and what failed. */
class Mutations {
  private object: KubeObject | undefined;
  private readonly errors: string[] = [];

  constructor(
    private readonly attributes: AdmissionAttributes,
    private readonly context: AdmissionContext,
  ) {
    this.object = attributes.object;
  }

  /** All that have their turn, in order. */
  run(invocations: readonly Invocation[]): AdmissionOutcome {
    const hooks = this.context.reinvocation.hooksOf('MutatingAdmissionPolicy');
    hooks.begin(this.object);
    for (const invocation of invocations) {
      const key = keyOf(invocation);
      if (!hooks.hasTurn(key)) continue;
      const isChanged = this.invoke(invocation);
      const isReinvocable = invocation.policy.spec?.reinvocationPolicy === 'IfNeeded';
      hooks.invoked(key, { isChanged, isReinvocable });
    }
    if (!deepEqual(this.object, this.attributes.object)) hooks.requireSecondRound();
    hooks.end(this.object);
    if (this.errors.length > 0) return refuse(this.refusal());
    if (this.object === undefined || this.object === this.attributes.object) return undefined;
    return mutated(this.object);
  }

  /** Whether it changed the object. */
  private invoke({ policy, binding, match, param, error }: Invocation): boolean {
    const { spec } = policy;
    if (spec === undefined) return false;
    const fail = (text: string) => {
      if (spec.failurePolicy === 'Ignore') return false;
      const bound = binding && ` with binding '${binding.metadata.name ?? ''}'`;
      const which = `'${policy.metadata.name ?? ''}'${bound ?? ''}`;
      this.errors.push(`policy ${which} denied request: ${text}`);
      return false;
    };
    if (error !== undefined) return fail(error);
    const isConcerned = conditionsHold(spec.matchConditions, this.expressions(match, spec, param));
    if (isConcerned === false) return false;
    if (isConcerned !== true) return fail(isConcerned.error);
    const before = this.object;
    for (const mutation of spec.mutations ?? []) {
      if (this.object === undefined) continue;
      const expressions = this.expressions(match, spec, param);
      expressions.declare(spec.variables ?? []);
      const changed = mutate(this.object, mutation, expressions, match);
      if ('error' in changed) fail(changed.error);
      else this.object = this.context.defaulted(changed.object);
    }
    return !deepEqual(before, this.object);
  }

  private expressions(
    match: Match,
    spec: NonNullable<MutatingAdmissionPolicy['spec']>,
    param: KubeObject | undefined,
  ): Expressions {
    const attributes = { ...this.attributes, ...(this.object && { object: this.object }) };
    const objects = objectsIn(match, attributes, this.context);
    const hasParams = spec.paramKind !== undefined;
    const subject = { match, ...objects, params: param, hasParams };
    return new Expressions(attributes, this.context, subject);
  }

  /** The code stays 403 whatever the reason is. */
  private refusal(): Failure {
    const causes = this.errors.map(message => ({ message }));
    const { resource } = this.attributes;
    const refusal = forbidden(resource, shownName(this.attributes), '', causes);
    return { ...refusal, message: this.errors[0] ?? '', reason: 'Invalid' };
  }
}

function keyOf({ policy, binding, param }: Invocation): string {
  const { namespace = '', name = '' } = param?.metadata ?? {};
  return [policy.metadata.name, binding?.metadata.name, namespace, name].join('/');
}

type Mutated = { readonly object: KubeObject } | { readonly error: string };

function mutate(
  object: KubeObject,
  { patchType, applyConfiguration, jsonPatch }: Mutation,
  expressions: Expressions,
  match: Match,
): Mutated {
  const isApply = patchType === 'ApplyConfiguration';
  const expression = (isApply ? applyConfiguration : jsonPatch)?.expression ?? '';
  const outcome = expressions.evaluate(expression);
  // Each mutation has the whole budget, of which the variables that it uses take their part.
  if (outcome.cost > policyCostMax) return { error: outOfBudget };
  if ('error' in outcome) return outcome;
  const value = fromCel(outcome.value);
  if (!isApply) return patched(object, value);
  if (!isRecord(value)) return { error: 'unexpected evaluation result type' };
  const shape = shapeOfKind(match.kind);
  return { object: mergedConfiguration(object, value, shape) as unknown as KubeObject };
}

function patched(object: KubeObject, value: unknown): Mutated {
  if (!Array.isArray(value)) {
    return { error: 'type mismatch: JSONPatchType.expression should evaluate to array' };
  }
  const result = applyJsonPatch(object, value as readonly JsonPatchOperation[]);
  if (result.isOk) return { object: result.value as KubeObject };
  // A test that fails leaves the object as it is.
  if (result.error.endsWith('test failed')) return { object };
  return { error: `JSON Patch: ${result.error}` };
}
