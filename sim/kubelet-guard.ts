/**
 * Whom kubelets answer on their port: who is known to the API server and may do so there, as kubeadm and kind
 * configure it (no anonymous callers, authentication and authorisation by webhook).
 * @upstream pkg/kubelet/server/auth.go, pkg/kubelet/server/server.go InstallAuthFilter
 */
import { isRecord } from './api/equality.js';
import { kubeletClient, type HttpRequest, type HttpResponse } from './api/http-message.js';
import type { ApiRequest, Serve } from './api/request.js';
import { accountNamed, type Identity } from './client/contract.js';
import { reviewAccess, type ReviewedAccess } from './access-review.js';
import type { Clock } from './engine/clock.js';
import type { KubeletGuard } from './network/host-servers.js';

interface User {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** How long kubelets go by an answer: cacheAuthorizedTTL, cacheUnauthorizedTTL, and cacheTTL of tokens. */
const allowedMs = 5 * 60_000;
const deniedMs = 30_000;
const knownMs = 2 * 60_000;
const answersMax = 1_000;

/** What kubelets were told by the API server; the oldest answers go first. */
class Answers<T> {
  private readonly kept = new Map<string, { readonly value: T; readonly untilMs: number }>();

  constructor(private readonly clock: Clock) {}

  get(key: string): T | undefined {
    const found = this.kept.get(key);
    return found !== undefined && found.untilMs > this.clock.now() ? found.value : undefined;
  }

  keep(key: string, value: T, forMs: number): void {
    const [oldest] = this.kept.keys();
    if (this.kept.size >= answersMax && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(key, { value, untilMs: this.clock.now() + forMs });
  }
}

/** The guard of all kubelets: each asks in its own name, and remembers for itself. */
export function kubeletGuard(clock: Clock, serve: () => Serve): KubeletGuard {
  const users = new Answers<User>(clock);
  const verdicts = new Answers<boolean>(clock);

  const identify = (
    node: string,
    { account, headers = {} }: HttpRequest,
    done: (user: User | undefined) => void,
  ): void => {
    if (account !== undefined) return done(userOf(account));
    const [, token] = /^bearer (.+)$/i.exec(headers['authorization'] ?? '') ?? [];
    if (token === undefined) return done(undefined);
    const key = `${node} ${token}`;
    const known = users.get(key);
    if (known !== undefined) return done(known);
    serve()(tokenReview(token), { certificate: kubeletOf(node) }, ({ body }) => {
      const status = isRecord(body) ? body['status'] : undefined;
      const isKnown = isRecord(status) && status['authenticated'] === true;
      const user = isKnown ? (status['user'] as User) : undefined;
      if (user !== undefined) users.keep(key, user, knownMs);
      done(user);
    });
  };

  const judge = (
    asked: { readonly node: string; readonly user: User; readonly verb: string },
    [subresource, ...others]: readonly string[],
    done: (isAllowed: boolean) => void,
  ): void => {
    if (subresource === undefined) return done(false);
    const key = JSON.stringify([asked, subresource]);
    const decide = (isAllowed: boolean): void =>
      isAllowed ? done(true) : judge(asked, others, done);
    const known = verdicts.get(key);
    if (known !== undefined) return decide(known);
    reviewAccess(serve(), kubeletOf(asked.node), accessOf(asked, subresource), answer => {
      const isAllowed = answer === true;
      verdicts.keep(key, isAllowed, isAllowed ? allowedMs : deniedMs);
      decide(isAllowed);
    });
  };

  return (node, request, done) => {
    if (request.account === kubeletClient) return done(undefined);
    identify(node, request, user => {
      if (user === undefined) return done(refusal(401, 'Unauthorized'));
      const [path = ''] = request.path.split('?');
      const verb = verbs[request.method] ?? '';
      const subresources = subresourcesOf(path);
      judge({ node, user, verb }, subresources, isAllowed => {
        const who = `user=${user.username ?? ''}, verb=${verb}, resource=nodes`;
        const what = `Forbidden (${who}, subresource(s)=[${subresources.join(' ')}])\n`;
        done(isAllowed ? undefined : refusal(403, what));
      });
    });
  };
}

function refusal(status: number, body: string): HttpResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

function kubeletOf(node: string): Identity {
  return { user: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] };
}

function userOf(account: string): User {
  const { groups = ['system:authenticated'] } = accountNamed(account) ?? {};
  return { username: account, groups };
}

const verbs: Readonly<Record<string, string>> = {
  ...{ POST: 'create', GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' },
};

/** The most particular first; one of them is enough. */
function subresourcesOf(path: string): readonly string[] {
  const isAt = (place: string): boolean => path === place || path.startsWith(`${place}/`);
  if (isAt('/stats')) return ['stats'];
  if (isAt('/metrics')) return ['metrics'];
  if (isAt('/logs')) return ['log'];
  if (isAt('/checkpoint')) return ['checkpoint'];
  if (isAt('/statusz')) return ['statusz'];
  if (isAt('/flagz')) return ['configz'];
  if (isAt('/pods') || isAt('/runningpods')) return ['pods', 'proxy'];
  if (isAt('/healthz')) return ['healthz', 'proxy'];
  return isAt('/configz') ? ['configz', 'proxy'] : ['proxy'];
}

function tokenReview(token: string): ApiRequest {
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    metadata: {},
    spec: { token },
  };
  return { method: 'POST', path: '/apis/authentication.k8s.io/v1/tokenreviews', body };
}

function accessOf(
  { node, user, verb }: { readonly node: string; readonly user: User; readonly verb: string },
  subresource: string,
): ReviewedAccess {
  const { username = '', ...others } = user;
  return {
    user: username,
    ...others,
    resourceAttributes: {
      ...{ verb, group: '', version: 'v1', resource: 'nodes', subresource, name: node },
    },
  };
}
