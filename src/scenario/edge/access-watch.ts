/**
 * Watches the API server from outside: what it was asked and what it answered, beside what its audit log
 * says of it. What nobody wrote down is told as such.
 */
import type { KubeObject } from '../../../sim/api/object.js';
import type { ApiAnswer, ApiRequest, Connection, Serve } from '../../../sim/api/request.js';
import type { AuditEvent } from '../../backends/writers/audit-log.js';
import { auditPolicyAt, mutatingVerbs } from '../../backends/writers/audit-policy.js';
import type { HeardRequest } from '../../../sim/server/audit/auditor.js';
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

/** What came of a request, and when. */
interface Answered {
  readonly code: number;
  readonly refusedBy: Access['refusedBy'];
  lastMs: number;
}

/** An access that is not told again for a while. */
interface Told extends Answered {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  readonly subresource: string;
  readonly namespace: string;
}

/** What was asked of an API server. */
export class AccessWatch {
  /** In the order of time. */
  accesses: Access[] = [];
  private heard: HeardRequest | undefined;
  /** What was told, by who asked and by the name of the object. */
  private readonly told = new Map<string, Map<string, Told[]>>();
  private toldCount = 0;
  /** Paths of writes that the log need not know: leases are renewed at the same ones again and again. */
  private readonly untold = new Set<string>();
  private nowMs: () => number = () => 0;

  /** What a simulation is booted with to be watched. */
  readonly options: Required<Pick<SimulationOptions, 'audit' | 'door'>>;

  /** @param policy Only tests have another one. */
  constructor(policy: KubeObject = auditPolicyAt('Metadata')) {
    this.options = {
      audit: { policy, onRequest: heard => this.hear(heard) },
      door: (serve, clock) => this.around(serve, clock),
    };
  }

  /** The log's line is written before the answer goes out: what was heard last is of this request. */
  private around(serve: Serve, clock: Clock): Serve {
    const nowMs = (): number => clock.now();
    this.nowMs = nowMs;
    return (request, connection, done) =>
      serve(request, connection, answer => {
        const { heard } = this;
        this.heard = undefined;
        if (heard !== undefined) this.logged(heard, answer);
        else if (request.method !== 'GET') this.unlogged(request, connection, answer);
        done(answer);
      });
  }

  private hear(heard: HeardRequest): void {
    // A watch is answered when it begins; that it ends is news of no request.
    const isEndOfWatch = heard.info.verb === 'watch' && heard.stage === 'ResponseComplete';
    if (!isEndOfWatch) this.heard = heard;
  }

  /** Whoever may not act for another is refused before anybody is asked about the request itself. */
  private logged(heard: HeardRequest, { status }: ApiAnswer): void {
    const { info, user, namespace, name, code = status, annotations } = heard;
    const decision = annotations[decided];
    if (info.resource === '' || decision === undefined) return;
    const timeMs = this.nowMs();
    const refusedBy = code === 403 ? refusedByOf(decision) : undefined;
    if (this.isRepeated(heard, { code, refusedBy, lastMs: timeMs })) return;
    this.keep({
      kind: 'access',
      timeMs,
      user: user.name,
      ...(user.groups.length > 0 && { groups: user.groups }),
      verb: info.verb,
      resource: fullName(info.resource, info.group, info.subresource),
      namespace,
      name,
      code,
      ...(refusedBy !== undefined && { refusedBy }),
      isAudited: true,
    });
  }

  /** Whether the same was told a while ago; if not, it is now. */
  private isRepeated(heard: HeardRequest, answered: Answered): boolean {
    const { user, name, namespace, info } = heard;
    let ofUser = this.told.get(user.name);
    if (ofUser === undefined) this.told.set(user.name, (ofUser = new Map()));
    const ofName = ofUser.get(name) ?? [];
    const { verb, resource, group, subresource } = info;
    for (const each of ofName) {
      const isSame =
        each.verb === verb &&
        each.resource === resource &&
        each.group === group &&
        each.subresource === subresource &&
        each.namespace === namespace &&
        each.code === answered.code &&
        each.refusedBy === answered.refusedBy;
      if (!isSame) continue;
      if (answered.lastMs - each.lastMs < repeatsAfterMs) return true;
      each.lastMs = answered.lastMs;
      return false;
    }
    if (this.toldCount++ >= rememberedMax) {
      this.told.clear();
      this.toldCount = 1;
      ofUser.clear();
      this.told.set(user.name, ofUser);
    }
    const { code, refusedBy, lastMs } = answered;
    ofName.push({ verb, resource, group, subresource, namespace, code, refusedBy, lastMs });
    ofUser.set(name, ofName);
    return false;
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
    this.keep({
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

  private keep(access: Access): void {
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
  const refusedBy = refusedByOf(annotations[decided]);
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

const decided = 'authorization.k8s.io/decision';

function refusedByOf(decision: string | undefined): NonNullable<Access['refusedBy']> {
  return decision === 'forbid' ? 'authorizer' : 'admission';
}

/** `deployments.apps/scale`. */
function fullName(resource: string, group: string, subresource: string): string {
  const whole = group === '' ? resource : `${resource}.${group}`;
  return subresource === '' ? whole : `${whole}/${subresource}`;
}
