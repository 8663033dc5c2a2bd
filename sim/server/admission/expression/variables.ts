/**
 * The variables of expressions of admission: object, oldObject, request, params, namespaceObject,
 * authorizer, and the variables that a policy declares.
 * @upstream apiserver/pkg/admission/plugin/cel
 */
import { callCostMax } from '../../../api/cel/compile.js';
import type { CelOutcome, CelVariables } from '../../../api/cel/interpret.js';
import { toCel } from '../../../api/cel/json.js';
import type { CelKey, CelValue } from '../../../api/cel/values.js';
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
  /** Of variables that were evaluated since somebody asked. */
  private variablesCost = 0;

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

  /** Makes the variables of the policy known: each is evaluated when it is first used, or never. */
  declare(variables: readonly Variable[]): void {
    this.declared = {
      variables: new LazyVariables(variables, variable => this.variable(variable)),
    };
  }

  private variable({ name, expression }: Variable): CelValue | undefined {
    const outcome = this.outcome(expression);
    this.variablesCost += outcome.cost;
    if (!('error' in outcome)) return outcome.value;
    this.failed.set(name, outcome.error);
    return undefined;
  }

  /**
   * The value of the expression, or `expression '...' resulted in error: ...`. It costs what it takes,
   * and what the variables took that it was the first to use.
   */
  evaluate(expression: string): CelOutcome {
    const outcome = this.outcome(expression);
    const cost = outcome.cost + this.variablesCost;
    this.variablesCost = 0;
    if (!('error' in outcome)) return { ...outcome, cost };
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

/** Variables that are evaluated when they are looked at. @upstream apiserver/pkg/admission/plugin/cel/composition.go */
class LazyVariables extends Map<CelKey, CelValue> {
  private readonly pending: Map<CelKey, Variable>;

  constructor(
    variables: readonly Variable[],
    private readonly evaluated: (variable: Variable) => CelValue | undefined,
  ) {
    super();
    this.pending = new Map(variables.map(variable => [variable.name, variable]));
  }

  override get(name: CelKey): CelValue | undefined {
    const variable = this.pending.get(name);
    if (variable !== undefined) {
      this.pending.delete(name);
      const value = this.evaluated(variable);
      if (value !== undefined) this.set(name, value);
    }
    return super.get(name);
  }

  override has(name: CelKey): boolean {
    return this.get(name) !== undefined;
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
