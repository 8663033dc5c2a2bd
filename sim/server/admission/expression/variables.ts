/**
 * The variables of expressions of admission: object, oldObject, request, params, namespaceObject,
 * authorizer, and the variables that a policy declares.
 * @upstream apiserver/pkg/admission/plugin/cel
 */
import { callCostMax } from '../../../api/cel/compile.js';
import type { CelOutcome, CelVariables } from '../../../api/cel/interpret.js';
import { toCel } from '../../../api/cel/json.js';
import type { CelValue } from '../../../api/cel/values.js';
import type { Variable } from '../../../api/kinds/admissionregistration.js';
import { namespaces } from '../../../api/kinds/core.js';
import type { KubeObject } from '../../../api/object.js';
import { authorizerVariables } from '../../cel/authorizer.js';
import { admissionProgram } from '../../cel/programs.js';
import { userInfoOf } from '../../authentication/reviews.js';
import type { Match } from '../match/request-match.js';
import type { AdmissionAttributes, AdmissionContext } from '../plugin.js';

/** Evaluates expressions about one request. */
export class Expressions {
  private readonly base: CelVariables;
  private failed = new Map<string, string>();
  private declared: CelVariables = {};

  constructor(
    attributes: AdmissionAttributes,
    { access, authorizer }: AdmissionContext,
    subject: {
      readonly match: Match;
      readonly object: KubeObject | undefined;
      readonly oldObject: KubeObject | undefined;
      readonly params?: KubeObject | undefined;
      readonly hasParams?: boolean;
    },
  ) {
    const { user, resource, subresource, namespace, name } = attributes;
    const { group, version } = resource;
    const asked = { group, version, resource: resource.resource, subresource, namespace, name };
    const stored = namespace === '' ? undefined : access.get(namespaces, '', namespace);
    const isNamespace = resource.resource === 'namespaces' && group === '';
    this.base = {
      object: toCel(subject.object ?? null),
      oldObject: toCel(subject.oldObject ?? null),
      request: toCel(requestOf(attributes, subject.match)),
      namespaceObject: isNamespace ? null : toCel(stored ?? null),
      ...authorizerVariables(authorizer, user, asked),
      ...(subject.hasParams && { params: toCel(subject.params ?? null) }),
    };
  }

  /** Evaluates the variables of the policy, in order; one that fails is told when it is used. Returns the cost. */
  declare(variables: readonly Variable[]): number {
    let cost = 0;
    const values = new Map<string, CelValue>();
    for (const { name, expression } of variables) {
      this.declared = { variables: values };
      const outcome = this.outcome(expression);
      cost += outcome.cost;
      if ('error' in outcome) this.failed.set(name, outcome.error);
      else values.set(name, outcome.value);
    }
    this.declared = { variables: values };
    return cost;
  }

  /** The value of the expression, or `expression '...' resulted in error: ...`. */
  evaluate(expression: string): CelOutcome {
    const outcome = this.outcome(expression);
    if (!('error' in outcome)) return outcome;
    const { cost } = outcome;
    return { cost, error: `expression '${expression}' resulted in error: ${outcome.error}` };
  }

  private outcome(expression: string): CelOutcome {
    const program = admissionProgram(expression);
    if ('error' in program) return { error: `compilation error: ${program.error}`, cost: 0 };
    const outcome = program.run({ ...this.base, ...this.declared }, callCostMax);
    if (!('error' in outcome) || this.failed.size === 0) return outcome;
    const missing = /^no such key: (.*)$/.exec(outcome.error)?.[1] ?? '';
    const error = this.failed.get(missing);
    if (error === undefined) return outcome;
    return { ...outcome, error: `composited variable "${missing}" fails to evaluate: ${error}` };
  }
}

/** The request as expressions and webhooks see it, without uid and objects. */
export function requestOf(attributes: AdmissionAttributes, { kind, resource }: Match) {
  const { subresource, name, namespace, operation, user, isDryRun, options } = attributes;
  const subResource = subresource === '' ? {} : { subResource: subresource };
  return {
    kind: kindOf(kind),
    resource: resourceOf(resource),
    ...subResource,
    requestKind: kindOf(attributes.kind),
    requestResource: resourceOf(attributes.resource),
    ...(subresource !== '' && { requestSubResource: subresource }),
    ...(name !== '' && { name }),
    ...(namespace !== '' && { namespace }),
    operation,
    userInfo: userInfoOf(user),
    dryRun: isDryRun,
    options,
  };
}

function kindOf({ group, version, kind }: AdmissionAttributes['kind']) {
  return { group, version, kind };
}

function resourceOf({ group, version, resource }: Match['resource']) {
  return { group, version, resource };
}
