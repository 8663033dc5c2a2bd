/**
 * kube-rbac-proxy: hands on to a program of its pod what the API server allows the caller, whose token tells
 * who it is. Left out: static rules and rewrites of its file, OIDC, client certificates, headers towards the
 * program.
 * @upstream brancz/kube-rbac-proxy v0.22 pkg/filters/auth.go, pkg/proxy/proxy.go, cmd/kube-rbac-proxy/app
 */
import { isRecord } from '../../api/equality.js';
import { isHttpResponse, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import { parseYamlBody } from '../../api/yaml.js';
import { flagsOf, type Flags } from '../agnhost/flags.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import { mountedFile } from '../prometheus/mounted-files.js';
import type { ContainerContext, NetworkReply, Workload } from '../workload.js';

const usage = { cpuMillis: 2, memoryBytes: 15 * 1024 ** 2 } as const;
/** How long an answer of the API server holds. */
const allowedMs = 300_000;
const deniedMs = 30_000;

/** Plays the image kube-rbac-proxy. */
export const kubeRbacProxy: Workload = {
  name: 'kube-rbac-proxy',
  start(context) {
    const flags = flagsOf(context.command);
    const served = servedBy(context);
    const proxy = new Proxy(context, flags);
    const portOf = (flag: string) => /:(\d+)$/.exec(flags[flag] ?? '')?.[1];
    const secure = portOf('secure-listen-address');
    const insecure = portOf('insecure-listen-address');
    for (const port of [secure, insecure]) {
      if (port === undefined) continue;
      serveHttp(served.context.network, Number(port), (request, respond) =>
        proxy.answer(request, respond),
      );
      context.log(`Listening securely on ${port}`);
    }
    const health = flags['proxy-endpoints-port'];
    if (health !== undefined) {
      serveHttp(served.context.network, Number(health), ({ path }, respond) =>
        respond(path === '/healthz' ? textPage('ok') : textPage('404 page not found\n', 404)),
      );
    }
    context.use(usage);
    return { probe: served.probe, terminate: () => context.exit(0) };
  },
};

type Respond = (response: HttpResponse) => void;

interface Verdict {
  readonly isAllowed: boolean;
  readonly untilMs: number;
}

class Proxy {
  private readonly verdicts = new Map<string, Verdict>();
  private readonly upstream: { readonly host: string; readonly port: number };
  private readonly prefix: string;
  private readonly resource: Readonly<Record<string, string>> | undefined;

  constructor(
    private readonly context: ContainerContext,
    private readonly flags: Flags,
  ) {
    const [, scheme = '', host = '', port, path = ''] =
      /^(https?):\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(flags['upstream'] ?? '') ?? [];
    this.upstream = { host, port: Number(port ?? (scheme === 'https' ? 443 : 80)) };
    this.prefix = path.replace(/\/$/, '');
    this.resource = this.resourceOf(flags['config-file']);
  }

  answer(request: HttpRequest, respond: Respond): void {
    const [path = ''] = request.path.split('?');
    const allowed = listOf(this.flags['allow-paths']);
    if (allowed.length > 0 && !allowed.some(pattern => matches(pattern, path))) {
      return respond(textPage('404 page not found\n', 404));
    }
    if (listOf(this.flags['ignore-paths']).some(pattern => matches(pattern, path))) {
      return this.handOn(request, respond);
    }
    const { account } = request;
    if (account === undefined) return respond(textPage('Unauthorized\n', 401));
    const verb = verbs[request.method] ?? '';
    this.judge(account, verb, path, isAllowed => {
      if (isAllowed === undefined) return respond(textPage('Unauthorized\n', 401));
      if (isAllowed) return this.handOn(request, respond);
      const { resource = '', subresource = '' } = this.resource ?? {};
      const what = `user=${account}, verb=${verb}, resource=${resource}, subresource=${subresource}`;
      respond(textPage(`Forbidden (${what})\n`, 403));
    });
  }

  /** Undefined: the proxy may not ask, so that it does not know who calls. */
  private judge(
    user: string,
    verb: string,
    path: string,
    done: (isAllowed: boolean | undefined) => void,
  ): void {
    const { clock } = this.context;
    const key = JSON.stringify([user, verb, path]);
    const known = this.verdicts.get(key);
    if (known !== undefined && known.untilMs > clock.now()) return done(known.isAllowed);
    const attributes =
      this.resource === undefined
        ? { nonResourceAttributes: { path, verb } }
        : { resourceAttributes: { ...this.resource, verb } };
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, groups: groupsOf(user), ...attributes },
    };
    const place = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    this.context.api({ method: 'POST', path: place, body }, answer => {
      if (answer.status !== 201) {
        this.context.log(`Unable to authenticate the request due to an error: ${answer.status}`);
        return done(undefined);
      }
      const status = isRecord(answer.body) ? answer.body['status'] : undefined;
      const isAllowed = isRecord(status) && status['allowed'] === true;
      const untilMs = clock.now() + (isAllowed ? allowedMs : deniedMs);
      this.verdicts.set(key, { isAllowed, untilMs });
      done(isAllowed);
    });
  }

  private handOn(request: HttpRequest, respond: Respond): void {
    const sent: HttpRequest = { ...request, path: this.prefix + request.path };
    this.context.network.send(this.upstream, sent, reply => {
      const answer = answerOf(reply);
      if (answer !== undefined) return respond(answer);
      const { host, port } = this.upstream;
      this.context.log(`http: proxy error: dial tcp ${host}:${port}: connect: connection refused`);
      respond({ status: 502, contentType: '', body: '' });
    });
  }

  /** What callers must be allowed instead of the path that they ask for. */
  private resourceOf(file: string | undefined): Readonly<Record<string, string>> | undefined {
    if (file === undefined) return undefined;
    const text = mountedFile(this.context, file);
    const parsed = text === undefined ? undefined : parseYamlBody(text);
    const whole = parsed?.isOk === true ? parsed.value.value : undefined;
    const authorization = isRecord(whole) ? whole['authorization'] : undefined;
    if (!isRecord(authorization)) return undefined;
    for (const field of ['static', 'rewrites']) {
      if (field in authorization) this.context.log(`authorization.${field} is not simulated`);
    }
    const attributes = authorization['resourceAttributes'];
    if (!isRecord(attributes)) return undefined;
    const { apiGroup: group, apiVersion: version, ...others } = attributes;
    const told = Object.entries({ group, version, ...others });
    return Object.fromEntries(
      told.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  }
}

function answerOf(reply: NetworkReply): HttpResponse | undefined {
  if (!reply.isOk) return undefined;
  return isHttpResponse(reply.payload) ? reply.payload : undefined;
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

const listOf = (flag: string | undefined): readonly string[] =>
  flag === undefined || flag === '' ? [] : flag.split(',');

/** @upstream path.Match: `*` stands for any run of characters within a segment. */
function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map(part => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`).test(path);
}

/** Those that the token of an account tells. */
function groupsOf(user: string): readonly string[] {
  const [, , , namespace = ''] = /^(system):(serviceaccount):([^:]+):/.exec(user) ?? [];
  const common = ['system:authenticated'];
  if (namespace === '') return common;
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, ...common];
}
