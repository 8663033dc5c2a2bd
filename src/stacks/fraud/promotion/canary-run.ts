/** A canary from its first step to its last: more traffic while it does well, none when it does worse. */
import type { ContainerContext } from '../../../../sim/workloads/workload.js';
import { ask } from '../ask.js';
import type { Performance } from '../messages.js';
import type { Canary, ClusterAccess, FraudService } from './cluster-access.js';
import type { PromoterConfiguration, PromotionStep } from './configuration.js';
import { isWorse, precisionOf, precisionText, type Judged, type Precision } from './judgement.js';

/** A decision of the promoter. */
export interface PromotionEvent {
  readonly timeMs: number;
  readonly version: string;
  /** `offline`: better on known payments, so that a canary begins; `step`: it has so much traffic. */
  readonly what: 'offline' | 'step' | 'promoted' | 'rejected' | 'rolled back';
  /** Of the traffic that the version has from now on. */
  readonly percent: number;
  readonly champion?: Precision;
  readonly candidate?: Precision;
}

/** What a canary's run works with. */
export interface CanaryTools {
  readonly context: ContainerContext;
  readonly access: ClusterAccess;
  readonly configuration: PromoterConfiguration;
  readonly tell: (event: Omit<PromotionEvent, 'timeMs'>) => void;
  /** This look is over. */
  readonly rest: () => void;
}

interface Stage {
  readonly step: number;
  /** Since when the traffic is weighed so; undefined while its replicas are awaited. */
  readonly sinceMs?: number;
}

/** How long the canary's replicas outlive their traffic. */
const settleMs = 30_000;

const none: Judged = { scores: new Float64Array(0), labels: new Uint8Array(0) };

/** Leads canaries, one after another. */
export class CanaryRun {
  private stage: Stage | undefined;
  /** The least replicas of the stable predictor without a canary. */
  private baseReplicas: number | undefined;
  /** How the champion did when it was last compared: it has no traffic in the last step. */
  private champion: Precision | undefined;

  constructor(private readonly tools: CanaryTools) {}

  /** Begins with the first step. */
  begin(service: FraudService, version: string): void {
    this.baseReplicas = service.spec.predictor.minReplicas ?? 1;
    this.champion = undefined;
    this.enter(0, version, 0);
  }

  /** Goes on with a canary that is there. */
  proceed(service: FraudService, champion: string, canary: Canary): void {
    const { configuration } = this.tools;
    const { minReplicas = 1 } = service.spec.predictor;
    this.baseReplicas ??= minReplicas;
    if (champion === canary.version) return this.finish(canary);
    const step = configuration.steps.findIndex(({ percent }) => percent >= canary.percent);
    this.stage ??= { step: Math.max(0, step) };
    if (this.stage.sinceMs === undefined) return this.weigh(this.stage.step, canary);
    this.hold(this.stage.step, this.stage.sinceMs, { champion, canary });
  }

  /** Asks for as many replicas as the step's share of the traffic needs. */
  private enter(step: number, version: string, replicasNow: number): void {
    const { access, configuration, rest } = this.tools;
    const { percent } = configuration.steps[step] as PromotionStep;
    access.rollout(undefined, stable => {
      const total = stable.replicas + replicasNow;
      const replicas = Math.max(1, Math.ceil((total * percent) / 100));
      // KServe refuses a canary of more replicas than the stable predictor has at least.
      const minReplicas = Math.max(this.baseReplicas ?? 1, replicas);
      access.setCanary({ version, percent, replicas }, minReplicas, () => {
        this.stage = { step };
        rest();
      });
    });
  }

  /** Gives the canary its traffic once it has its replicas. */
  private weigh(step: number, canary: Canary): void {
    const { access, context, tell, rest } = this.tools;
    const { version, percent, replicas } = canary;
    access.rollout(version, rollout => {
      if (rollout.replicas < replicas) return rest();
      access.setWeights(version, percent, () => {
        this.stage = { step, sinceMs: context.clock.now() };
        context.log(`${version} has ${percent} % of the traffic on ${replicas} replicas`);
        tell({ version, what: 'step', percent });
        rest();
      });
    });
  }

  /** Waits for the step's time and its frauds, and then decides. */
  private hold(
    step: number,
    sinceMs: number,
    versions: { readonly champion: string; readonly canary: Canary },
  ): void {
    const { context, configuration, rest } = this.tools;
    const { holdMs } = configuration.steps[step] as PromotionStep;
    if (context.clock.now() - sinceMs < holdMs) return rest();
    const host = context.env['DRIFT_MONITOR'] ?? '';
    const message = { kind: 'performance', sinceMs };
    ask<Performance>(
      context,
      { host, message, name: 'the drift monitor', triesMax: 1 },
      answer => this.decide(step, versions, answer),
      rest,
    );
  }

  private decide(
    step: number,
    { champion, canary }: { readonly champion: string; readonly canary: Canary },
    { versions }: Performance,
  ): void {
    const { context, configuration, rest } = this.tools;
    const { fraudsMin, percent } = configuration.steps[step] as PromotionStep;
    const [fresh, old] = [versions[canary.version] ?? none, versions[champion] ?? none];
    const isEnough = (judged: Judged): boolean => fraudsOf(judged) >= fraudsMin;
    if (!isEnough(fresh) || (percent < 100 && !isEnough(old))) return rest();
    const candidate = precisionOf(fresh, context.random);
    if (percent < 100) this.champion = precisionOf(old, context.random);
    const before = this.champion;
    const told = before === undefined ? '' : `, ${champion} ${precisionText(before)}`;
    context.log(`at ${percent} %: ${canary.version} ${precisionText(candidate)}${told}`);
    if (before !== undefined && isWorse(candidate, before, configuration.lossMax)) {
      return this.rollBack(canary, before, candidate);
    }
    if (step + 1 < configuration.steps.length) {
      return this.enter(step + 1, canary.version, canary.replicas);
    }
    this.crown(canary);
  }

  /** The stable predictor takes all of the traffic at once: it needs as many replicas as the canary has. */
  private crown({ version, replicas }: Canary): void {
    const { access, context, rest } = this.tools;
    access.service(({ spec }) => {
      // KServe takes what canaries have from the stable predictor's least replicas.
      const wanted = Math.max(this.baseReplicas ?? 1, replicas) + replicas;
      const minReplicas = Math.min(wanted, spec.predictor.maxReplicas ?? wanted);
      access.setChampion(version, minReplicas, () => {
        context.log(`${version} becomes the stable version`);
        rest();
      });
    });
  }

  /** The stable predictor has the new version: once it is rolled out, the canary goes. */
  private finish(canary: Canary): void {
    const { access, context, tell, rest } = this.tools;
    const { version, replicas } = canary;
    access.rollout(undefined, rollout => {
      // As many as there can be beside the canary; the autoscaler goes on from there.
      const isEnough = rollout.replicas >= Math.min(replicas, rollout.wanted);
      if (!rollout.isComplete || !rollout.isUpToDate(version) || !isEnough) return rest();
      this.remove(version, () => {
        context.log(`${version} is promoted`);
        tell({ version, what: 'promoted', percent: 100 });
        rest();
      });
    });
  }

  private rollBack(canary: Canary, champion: Precision, candidate: Precision): void {
    const { context, tell, rest } = this.tools;
    const { version } = canary;
    this.remove(version, () => {
      context.log(`${version} is worse and rolled back`);
      tell({ version, what: 'rolled back', percent: 0, champion, candidate });
      rest();
    });
  }

  /** First the traffic goes; the replicas follow when all gateways have heard of it. */
  private remove(version: string, then: () => void): void {
    const { access, context } = this.tools;
    const takeAway = (): void =>
      access.setCanary(undefined, this.baseReplicas ?? 1, () => {
        access.removeAutoscaler(version, () => {
          this.stage = undefined;
          then();
        });
      });
    access.setWeights(undefined, 0, () => {
      context.clock.after(settleMs, 'the canary is taken away', takeAway);
    });
  }
}

function fraudsOf({ labels }: Judged): number {
  return labels.reduce((sum, label) => sum + label, 0);
}
