/**
 * Checks the expressions of validating admission policies against the types of what they match.
 * @upstream pkg/controller/validatingadmissionpolicystatus/controller.go,
 *   apiserver/pkg/admission/plugin/policy/validating/typechecking.go
 */
import { admissionScope, type KnownType } from '../api/cel/admission-scope.js';
import { builtInFields, builtInType } from '../api/cel/built-in-types.js';
import { compileCel } from '../api/cel/compile.js';
import { declaredType, fieldsWithin } from '../api/cel/declared-type.js';
import { errorType, type CelType } from '../api/cel/types.js';
import { typeOfKind } from '../api/facts.js';
import { compareText } from '../api/go-text.js';
import {
  validatingAdmissionPolicies,
  type ExpressionWarning,
  type RuleWithOperations,
  type ValidatingAdmissionPolicy,
} from '../api/kinds/admissionregistration.js';
import type { Kind } from '../api/object.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../client/contract.js';
import { call, patch, watch } from '../client/requests.js';
import { discover, type ServedResource } from './control/discovery.js';
import { publishedSchema } from './control/published-schema.js';

const name = 'validatingadmissionpolicy-status';
const typesMax = 10;

type Matched = Pick<Kind, 'group' | 'version' | 'kind'>;

/** A kind and the type of its objects. */
interface Typed {
  readonly kind: Matched;
  readonly object: KnownType;
}

/** The controller of the status of validating admission policies. */
export const validatingAdmissionPolicyStatusController: ControllerDefinition = {
  name: 'validatingadmissionpolicy-status-controller',
  queueName: 'validatingadmissionpolicy-status',
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
  const objects: Typed[] = [];
  for (const kind of matchedKinds(policy, resources)) {
    const object = yield* typeOf(kind, `${kind.kind}0`);
    if (object !== undefined) objects.push({ kind, object });
  }
  const parameters = paramKindOf(policy);
  const params = parameters && (yield* typeOf(parameters, `${parameters.kind}1`));
  const expressionWarnings = warningsOf(policy, objects, params);
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
function matchedKinds(
  { spec }: ValidatingAdmissionPolicy,
  served: readonly ServedResource[],
): readonly Matched[] {
  const found = new Map<string, Matched>();
  for (const rule of spec?.matchConstraints?.resourceRules ?? []) {
    const { apiGroups = [], apiVersions = [] } = rule;
    if ([...apiGroups, ...apiVersions].some(text => text.includes('*'))) continue;
    const kinds = kindsOfRule(rule, served).slice(0, typesMax);
    for (const kind of kinds) found.set(shownKind(kind), kind);
    if (kinds.length === typesMax) break;
  }
  return [...found.values()].sort(
    (left, right) =>
      compareText(left.group, right.group) ||
      compareText(left.version, right.version) ||
      compareText(left.kind, right.kind),
  );
}

/** In the order of the rule's sorted names. As its name is empty, the core group stands for any. */
function kindsOfRule(
  { apiGroups = [], apiVersions = [], resources = [] }: RuleWithOperations,
  served: readonly ServedResource[],
): readonly Matched[] {
  const kinds: Matched[] = [];
  for (const group of apiGroups.toSorted(compareText)) {
    for (const version of apiVersions.toSorted(compareText)) {
      for (const named of resources.toSorted(compareText)) {
        const resource = named.toLowerCase();
        const isMatched = (one: ServedResource) =>
          (group === '' || one.group === group) &&
          one.version === version &&
          (one.resource === resource || one.singular === resource);
        kinds.push(...served.filter(isMatched));
      }
    }
  }
  return kinds;
}

/** As Go prints it. */
function shownKind({ group, version, kind }: Matched): string {
  return `${group}/${version}, Kind=${kind}`;
}

function paramKindOf({ spec }: ValidatingAdmissionPolicy): Matched | undefined {
  const { apiVersion = '', kind = '' } = spec?.paramKind ?? {};
  if (apiVersion === '' && kind === '') return undefined;
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, kind };
}

/** What expressions see of the kind: a built-in type, or else what OpenAPI tells; undefined for neither. */
function* typeOf(kind: Matched, name: string): Reconciliation<KnownType | undefined> {
  const goType = typeOfKind(kind);
  if (goType !== undefined) return { type: builtInType(goType), fields: builtInFields };
  const schema = yield* publishedSchema(kind);
  const declared = schema && declaredType(schema, name, true);
  if (declared === undefined) return undefined;
  const fields = fieldsWithin(declared);
  return { type: declared.type, fields: typeName => fields.get(typeName) };
}

function warningsOf(
  { spec = {} }: ValidatingAdmissionPolicy,
  objects: readonly Typed[],
  params: KnownType | undefined,
): readonly ExpressionWarning[] {
  const { validations = [] } = spec;
  const warnings: ExpressionWarning[] = [];
  const check = (fieldRef: string, expression: string) => {
    const texts = objects.flatMap(({ kind, object }) => {
      const error = errorOf(spec, { object, ...(params && { params }) }, expression);
      return error === undefined ? [] : [`${shownKind(kind)}: ${error}\n`];
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

/** What is wrong with the expression about objects and parameters of the types. */
function errorOf(
  { variables = [], paramKind }: NonNullable<ValidatingAdmissionPolicy['spec']>,
  types: { readonly object: KnownType; readonly params?: KnownType },
  expression: string,
): string | undefined {
  const declared = new Map<string, CelType>();
  const scope = admissionScope({
    hasParams: paramKind !== undefined,
    hasAuthorizer: true,
    variables: declared,
    ...types,
  });
  for (const variable of variables) {
    const compiled = compileCel(variable.expression, scope);
    declared.set(variable.name, 'error' in compiled ? errorType : compiled.type);
  }
  const compiled = compileCel(expression, scope);
  return 'error' in compiled ? compiled.error : undefined;
}
