/** The edge of a real cluster: what was asked of its API server, where its audit log can be read, and traffic. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { Clock } from '../../../sim/engine/clock.js';
import type { WorkloadRule } from '../../../sim/workloads/workload.js';
import type { OpenedCluster } from '../../backends/real-backend.js';
import type { Fault } from '../../cluster.js';
import { realClock } from '../../host.js';
import type { Outcome } from '../../laws/law.js';
import { lengthOf } from '../../laws/story.js';
import { accessOf } from './access-watch.js';
import { blindedBy, quietAfter, type MeasuredEdge } from './edge.js';
import { LiveTraffic } from './live-traffic.js';
import { ServiceTraffic, type TrafficTotals } from './service-traffic.js';

/** As often it is looked whether anything has changed, where our kubelets play the servers. */
const lookMs = 100;
/** An access that repeats another so soon says nothing new. */
const repeatsAfterMs = 300_000;

type Traffic = Pick<LiveTraffic, 'applied' | 'scale' | 'struck' | 'end' | 'outcomes' | 'totals'>;

/** What is measured from outside of one real cluster. */
export class RealEdge implements MeasuredEdge {
  traffic: Traffic | undefined;
  private readonly played: ServiceTraffic | undefined;
  private live: LiveTraffic | undefined;
  private cluster: OpenedCluster | undefined;
  private readonly blinded: Outcome[] = [];
  private startMs = 0;
  private clock: ReturnType<typeof realClock> | undefined;

  /** @param hasTraffic Whether clients send requests to the Services of the manifests. */
  constructor(private readonly options: { readonly hasTraffic: boolean }) {
    this.played = options.hasTraffic ? new ServiceTraffic() : undefined;
  }

  /** The rules of workloads, with what plays the servers where our kubelets run them. */
  around(workloads: readonly WorkloadRule[] = []): readonly WorkloadRule[] {
    return this.played === undefined ? workloads : [...workloads, this.played.rule];
  }

  /** The cluster is open: our kubelets answer the requests where they play its nodes, else its containers. */
  begin(cluster: OpenedCluster): void {
    this.cluster = cluster;
    this.startMs = cluster.now();
    if (!this.options.hasTraffic) return;
    const { fitted } = cluster;
    const { played } = this;
    if (fitted !== undefined && played !== undefined && fitted.nodes.size > 0) {
      played.begin({ loop: fitted.clock, network: fitted.network });
      this.traffic = played;
      this.look(fitted.clock, played);
      return;
    }
    this.clock = realClock(error => {
      throw error;
    });
    this.live = new LiveTraffic(cluster, this.clock);
    this.traffic = this.live;
  }

  applied(objects: readonly KubeObject[]): void {
    this.traffic?.applied(objects);
  }

  struck(fault: Fault): void {
    if (this.cluster !== undefined) this.blinded.push(...blindedBy(fault, this.cluster.now()));
    const forMs = quietAfter(fault);
    if (forMs > 0) this.traffic?.struck(fault, forMs);
  }

  outcomes(others: readonly Outcome[]): readonly Outcome[] {
    this.traffic?.end();
    const all = [...this.accesses(), ...(this.traffic?.outcomes ?? []), ...this.blinded];
    all.push(...others);
    return all.sort((a, b) => a.timeMs - b.timeMs);
  }

  /** The run is over: nothing is sent any more. */
  close(): void {
    this.live?.stop();
    this.clock?.stop();
  }

  /** What is to be known of it, in sentences. */
  notes(): readonly string[] {
    const who =
      this.cluster?.audited?.() === undefined
        ? ['there is no audit log to be read: who wrote what is known by field managers only']
        : [];
    if (this.traffic === undefined) return who;
    const sent: TrafficTotals & { readonly p50Ms?: number; readonly p99Ms?: number } =
      this.traffic.totals();
    const { services, offered, failed, p50Ms, p99Ms } = sent;
    const times =
      p50Ms === undefined || p99Ms === undefined
        ? ''
        : `; from the intended start to the answer p50 ${lengthOf(p50Ms)}, p99 ${lengthOf(p99Ms)}`;
    return [
      ...who,
      `traffic: ${offered} requests to ${services} Services, of which ${failed} failed${times}`,
    ];
  }

  private look(clock: Pick<Clock, 'after'>, played: ServiceTraffic): void {
    played.look();
    clock.after(lookMs, 'traffic looks on', () => this.look(clock, played));
  }

  private accesses(): Outcome[] {
    const lastMs = new Map<string, number>();
    return (this.cluster?.audited?.() ?? []).flatMap(event => {
      const access = accessOf(
        event,
        event.responseStatus?.code ?? 0,
        Date.parse(event.stageTimestamp),
      );
      const isDecided = event.annotations?.['authorization.k8s.io/decision'] !== undefined;
      if (access.timeMs < this.startMs || access.resource === '' || !isDecided) return [];
      const { user, verb, resource, namespace, name, code, refusedBy = '' } = access;
      const key = `${user} ${verb} ${resource} ${namespace}/${name} ${code} ${refusedBy}`;
      const before = lastMs.get(key) ?? -Infinity;
      if (access.timeMs - before < repeatsAfterMs) return [];
      lastMs.set(key, access.timeMs);
      return [access];
    });
  }
}
