/**
 * Policies in CEL that refuse, warn or are audited.
 * @upstream apiserver/pkg/admission/plugin/policy/validating/dispatcher.go
 */
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../api/kinds/admissionregistration.js';
import { forbidden, isFailure, type Failure } from '../../api/status.js';
import { Expressions } from './expression/variables.js';
import {
  isAdmissionConfiguration,
  isReview,
  matchRequest,
  type Match,
} from './match/request-match.js';
import { objectsIn } from './match/versions.js';
import { refuse, shownName } from './shared/outcome.js';
import type {
  AdmissionAttributes,
  AdmissionContext,
  AdmissionOutcome,
  AdmissionPlugin,
} from './plugin.js';
import { decide, type Decisions, type Denial } from './policy/decide.js';
import { criteriaOf, validatingHooks } from './policy/hooks.js';
import { collectParams, paramKindProblem } from './policy/params.js';

/** The plug-in ValidatingAdmissionPolicy. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  handles: (_operation, resource) => !isAdmissionConfiguration(resource) && !isReview(resource),
  validate(attributes, context) {
    const hooks = validatingHooks(context.access);
    if (hooks.length === 0) return undefined;
    const dispatch = new Dispatch(attributes, context);
    for (const { policy, bindings } of hooks) {
      const refusal = dispatch.run(policy, bindings);
      if (refusal !== undefined) return refuse(refusal);
    }
    return dispatch.outcome();
  },
};

const codes: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};

/** All policies on one request; the first that denies is told. */
class Dispatch {
  private denied: { readonly message: string; readonly reason: string } | undefined;

  constructor(
    private readonly attributes: AdmissionAttributes,
    private readonly context: AdmissionContext,
  ) {}

  /** Only a namespace that is missing refuses at once. */
  run(
    policy: ValidatingAdmissionPolicy,
    bindings: readonly ValidatingAdmissionPolicyBinding[],
  ): Failure | undefined {
    const { attributes, context } = this;
    const criteria = criteriaOf(policy.spec?.matchConstraints);
    const match = matchRequest(criteria, attributes, context.access);
    if (match === undefined || isFailure(match)) return match;
    const problem = paramKindProblem(policy.spec?.paramKind, context.access);
    if (problem !== undefined) {
      this.fail(policy, undefined, `failed to configure policy: ${problem}`);
      return undefined;
    }
    const notes = new Map<string, string[]>();
    for (const binding of bindings) {
      const own = criteriaOf(binding.spec?.matchResources);
      const isBound = matchRequest(own, attributes, context.access);
      if (isFailure(isBound)) return isBound;
      if (isBound !== undefined) this.runBinding(policy, binding, match, notes);
    }
    for (const [key, values] of notes) {
      context.request.annotate(`${policy.metadata.name ?? ''}/${key}`, values.join(', '));
    }
    return undefined;
  }

  outcome(): AdmissionOutcome {
    if (this.denied === undefined) return undefined;
    const { message, reason } = this.denied;
    const { attributes } = this;
    const causes = [{ message }];
    const refusal = forbidden(attributes.resource, shownName(attributes), message, causes);
    return refuse({ ...refusal, reason, code: codes[reason] ?? 422 });
  }

  private runBinding(
    policy: ValidatingAdmissionPolicy,
    binding: ValidatingAdmissionPolicyBinding,
    match: Match,
    notes: Map<string, string[]>,
  ): void {
    const { attributes, context } = this;
    const { spec } = policy;
    if (spec === undefined) return;
    const { namespace } = attributes;
    const reference = binding.spec?.paramRef;
    const params = collectParams(spec.paramKind, reference, namespace, context.access);
    if ('error' in params) {
      this.fail(policy, binding, `failed to configure binding: ${params.error}`);
      return;
    }
    const objects = objectsIn(match, attributes, context);
    const hasParams = spec.paramKind !== undefined;
    for (const param of params) {
      const subject = { match, ...objects, params: param, hasParams };
      const decisions = decide(spec, new Expressions(attributes, context, subject));
      this.act(policy, binding, decisions);
      for (const [key, value] of Object.entries(decisions.annotations)) {
        const known = notes.get(key);
        if (known === undefined) notes.set(key, [value]);
        else if (!known.includes(value)) known.push(value);
      }
    }
  }

  private act(
    policy: ValidatingAdmissionPolicy,
    binding: ValidatingAdmissionPolicyBinding,
    { denials, annotationErrors }: Decisions,
  ): void {
    const actions = binding.spec?.validationActions ?? [];
    for (const denial of denials) {
      for (const action of actions) {
        if (action === 'Deny') this.deny(policy, binding, denial);
        if (action === 'Audit') this.audit(binding, denial);
        if (action === 'Warn') {
          const which = `ValidatingAdmissionPolicy ${whichText(policy, binding)}`;
          this.context.request.warn(`Validation failed for ${which}: ${denial.message}`);
        }
      }
    }
    for (const message of annotationErrors) this.deny(policy, binding, { message });
  }

  /** What keeps a policy from being evaluated at all. */
  private fail(
    policy: ValidatingAdmissionPolicy,
    binding: ValidatingAdmissionPolicyBinding | undefined,
    message: string,
  ): void {
    if (policy.spec?.failurePolicy !== 'Ignore') this.deny(policy, binding, { message });
  }

  private deny(
    policy: ValidatingAdmissionPolicy,
    binding: ValidatingAdmissionPolicyBinding | undefined,
    { message, reason = 'Invalid' }: Pick<Denial, 'message' | 'reason'>,
  ): void {
    const text = `ValidatingAdmissionPolicy ${whichText(policy, binding)} denied request: ${message}`;
    this.denied ??= { message: text, reason };
  }

  private audit(binding: ValidatingAdmissionPolicyBinding, { index, message }: Denial): void {
    const failure = {
      message,
      policy: binding.spec?.policyName,
      binding: binding.metadata.name,
      expressionIndex: index,
      validationActions: binding.spec?.validationActions,
    };
    const key = 'validation.policy.admission.k8s.io/validation_failure';
    this.context.request.annotate(key, JSON.stringify([failure]));
  }
}

function whichText(
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding | undefined,
): string {
  const which = `'${policy.metadata.name ?? ''}'`;
  return binding === undefined ? which : `${which} with binding '${binding.metadata.name ?? ''}'`;
}
