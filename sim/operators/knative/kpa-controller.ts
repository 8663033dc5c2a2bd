/**
 * The autoscaler's process: it reconciles PodAutoscalers of its class, asks pods and activators each second
 * what they have to do, and decides every two seconds.
 * @upstream knative/serving v1.22.1 cmd/autoscaler, pkg/reconciler/autoscaling/kpa/controller.go
 */
import { pods, type Pod } from '../../api/kinds/core.js';
import { configMaps, endpoints } from '../../api/kinds/core.js';
import { deployments } from '../../api/kinds/apps.js';
import {
  defaultRetryPolicy,
  type Controller,
  type ControllerContext,
  type ControllerDefinition,
  type Identity,
  type Reconciliation,
} from '../../client/contract.js';
import { addOwner, keyOf, splitKey, watch } from '../../client/requests.js';
import type { Load } from './decider.js';
import { reconciled, type Reconciler } from './draft.js';
import { classes, keys, ports, systemNamespace } from './keys.js';
import { Deciders, podsOf, reconcileKpa } from './kpa.js';
import { tickMs } from './pod-autoscaler.js';
import { classOf, stableWindowOf } from './scale-spec.js';
import { isPodReady, readPage, scrapePods } from './scrape.js';
import { settingsOf } from './settings.js';
import {
  metrics,
  podAutoscalers,
  serverlessServices,
  type PodAutoscalerObject,
  type PodAutoscalerStatus,
} from './types.js';

const scrapeEveryMs = 1000;
/** Keys of the queue that are no autoscalers. */
const scrapePrefix = 'scrape:';
const activatorsKey = 'activators:';
const workers = 4;

/** The controller. */
export function kpaController(identity: Identity): ControllerDefinition {
  return {
    name: 'kpa-class-podautoscaler-controller',
    eventSource: 'kpa-class-podautoscaler-controller',
    identity,
    create: context => new KpaController(context),
  };
}

class KpaController implements Controller {
  readonly watches;
  readonly workers = workers;
  readonly retry = defaultRetryPolicy;
  private readonly deciders = new Deciders();
  private readonly reconciler: Reconciler<PodAutoscalerStatus, PodAutoscalerObject>;
  /** What is asked for each second already. */
  private readonly scraped = new Set<string>();
  private isTicking = false;

  constructor(private readonly context: ControllerContext) {
    const { deciders } = this;
    this.reconciler = {
      kind: podAutoscalers,
      dependents: ['Active', 'ScaleTargetInitialized', 'SKSReady'],
      body: draft => reconcileKpa(draft, deciders),
    };
    this.watches = this.makeWatches();
  }

  reconcile(key: string): Reconciliation {
    if (key === activatorsKey) return this.readActivators();
    if (key.startsWith(scrapePrefix)) return this.scrape(key.slice(scrapePrefix.length));
    return this.reconcileAutoscaler(key);
  }

  private makeWatches() {
    const { queue } = this.context;
    const ofOwner = addOwner(queue, podAutoscalers);
    return [
      watch(podAutoscalers, { on: ({ object }) => queue.add(keyOf(object)) }),
      watch(serverlessServices, { on: ofOwner }),
      watch(metrics, { on: ofOwner }),
      watch(deployments),
      watch(endpoints),
      watch(configMaps, {
        namespace: systemNamespace,
        on: () => this.lookAtAll(),
      }),
      watch(pods, {
        on: ({ object: { metadata } }) => {
          const revision = metadata.labels?.[keys.revision];
          if (revision !== undefined) queue.add(`${metadata.namespace ?? ''}/${revision}`);
        },
      }),
    ];
  }

  private lookAtAll(): void {
    const { queue, view } = this.context;
    for (const autoscaler of view.list(podAutoscalers)) queue.add(keyOf(autoscaler));
  }

  private *reconcileAutoscaler(key: string): Reconciliation {
    const { namespace, name } = splitKey(key);
    const { view } = this.context;
    const autoscaler = view.get(podAutoscalers, namespace, name);
    if (autoscaler === undefined || classOf(autoscaler) !== classes.kpa) {
      this.deciders.delete(key);
      return undefined;
    }
    const outcome = yield* reconciled(this.reconciler, autoscaler, view, this.context);
    if (this.deciders.get(key) !== undefined) this.measure(key);
    return outcome;
  }

  /** Begins to ask, and to decide. */
  private measure(key: string): void {
    const { queue } = this.context;
    if (!this.scraped.has(key)) {
      this.scraped.add(key);
      queue.addAfter(scrapePrefix + key, scrapeEveryMs);
    }
    if (this.isTicking) return;
    this.isTicking = true;
    queue.addAfter(activatorsKey, scrapeEveryMs);
    this.tickLater();
  }

  private tickLater(): void {
    this.context.clock.after(tickMs, 'knative autoscaler decides', () => this.tick());
  }

  private tick(): void {
    for (const key of this.deciders.all().keys()) this.decide(key);
    this.isTicking = this.deciders.all().size > 0;
    if (this.isTicking) this.tickLater();
  }

  private decide(key: string): void {
    const { clock, queue, view } = this.context;
    const { namespace, name } = splitKey(key);
    const autoscaler = view.get(podAutoscalers, namespace, name);
    const decider = this.deciders.get(key);
    if (autoscaler === undefined || decider === undefined) return;
    const readyPods = podsOf(autoscaler, view).filter(isPodReady).length;
    if (decider.decide({ nowMs: clock.now(), readyPods })) queue.add(key);
  }

  private *scrape(key: string): Reconciliation {
    const { view, clock, random } = this.context;
    const { namespace, name } = splitKey(key);
    const autoscaler = view.get(podAutoscalers, namespace, name);
    const decider = this.deciders.get(key);
    if (autoscaler === undefined || decider === undefined) {
      this.scraped.delete(key);
      return undefined;
    }
    const target = view.get(metrics, namespace, name)?.spec.scrapeTarget ?? '';
    if (target !== '') {
      const ready = podsOf(autoscaler, view).filter(isPodReady);
      const windowMs = stableWindowOf(autoscaler, settingsOf(view).autoscaler);
      const load = yield* scrapePods(ready, { nowMs: clock.now(), windowMs, random });
      if (load !== undefined) decider.record(clock.now(), load);
    }
    return { requeueAfterMs: scrapeEveryMs };
  }

  /** Upstream's activators tell by themselves; here they are asked. */
  private *readActivators(): Reconciliation {
    if (!this.isTicking) return undefined;
    const { view } = this.context;
    const activators = view
      .list(pods, systemNamespace)
      .filter(pod => pod.metadata.labels?.['app'] === 'activator' && isPodReady(pod));
    for (const pod of activators) yield* this.readActivator(pod);
    return { requeueAfterMs: scrapeEveryMs };
  }

  private *readActivator(pod: Pod): Reconciliation<void> {
    const page = yield* readPage(pod, ports.autoscaling, '/metrics');
    const nowMs = this.context.clock.now();
    for (const [key, load] of Object.entries((page ?? {}) as Readonly<Record<string, Load>>)) {
      const decider = this.deciders.get(key);
      if (decider === undefined) continue;
      decider.record(nowMs, load);
      // Who has no pod does not wait for the next decision.
      if (decider.desiredScale === 0 && load.concurrency !== 0) this.decide(key);
    }
  }
}
