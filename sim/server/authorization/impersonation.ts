/**
 * Decides whether a user may act as another: by the constrained modes first, then by the classic one.
 * @upstream apiserver/pkg/endpoints/filters/impersonation
 */
import { goQuote } from '../../api/go-text.js';
import { badRequest, type Failure } from '../../api/status.js';
import { Attached } from '../../engine/attached.js';
import type { ServerAccess } from '../access.js';
import type { RequestContext } from '../request-context.js';
import type { User } from '../user.js';
import type { AuthorizationAttributes, Authorizer } from './authorizer.js';
import { forbiddenByAuthorization, reasonOf } from './forbidden-text.js';
import { modes, type Attempt } from './impersonation-modes.js';

/** What came of it. `constraint`: the verb that allowed it, for the audit; '' by the classic mode. */
export type Impersonation =
  | { readonly kind: 'none' }
  | { readonly kind: 'allowed'; readonly user: User; readonly constraint: string }
  | { readonly kind: 'refused'; readonly refusal: Failure };

/** Which mode last worked for a requestor is tried first the next time. */
const lastModes = new Attached<ServerAccess, Map<string, number>>();

/** Who the request is to act as; asked after authentication, before authorization. */
export function impersonate(
  request: RequestContext,
  attributes: AuthorizationAttributes,
  options: { readonly access: ServerAccess; readonly authorizer: Authorizer },
): Impersonation {
  const headers = request.request.headers;
  if (headers === undefined) return { kind: 'none' };
  const wanted = wantedUser(headers);
  if (wanted === undefined) return { kind: 'none' };
  if (wanted.name === '') return { kind: 'refused', refusal: badRequest(withoutName(wanted)) };
  const remembered = lastModes.of(options.access, () => new Map<string, number>());
  return tryModes({ wanted, attributes, authorizer: options.authorizer }, remembered);
}

function tryModes(attempt: Omit<Attempt, 'check'>, remembered: Map<string, number>): Impersonation {
  const { attributes, authorizer } = attempt;
  const check = (asked: AuthorizationAttributes): Failure | undefined => {
    const decision = authorizer.authorize(asked);
    if (decision.decision === 'allow') return undefined;
    return forbiddenByAuthorization(asked, reasonOf(decision));
  };
  const last = remembered.get(attributes.user.name);
  const order = modes.map((_, index) => index).filter(index => index !== last);
  let refusal: Failure | undefined;
  for (const index of last === undefined ? order : [last, ...order]) {
    const outcome = modes[index]?.({ ...attempt, check });
    if (outcome === undefined) continue;
    if ('refusal' in outcome) {
      refusal ??= outcome.refusal;
      continue;
    }
    remembered.set(attributes.user.name, index);
    return { kind: 'allowed', ...outcome };
  }
  return { kind: 'refused', refusal: refusal ?? badRequest('all impersonation modes failed') };
}

const extraPrefix = 'impersonate-extra-';

/** The wanted user as the headers spell it; repeated headers come joined by a comma or newline. */
function wantedUser(headers: Readonly<Record<string, string>>): User | undefined {
  const name = headers['impersonate-user'] ?? '';
  const uid = headers['impersonate-uid'] ?? '';
  const groups = valuesOf(headers['impersonate-group']);
  const extra: Record<string, readonly string[]> = {};
  for (const header of Object.keys(headers).sort()) {
    if (!header.startsWith(extraPrefix)) continue;
    extra[unescaped(header.slice(extraPrefix.length))] = valuesOf(headers[header]);
  }
  const hasExtra = Object.keys(extra).length > 0;
  if (name === '' && uid === '' && groups.length === 0 && !hasExtra) return undefined;
  return { name, groups, ...(uid !== '' && { uid }), ...(hasExtra && { extra }) };
}

function valuesOf(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  return header.split(/[,\n]/).map(value => value.trim());
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key).toLowerCase();
  } catch {
    return key.toLowerCase();
  }
}

/** Go's %#v of the user. */
function withoutName({ name, uid = '', groups, extra }: User): string {
  const list = (values: readonly string[]) =>
    values.length === 0 ? '[]string(nil)' : `[]string{${values.map(goQuote).join(', ')}}`;
  const entries = Object.entries(extra ?? {}).map(
    ([key, values]) => `${goQuote(key)}:${list(values)}`,
  );
  const map = 'map[string][]string';
  const extraText = extra === undefined ? `${map}(nil)` : `${map}{${entries.join(', ')}}`;
  const fields = `Name:${goQuote(name)}, UID:${goQuote(uid)}, Groups:${list(groups)}`;
  const user = `&user.DefaultInfo{${fields}, Extra:${extraText}}`;
  return `requested ${user} without impersonating a user name`;
}
