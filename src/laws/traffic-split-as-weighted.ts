/** A route divides its requests as its weights say. */
import type { HttpRoute } from '../../sim/operators/gateway-api/types.js';
import { keyOf } from '../../sim/api/meta.js';
import { law, type Breach, type Change, type Judge, type Outcome } from './law.js';
import { measured, nameOf, written } from './story.js';
import type { World } from './world.js';

type Requests = Extract<Outcome, { kind: 'requests' }>;

const defaults = {
  /** A backend may get more or less than its share by so much of all requests. */
  shareTolerance: 0.02,
  /** And by so many standard deviations of a draw: gateways draw a backend for each request. */
  deviationsMax: 4,
  /** Gateways hear of new weights with this delay. */
  lagMs: 5_000,
  /** Of fewer requests nothing is said. */
  requestsMin: 100,
};

/** None at all is no chance where so many were to be expected. */
const unheardMin = 20;

/**
 * Judged for routes with one rule of two backends or more, in spans in which all of them were measured and
 * the route did not change. A backend of the weight 0 gets nothing.
 */
export const trafficSplitAsWeighted = law({
  name: 'traffic-split-as-weighted',
  family: 'scaling',
  touches: ['Traffic and serving'],
  says: 'each backend of a route gets the share of its requests that its weight says',
  source: 'https://gateway-api.sigs.k8s.io/guides/traffic-splitting/',
  settings: defaults,
  begin: settings => new Splits(settings),
});

class Splits implements Judge {
  readonly on = {
    'httproutes.gateway.networking.k8s.io': (change: Change<HttpRoute>) => this.route(change),
  };
  private readonly changed = new Map<string, Change<HttpRoute>>();
  private span: Requests[] = [];
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly settings: typeof defaults) {}

  outcome(outcome: Outcome, world: World): void {
    if (outcome.kind !== 'requests') return;
    if (this.span[0]?.timeMs !== outcome.timeMs) this.span = [];
    this.span.push(outcome);
    for (const route of world.all('httproutes.gateway.networking.k8s.io')) {
      // Services are told of one after another: the last of a route's completes it.
      const requests = this.backendsOf(route);
      if (requests !== undefined && requests.at(-1) === outcome) this.judge(route, requests);
    }
  }

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private route(change: Change<HttpRoute>): void {
    const isOther =
      JSON.stringify(change.before?.spec) !== JSON.stringify(change.object.spec) ||
      change.type !== 'MODIFIED';
    if (isOther) this.changed.set(keyOf(change.object), change);
  }

  /** What was measured of its backends, in the order in which it was told; undefined: not all. */
  private backendsOf({ metadata, spec }: HttpRoute): readonly Requests[] | undefined {
    const [rule, ...others] = spec.rules ?? [];
    const names = (rule?.backendRefs ?? []).map(
      ({ name }) => `${metadata.namespace ?? ''}/${name}`,
    );
    if (others.length > 0 || names.length < 2) return undefined;
    const requests = this.span.filter(({ service }) => names.includes(service));
    return requests.length === new Set(names).size ? requests : undefined;
  }

  private judge(route: HttpRoute, requests: readonly Requests[]): void {
    const { shareTolerance, deviationsMax, lagMs, requestsMin } = this.settings;
    const change = this.changed.get(keyOf(route));
    const all = requests.reduce((sum, { offered }) => sum + offered, 0);
    const [first] = requests;
    if (first === undefined || change === undefined || all < requestsMin) return;
    if (change.timeMs > first.timeMs - first.spanMs - lagMs) return;
    const backends = route.spec.rules?.[0]?.backendRefs ?? [];
    const total = backends.reduce((sum, { weight = 1 }) => sum + weight, 0);
    if (total === 0) return;
    this.looked++;
    const wrong = backends.flatMap(({ name, weight = 1 }) => {
      const service = `${route.metadata.namespace ?? ''}/${name}`;
      const got = (requests.find(one => one.service === service)?.offered ?? 0) / all;
      const share = weight / total;
      const error = Math.sqrt((share * (1 - share)) / all) * deviationsMax;
      const isUnheard = weight === 0 ? got > 0 : got === 0 && share * all >= unheardMin;
      const isOff = isUnheard || Math.abs(got - share) > shareTolerance + error;
      return isOff ? [{ service, got, share, by: Math.abs(got - share) / share }] : [];
    });
    // What one has too little of, another has too much: the one that is most off tells it.
    const [most] = wrong.sort((a, b) => b.by - a.by);
    if (most === undefined) return;
    const { service, got, share } = most;
    const counts = requests.map(one => `${one.service} ${one.offered}`).join(', ');
    const weights = backends.map(({ weight = 1 }) => weight).join(', ');
    this.breaches.push({
      timeMs: first.timeMs,
      what: `Service ${service} gets ${percent(got)} of the requests of ${nameOf(route)}, by its weight ${percent(share)}`,
      objects: [nameOf(route), `Service ${service}`],
      evidence: [
        written(change, `the weights are ${weights}`),
        measured(first.timeMs, `requests: ${counts}`),
      ],
    });
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
