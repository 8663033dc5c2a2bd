/** An autoscaler does not take back at once what it gave. */
import type { Deployment, StatefulSet } from '../../sim/api/kinds/apps.js';
import type { HorizontalPodAutoscaler } from '../../sim/api/kinds/autoscaling.js';
import { keyOf } from '../../sim/api/meta.js';
import { decisionOf, type Decision } from './kit/autoscalers.js';
import { law, type Breach, type Change, type Judge } from './law.js';
import { lengthOf, nameOf } from './story.js';

type Scaled = Deployment | StatefulSet;

interface OwnDecision extends Decision {
  /** It answers to somebody who scaled the target by hand. */
  readonly isProvoked: boolean;
  /**
   * It only goes back to what there was before the hand, at once or in steps as its policies of scaling up
   * say: what is left of an older choice. So far it may go; undefined where it chose anew.
   */
  readonly restoredMax: number | undefined;
}

/** Where the last decision led, and how far it may go on without choosing anew. */
interface Restored extends Pick<OwnDecision, 'restoredMax'> {
  readonly reached: number;
}

/** A write of a target's replicas. */
interface Scale {
  readonly from: number;
  readonly replicas: number;
  readonly user: string;
}

/** So many writes between two decisions are remembered. */
const scalesMax = 20;

const defaults = {
  /** How long it looks back before it scales down, where its spec does not say (a flag of upstream's). */
  downWindowMs: 300_000,
  /** A decision and its write are not of one instant. */
  lagMs: 1_000,
  /** Reversals of direction within `reversalsWindowMs`. */
  reversalsMax: 8,
  reversalsWindowMs: 1_800_000,
};

/**
 * Before it scales down, an autoscaler looks at what it wanted during the last five minutes (or what
 * `behavior.scaleDown.stabilizationWindowSeconds` says) and takes the most; upwards it looks back not at
 * all, unless its spec says so. So a decision that goes below a level it rose to within that time is
 * flapping. Changes of its spec begin anew. Where somebody else scaled its target beyond its bounds, it
 * only goes back to them, and remembers nothing of it; what answers to somebody else's hand is no turn of
 * its own; and where it goes back to what there was before the hand, that is what is left of an older
 * choice, which may end at once.
 */
export const hpaNoFlapping = law({
  name: 'hpa-no-flapping',
  family: 'scaling',
  touches: ['Autoscaler'],
  says: 'an autoscaler does not go back behind a level that it chose within its stabilisation window, nor turn again and again',
  source:
    'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#stabilization-window',
  settings: defaults,
  begin: settings => new Flapping(settings),
});

class Flapping implements Judge {
  readonly on = {
    'horizontalpodautoscalers.autoscaling': (change: Change<HorizontalPodAutoscaler>) =>
      this.change(change),
    'deployments.apps': (change: Change<Deployment>) => this.scaled('Deployment', change),
    'statefulsets.apps': (change: Change<StatefulSet>) => this.scaled('StatefulSet', change),
  };
  private readonly decisions = new Map<string, OwnDecision[]>();
  /** By target: the last write of its replicas, and whose it is. */
  private readonly scales = new Map<string, Scale[]>();
  private readonly restored = new Map<string, Restored>();
  private readonly breaches: Breach[] = [];
  private looked = 0;

  constructor(private readonly settings: typeof defaults) {}

  end(): { looked: number; breaches: readonly Breach[] } {
    return { looked: this.looked, breaches: this.breaches };
  }

  private change(change: Change<HorizontalPodAutoscaler>): void {
    const { object, before, type } = change;
    const key = keyOf(object);
    const isNew = object.metadata.generation !== before?.metadata.generation;
    const isOther = isNew || object.spec !== before?.spec;
    if (type !== 'MODIFIED' || (isOther && !hasSameSpec(object, before))) {
      this.decisions.delete(key);
    }
    if (type !== 'MODIFIED') return;
    const decision = decisionOf(change);
    if (decision === undefined) return;
    const hands = this.handsOn(change);
    const restoredMax = restoredBy(decision, hands, this.restored.get(key));
    this.restored.set(key, { reached: decision.to, restoredMax });
    const { minReplicas = 1, maxReplicas = Infinity } = object.spec ?? {};
    if (hands.some(({ replicas }) => replicas < minReplicas || replicas > maxReplicas)) return;
    this.looked++;
    const own = this.decisions.get(key) ?? [];
    this.decisions.set(key, own);
    const taken = own.find(other => this.isTakenBack(object, other, decision));
    if (taken !== undefined) this.tellBack(object, taken, decision);
    own.push({ ...decision, isProvoked: hands.length > 0, restoredMax });
    while ((own[0]?.timeMs ?? Infinity) < decision.timeMs - this.horizonMs(object)) own.shift();
    this.judgeTurns(object, own);
  }

  private scaled(kind: string, { object, before, user, type }: Change<Scaled>): void {
    const replicas = object.spec?.replicas ?? 1;
    const from = before?.spec?.replicas ?? 1;
    const key = `${kind} ${keyOf(object)}`;
    if (type === 'DELETED') this.scales.delete(key);
    else if (before !== undefined && replicas !== from) {
      const known = this.scales.get(key) ?? [];
      this.scales.set(key, [...known, { from, replicas, user }].slice(-scalesMax));
    }
  }

  /** What others wrote of the target's replicas since the autoscaler's last decision. */
  private handsOn({ object, user }: Change<HorizontalPodAutoscaler>): readonly Scale[] {
    const { kind = '', name = '' } = object.spec?.scaleTargetRef ?? {};
    const key = `${kind} ${object.metadata.namespace ?? ''}/${name}`;
    const writes = this.scales.get(key) ?? [];
    this.scales.delete(key);
    return writes.filter(write => write.user !== user);
  }

  private isTakenBack(
    { spec }: HorizontalPodAutoscaler,
    earlier: OwnDecision,
    { timeMs, from, to }: Decision,
  ): boolean {
    if (earlier.restoredMax !== undefined) return false;
    const { downWindowMs, lagMs } = this.settings;
    const { scaleDown, scaleUp } = spec?.behavior ?? {};
    const isDown = to < from;
    const seconds = (isDown ? scaleDown : scaleUp)?.stabilizationWindowSeconds;
    const windowMs = seconds === undefined ? (isDown ? downWindowMs : 0) : seconds * 1_000;
    if (timeMs - earlier.timeMs >= windowMs - lagMs) return false;
    const wasUp = earlier.to > earlier.from;
    return isDown ? wasUp && to < earlier.to : !wasUp && to > earlier.to;
  }

  private horizonMs({ spec }: HorizontalPodAutoscaler): number {
    const { downWindowMs, reversalsWindowMs } = this.settings;
    const { scaleDown, scaleUp } = spec?.behavior ?? {};
    const seconds = [scaleDown, scaleUp].map(one => one?.stabilizationWindowSeconds ?? 0);
    return Math.max(downWindowMs, reversalsWindowMs, ...seconds.map(one => one * 1_000));
  }

  private tellBack(object: HorizontalPodAutoscaler, earlier: Decision, now: Decision): void {
    const afterMs = now.timeMs - earlier.timeMs;
    this.breaches.push({
      timeMs: now.timeMs,
      what: `${nameOf(object)} goes to ${now.to} replicas ${lengthOf(afterMs)} after it chose ${earlier.to}`,
      objects: [nameOf(object)],
      evidence: [earlier.evidence, now.evidence],
    });
  }

  private judgeTurns(object: HorizontalPodAutoscaler, own: OwnDecision[]): void {
    const { reversalsMax, reversalsWindowMs } = this.settings;
    const sinceMs = (own.at(-1)?.timeMs ?? 0) - reversalsWindowMs;
    const recent = own.filter(({ timeMs }) => timeMs >= sinceMs);
    const turns = recent.filter((one, index) => {
      const last = recent[index - 1];
      const isOwn = last !== undefined && !one.isProvoked && !last.isProvoked;
      return isOwn && one.to > one.from !== last.to > last.from;
    });
    if (turns.length <= reversalsMax) return;
    this.breaches.push({
      timeMs: own.at(-1)?.timeMs ?? 0,
      what: `${nameOf(object)} turned ${turns.length} times within ${lengthOf(reversalsWindowMs)}`,
      objects: [nameOf(object)],
      evidence: recent.map(({ evidence }) => evidence),
    });
    own.length = 0;
  }
}

/** How far the decision may go back to what there was before somebody's hand; undefined: it is none of that. */
function restoredBy(
  { from, to }: Decision,
  hands: readonly Scale[],
  last: Restored | undefined,
): number | undefined {
  const most = Math.max(...hands.map(hand => hand.from), -Infinity);
  if (to <= most) return most;
  const { restoredMax = -Infinity, reached } = last ?? {};
  return hands.length === 0 && from === reached && to <= restoredMax ? restoredMax : undefined;
}

function hasSameSpec(one: HorizontalPodAutoscaler, other?: HorizontalPodAutoscaler): boolean {
  return JSON.stringify(one.spec) === JSON.stringify(other?.spec);
}
