/** Reads who asks for access: a service account, a user, a group, or whoever runs as a pod's account. */
import { isRecord } from '../../sim/api/equality.js';
import type { User } from '../../sim/server/user.js';
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import type { Known } from './known.js';
import { kindNamed } from './reference.js';

/** Who asks. */
export interface Account {
  readonly user: User;
  /** `ServiceAccount ml/trainer`, `User jane`, `Group ops`. */
  readonly title: string;
  /** How kubectl names it in `create rolebinding`. */
  readonly flag: string;
  /** What is odd about it: nobody made it, a pod runs as it. */
  readonly notes: readonly string[];
}

const forms =
  'serviceaccount/NAME with -n NAMESPACE, NAMESPACE/sa/NAME, user/NAME, group/NAME, or what runs as it: deployment/NAME';

/**
 * Reads `sa/NAME`, `NAMESPACE/sa/NAME`, `system:serviceaccount:NAMESPACE:NAME`, `user/NAME`, `group/NAME`, or a workload.
 *
 * @throws UserError when it names nobody.
 */
export function accountOf(known: Known, text: string): Account {
  const [, ofNamespace, ofName] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(text) ?? [];
  if (ofNamespace !== undefined && ofName !== undefined)
    return serviceAccount(known, ofNamespace, ofName);
  if (text.startsWith('system:')) return person('User', text);
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  const kind = kindNamed(parts.at(-2) ?? '');
  // Names of users and groups may hold slashes.
  if (kindNamed(parts[0] ?? '') === 'user')
    return person('User', text.slice(text.indexOf('/') + 1));
  if (kindNamed(parts[0] ?? '') === 'group')
    return person('Group', text.slice(text.indexOf('/') + 1));
  const namespace = parts.length === 3 ? (parts[0] ?? '') : known.namespace;
  if (parts.length > 3 || name === '' || kind === '') {
    throw refused(`"${text}" does not say who`, `write it as ${forms}`);
  }
  if (kind === 'serviceaccount') return serviceAccount(known, namespace, name);
  return ofWorkload(known, { namespace, kind, name });
}

function ofWorkload(
  known: Known,
  { namespace, kind, name }: { namespace: string; kind: string; name: string },
): Account {
  const inNamespace = known.pods.filter(
    ({ pod }) => (pod.metadata.namespace ?? 'default') === namespace,
  );
  const found = inNamespace.find(({ pod, owner }) =>
    kind === 'pod' ? pod.metadata.name === name : owner === `${kind}/${name}`,
  );
  if (found === undefined) {
    const near = didYouMean(
      `${kind}/${name}`,
      inNamespace.map(({ owner }) => owner),
    );
    throw refused(
      `nothing known runs as ${kind}/${name} in namespace ${namespace}`,
      near === undefined ? `write it as ${forms}` : `did you mean ${near}?`,
    );
  }
  const { spec = {} } = found.pod as { readonly spec?: object };
  const given = isRecord(spec) ? spec['serviceAccountName'] : undefined;
  const account = typeof given === 'string' && given !== '' ? given : 'default';
  const { notes, ...rest } = serviceAccount(known, namespace, account);
  return { ...rest, notes: [`${namespace}/${kind}/${name} runs as ${rest.title}`, ...notes] };
}

/** @upstream k8s.io/apiserver/pkg/authentication/serviceaccount/util.go */
function serviceAccount(known: Known, namespace: string, name: string): Account {
  const isThere = known.objects.some(
    ({ kind, metadata }) =>
      kind === 'ServiceAccount' &&
      metadata.name === name &&
      (metadata.namespace ?? 'default') === namespace,
  );
  const title = `ServiceAccount ${namespace}/${name}`;
  return {
    user: {
      name: `system:serviceaccount:${namespace}:${name}`,
      groups: [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ],
    },
    title,
    flag: `--serviceaccount=${namespace}:${name}`,
    notes: isThere || name === 'default' ? [] : [`${title} is not among what was read`],
  };
}

function person(kind: 'User' | 'Group', name: string): Account {
  const isUser = kind === 'User';
  return {
    user: {
      name: isUser ? name : '',
      groups: [...(isUser ? [] : [name]), 'system:authenticated'],
    },
    title: `${kind} ${name}`,
    flag: `--${kind.toLowerCase()}=${name}`,
    notes: [],
  };
}

function refused(message: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code: 'no-such-account', next });
}
