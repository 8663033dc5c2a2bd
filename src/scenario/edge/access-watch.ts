/**
 * Watches the API server from outside: what it was asked and what it answered, beside what its audit log
 * says of it. What nobody wrote down is told as such.
 */
import type { KubeObject } from '../../../sim/api/object.js';
import type { ApiAnswer, ApiRequest, Connection, Serve } from '../../../sim/api/request.js';
import type { AuditEvent } from '../../backends/writers/audit-log.js';
import { auditPolicyAt, mutatingVerbs } from '../../backends/writers/audit-policy.js';
import type { Clock } from '../../../sim/engine/clock.js';
import { requestInfo } from '../../../sim/server/request-info.js';
import type { SimulationOptions } from '../../../sim/simulation.js';
import type { Outcome } from '../../laws/law.js';

type Access = Extract<Outcome, { kind: 'access' }>;

/** Resources whose changes say nothing of who may do what: they would be most of a log. */
const unloggedResources: readonly string[] = ['events', 'leases'];

/** An access that repeats one of so long ago is not told again: whoever tries and tries would fill the memory. */
const repeatsAfterMs = 300_000;
/** So many accesses are remembered to know repetitions by. */
const rememberedMax = 20_000;
/** So many are kept to be judged; the older half goes when there are more. */
const accessesMax = 100_000;

/** What was asked of an API server. */
export class AccessWatch {
  /** In the order of time. */
  accesses: Access[] = [];
  private heard: AuditEvent | undefined;
  private readonly lastMs = new Map<string, number>();
  /** Paths of writes that the log need not know: leases are renewed at the same ones again and again. */
  private readonly untold = new Set<string>();
  private nowMs: () => number = () => 0;

  /** What a simulation is booted with to be watched. */
  readonly options: Required<Pick<SimulationOptions, 'audit' | 'door'>>;

  /** @param policy Only tests have another one. */
  constructor(policy: KubeObject = auditPolicyAt('Metadata')) {
    this.options = {
      audit: { policy, onEvent: event => this.hear(event) },
      door: (serve, clock) => this.around(serve, clock),
    };
  }

  /** The log's line is written before the answer goes out: what was heard last is of this request. */
  private around(serve: Serve, clock: Clock): Serve {
    this.nowMs = () => clock.now();
    return (request, connection, done) =>
      serve(request, connection, answer => {
        const event = this.heard;
        this.heard = undefined;
        if (event !== undefined) this.logged(event, answer);
        else if (request.method !== 'GET') this.unlogged(request, connection, answer);
        done(answer);
      });
  }

  private hear(event: KubeObject): void {
    const heard = event as unknown as AuditEvent;
    // A watch is answered when it begins; that it ends is news of no request.
    const isEndOfWatch = heard.verb === 'watch' && heard.stage === 'ResponseComplete';
    if (!isEndOfWatch) this.heard = heard;
  }

  /** Whoever may not act for another is refused before anybody is asked about the request itself. */
  private logged(event: AuditEvent, answer: ApiAnswer): void {
    const access = accessOf(event, answer.status, this.nowMs());
    const isDecided = event.annotations?.['authorization.k8s.io/decision'] !== undefined;
    if (access.resource !== '' && isDecided) this.tell(access);
  }

  /** A request of which the log says nothing: told if it changed something that the log should know. */
  private unlogged({ method, path }: ApiRequest, connection: Connection, answer: ApiAnswer): void {
    if (answer.status >= 300 || this.untold.has(path)) return;
    const { isResourceRequest, resource, subresource, ...info } = requestInfo(method, path);
    if (unloggedResources.includes(resource)) {
      if (this.untold.size >= rememberedMax) this.untold.clear();
      this.untold.add(path);
      return;
    }
    if (!isResourceRequest || !mutatingVerbs.includes(info.verb)) return;
    this.tell({
      kind: 'access',
      timeMs: this.nowMs(),
      user: connection.certificate?.user ?? 'the bearer of a token',
      verb: info.verb,
      resource: fullName(resource, info.group, subresource),
      namespace: info.namespace,
      name: info.name,
      code: answer.status,
      isAudited: false,
    });
  }

  private tell(access: Access): void {
    const { timeMs, user, verb, resource, namespace, name, code, refusedBy = '' } = access;
    if (access.isAudited) {
      const key = `${user} ${verb} ${resource} ${namespace}/${name} ${code} ${refusedBy}`;
      const lastMs = this.lastMs.get(key);
      if (lastMs !== undefined && timeMs - lastMs < repeatsAfterMs) return;
      if (this.lastMs.size >= rememberedMax) this.lastMs.clear();
      this.lastMs.set(key, timeMs);
    }
    if (this.accesses.length >= accessesMax) {
      this.accesses = this.accesses.slice(accessesMax / 2);
    }
    this.accesses.push(access);
  }
}

/** An access as an event of an audit log tells it; `status` where the event has none. */
export function accessOf(event: AuditEvent, status: number, timeMs: number): Access {
  const { verb, impersonatedUser, objectRef = {}, annotations = {} } = event;
  const { username = '', groups } = impersonatedUser ?? event.user;
  const { resource = '', apiGroup = '', subresource = '', namespace = '', name = '' } = objectRef;
  const code = event.responseStatus?.code ?? status;
  const isForbidden = annotations['authorization.k8s.io/decision'] === 'forbid';
  const refusedBy = isForbidden ? ('authorizer' as const) : ('admission' as const);
  return {
    kind: 'access',
    timeMs,
    user: username,
    ...(groups !== undefined && { groups }),
    verb,
    resource: fullName(resource, apiGroup, subresource),
    namespace,
    name,
    code,
    ...(code === 403 && { refusedBy }),
    isAudited: true,
  };
}

/** `deployments.apps/scale`. */
function fullName(resource: string, group: string, subresource: string): string {
  const whole = group === '' ? resource : `${resource}.${group}`;
  return subresource === '' ? whole : `${whole}/${subresource}`;
}
