/** The authorizer in CEL: asks what a user may do. @upstream apiserver/pkg/cel/library/authz.go */
import {
  celMap,
  celMethod,
  CelScalar,
  type CelFunc,
  type CelInput,
  type CelMap,
  type CelValue,
} from '@bufbuild/cel';
import type {
  AuthorizationAttributes,
  AuthorizationDecision,
  Authorizer,
} from '../authorization/authorizer.js';
import type { User } from '../user.js';
import { Opaque, unwrapped, wrapped } from './values.js';

/** A check that is being put together: the authorizer itself, a path, a group, a resource. */
class Check extends Opaque {
  readonly typeName = 'kubernetes.authorization.Authorizer';

  constructor(
    readonly authorizer: Authorizer,
    readonly attributes: AuthorizationAttributes,
  ) {
    super();
  }

  with(changes: Partial<AuthorizationAttributes>): CelInput {
    return wrapped(new Check(this.authorizer, { ...this.attributes, ...changes }));
  }
}

/** What came of a check. */
class Decision extends Opaque {
  readonly typeName = 'kubernetes.authorization.Decision';

  constructor(readonly decision: AuthorizationDecision) {
    super();
  }
}

/** The variable `authorizer`, for the user; with the resource of the request as `requestResource`. */
export function celAuthorizer(
  authorizer: Authorizer,
  user: User,
  requestResource: Omit<AuthorizationAttributes, 'user' | 'verb' | 'path' | 'isResourceRequest'>,
): CelInput {
  const asked = { user, verb: '', path: '', isResourceRequest: true };
  const own = wrapped(new Check(authorizer, { ...blank, ...asked, isResourceRequest: false }));
  const resource = wrapped(new Check(authorizer, { ...asked, ...requestResource }));
  return withField(own, 'requestResource', resource);
}

const blank = {
  group: '',
  version: '*',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
};

/** A map with a field that is still known as the opaque value it was. */
function withField(opaque: CelMap, name: string, value: CelMap): CelInput {
  const check = unwrapped(opaque, Check);
  const map = celMap(new Map([[name, value]]));
  if (check !== undefined) authorizers.set(map, check);
  return map;
}

const authorizers = new WeakMap<object, Check>();

function checkOf(value: CelValue): Check {
  const isObject = typeof value === 'object' && value !== null;
  const found = unwrapped(value, Check) ?? (isObject ? authorizers.get(value) : undefined);
  if (found === undefined) throw new Error('no such overload');
  return found;
}

function decisionOf(value: CelValue): AuthorizationDecision {
  const found = unwrapped(value, Decision);
  if (found === undefined) throw new Error('no such overload');
  return found.decision;
}

const { DYN, BOOL, STRING } = CelScalar;

/** The fields of a check, each set by the method of its name. */
const fields = ['group', 'resource', 'subresource', 'namespace', 'name'] as const;

/** The functions of the authorizer. */
export const authorizerFunctions: readonly CelFunc[] = [
  ...fields.map(field =>
    celMethod(field, DYN, [STRING], DYN, function (value) {
      return checkOf(this).with({ [field]: value, isResourceRequest: true });
    }),
  ),
  celMethod('path', DYN, [STRING], DYN, function (path) {
    return checkOf(this).with({ path, isResourceRequest: false });
  }),
  celMethod('fieldSelector', DYN, [STRING], DYN, function (fieldSelector) {
    return checkOf(this).with({ fieldSelector });
  }),
  celMethod('labelSelector', DYN, [STRING], DYN, function (labelSelector) {
    return checkOf(this).with({ labelSelector });
  }),
  celMethod('serviceAccount', DYN, [STRING, STRING], DYN, function (namespace, name) {
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
    const user = { name: `system:serviceaccount:${namespace}:${name}`, groups };
    return checkOf(this).with({ user });
  }),
  celMethod('check', DYN, [STRING], DYN, function (verb) {
    const { authorizer, attributes } = checkOf(this);
    return wrapped(new Decision(authorizer.authorize({ ...attributes, verb })));
  }),
  celMethod('allowed', DYN, [], BOOL, function () {
    return decisionOf(this).decision === 'allow';
  }),
  celMethod('reason', DYN, [], STRING, function () {
    return decisionOf(this).reason;
  }),
  celMethod('errored', DYN, [], BOOL, function () {
    return decisionOf(this).error !== undefined;
  }),
  celMethod('error', DYN, [], STRING, function () {
    return decisionOf(this).error ?? '';
  }),
];
