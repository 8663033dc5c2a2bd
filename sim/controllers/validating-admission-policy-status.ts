/**
 * Checks the expressions of validating admission policies against the types of what they match.
 * @upstream pkg/controller/validatingadmissionpolicystatus/controller.go,
 *   apiserver/pkg/admission/plugin/policy/validating/typechecking.go
 */
import { admissionScope } from '../api/cel/admission-scope.js';
import { builtInFields, builtInType } from '../api/cel/built-in-types.js';
import { compileCel } from '../api/cel/compile.js';
import { errorType, type CelType } from '../api/cel/types.js';
import { typeOfKind } from '../api/facts.js';
import { compareText } from '../api/go-text.js';
import {
  validatingAdmissionPolicies,
  type ExpressionWarning,
  type ValidatingAdmissionPolicy,
} from '../api/kinds/admissionregistration.js';
import { apiVersionOf, type Kind } from '../api/object.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, patch, watch } from '../client/requests.js';
import { discover, type ServedResource } from './control/discovery.js';

const name = 'validatingadmissionpolicy-status';
const typesMax = 10;

type Matched = Pick<Kind, 'group' | 'version' | 'kind'>;

/** The controller of the status of validating admission policies. */
export const validatingAdmissionPolicyStatusController: ControllerDefinition = {
  name: 'validatingadmissionpolicy-status-controller',
  identity: serviceAccount('kube-system', 'validatingadmissionpolicy-status-controller'),
  create: ({ queue }) => ({
    watches: [
      watch(validatingAdmissionPolicies, {
        on: ({ type, object }) => {
          if (type !== 'deleted') queue.add(object.metadata.name ?? '');
        },
      }),
    ],
    workers: 5,
    reconcile: tellWarnings,
  }),
};

function* tellWarnings(policyName: string, view: View): Reconciliation {
  const policy = view.get(validatingAdmissionPolicies, '', policyName);
  const generation = policy?.metadata.generation ?? 0;
  if (policy === undefined || generation <= (policy.status?.observedGeneration ?? 0)) {
    return undefined;
  }
  const { resources } = yield* discover();
  const expressionWarnings = warningsOf(policy, matchedTypes(policy, resources));
  const body = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: policyName },
    status: {
      observedGeneration: generation,
      typeChecking: { ...(expressionWarnings.length > 0 && { expressionWarnings }) },
    },
  };
  const of = { namespace: '', name: policyName, subresource: 'status' };
  const how = { type: 'apply', query: { fieldManager: name, force: 'true' } } as const;
  const answer = yield* call(patch(validatingAdmissionPolicies, of, how, body));
  return answer.isOk ? undefined : { retry: answer.message };
}

/** The kinds that the rules match by name; wildcards match none. Sorted. */
function matchedTypes(
  { spec }: ValidatingAdmissionPolicy,
  served: readonly ServedResource[],
): readonly Matched[] {
  const found = new Map<string, Matched>();
  for (const rule of spec?.matchConstraints?.resourceRules ?? []) {
    const { apiGroups = [], apiVersions = [], resources = [] } = rule;
    if ([...apiGroups, ...apiVersions].some(text => text.includes('*'))) continue;
    for (const kind of served) {
      const { group, version, resource } = kind;
      const isMatched =
        apiGroups.includes(group) && apiVersions.includes(version) && resources.includes(resource);
      if (isMatched) found.set(`${apiVersionOf(kind)}, Kind=${kind.kind}`, kind);
    }
  }
  const sorted = [...found.values()].sort(
    (left, right) =>
      compareText(left.group, right.group) ||
      compareText(left.version, right.version) ||
      compareText(left.kind, right.kind),
  );
  return sorted.slice(0, typesMax);
}

function warningsOf(
  { spec = {} }: ValidatingAdmissionPolicy,
  types: readonly Matched[],
): readonly ExpressionWarning[] {
  const { validations = [] } = spec;
  const warnings: ExpressionWarning[] = [];
  const check = (fieldRef: string, expression: string) => {
    const texts = types.flatMap(type => {
      const error = errorOf(spec, type, expression);
      const shown = `${type.group}/${type.version}, Kind=${type.kind}`;
      return error === undefined ? [] : [`${shown}: ${error}\n`];
    });
    if (texts.length > 0) warnings.push({ fieldRef, warning: texts.join('\n') });
  };
  for (const [index, { expression, messageExpression = '' }] of validations.entries()) {
    check(`spec.validations[${index}].expression`, expression);
    if (messageExpression !== '') {
      check(`spec.validations[${index}].messageExpression`, messageExpression);
    }
  }
  return warnings;
}

/** What is wrong with the expression about objects of the kind; kinds without a built-in type pass. */
function errorOf(
  { variables = [], paramKind }: NonNullable<ValidatingAdmissionPolicy['spec']>,
  kind: Matched,
  expression: string,
): string | undefined {
  const goType = typeOfKind(kind);
  if (goType === undefined) return undefined;
  const declared = new Map<string, CelType>();
  const scope = admissionScope({
    hasParams: paramKind !== undefined,
    hasAuthorizer: true,
    variables: declared,
    object: { type: builtInType(goType), fields: builtInFields },
  });
  for (const variable of variables) {
    const compiled = compileCel(variable.expression, scope);
    declared.set(variable.name, 'error' in compiled ? errorType : compiled.type);
  }
  const compiled = compileCel(expression, scope);
  return 'error' in compiled ? compiled.error : undefined;
}
