/** Worker 0 of a training: rows in, a model out, and the entry in the registry. */
import type { ConfigMap } from '../../../../sim/api/kinds/core.js';
import type { ContainerContext } from '../../../../sim/workloads/workload.js';
import { durationMs } from '../../../input/duration.js';
import type { Dataset } from '../../../models/model.js';
import { modelKind } from '../../../models/kinds.js';
import { modelEntry, type EntryInput } from '../../../models/registry/entry.js';
import { averagePrecision } from '../../../models/performance/average-precision.js';
import { featureNames } from '../../../traffic/transaction.js';
import { ask } from '../ask.js';
import { guarded } from '../guarded.js';
import type { LabelledRows } from '../messages.js';
import { entriesPath, entryPath, isHeldOut, versionIn, type TrainingSource } from '../registry.js';
import { messageOf } from '../serving/model-fetcher.js';
import type { TrainingTime } from './trainer.js';

const columns = featureNames.length;
/** A registry that does not answer as it should is asked again, so often and so long after. */
const triesMax = 20;
const againMs = 15_000;

type Trained = Omit<EntryInput, 'version'>;

/** The worker that leads. `finalize` tells the scheduler that it is done. */
export class ChiefWorker {
  private readonly kindName: string;
  private readonly settings: Readonly<Record<string, unknown>>;
  private readonly holdoutEvery: number;
  private readonly registry: { readonly namespace: string; readonly model: string };

  constructor(
    private readonly context: ContainerContext,
    private readonly time: TrainingTime,
    private readonly finalize: () => void,
  ) {
    const { env } = context;
    this.kindName = env['MODEL_KIND'] ?? 'gradient-boosted-trees';
    // A wrong setting is refused by the kind of model, when it trains.
    this.settings = JSON.parse(env['MODEL_SETTINGS'] ?? '{}') as Record<string, unknown>;
    this.holdoutEvery = Number(env['HOLDOUT_EVERY'] ?? 5);
    this.registry = {
      namespace: env['MODEL_REGISTRY_NAMESPACE'] ?? 'training',
      model: env['MODEL_NAME'] ?? 'fraud',
    };
  }

  start(): void {
    const { context } = this;
    const nowMs = context.clock.now();
    const fromMs = nowMs - durationMs(context.env['TRAINING_WINDOW'] ?? '24h');
    ask<LabelledRows>(
      context,
      {
        host: context.env['FEATURE_STORE'] ?? '',
        message: { kind: 'rows', fromMs, untilMs: nowMs },
        name: 'the feature store',
      },
      rows => this.train(rows),
    );
  }

  private train(rows: LabelledRows): void {
    // Data from which nothing can be learned, or a wrong setting, ends the training.
    const trained = guarded(this.context, () => this.fit(rows));
    if (trained === undefined) return;
    const { epochs, epochSeconds } = this.time;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      this.context.clock.after(epoch * epochSeconds * 1000, 'epoch', () => {
        this.context.log(`epoch ${epoch} of ${epochs} after ${epoch * epochSeconds} s`);
        if (epoch === epochs) this.register(trained, 1);
      });
    }
  }

  /** Trains on all rows but those held out. */
  private fit(all: LabelledRows): Trained {
    const kind = modelKind(this.kindName);
    const data = part(all, customer => !isHeldOut(customer, this.holdoutEvery));
    const { rows } = data;
    const frauds = data.labels.reduce((sum, label) => sum + label, 0);
    const model = kind.train(data, this.settings);
    const held = part(all, customer => isHeldOut(customer, this.holdoutEvery));
    const scores = new Float64Array(held.rows);
    model.score(held.values, held.rows, scores);
    const precision = averagePrecision(held.labels, scores);
    const learned = `trained ${kind.name} on ${rows} rows with ${frauds} frauds`;
    this.context.log(
      `${learned}; average precision ${precision.toFixed(3)} on ${held.rows} rows held out`,
    );
    const job = this.context.pod.metadata.labels?.['training.kubeflow.org/job-name'] ?? '';
    const source: TrainingSource = { job, holdoutEvery: this.holdoutEvery };
    return {
      name: this.registry.model,
      namespace: this.registry.namespace,
      model,
      settings: this.settings,
      featureNames,
      data,
      fromMs: all.timeMs[0] ?? 0,
      untilMs: (all.timeMs[all.rows - 1] ?? 0) + 1,
      source: { ...source },
      metrics: { averagePrecision: precision },
    };
  }

  /** Adds the model under the next version; another training may have taken it meanwhile: then again. */
  private register(trained: Trained, tries: number): void {
    const { context, registry } = this;
    const again = (why: string): void => {
      context.log(`the registry answers ${why}`);
      if (tries >= triesMax) return context.exit(1);
      context.clock.after(againMs, 'register again', () => this.register(trained, tries + 1));
    };
    const list = { method: 'GET', path: entriesPath(registry.namespace, registry.model) } as const;
    context.api(list, known => {
      if (known.status !== 200) return again(messageOf(known));
      // The API server answers 200 with the list that was asked for.
      const { items } = known.body as { readonly items: readonly ConfigMap[] };
      const version = Math.max(0, ...items.map(versionIn)) + 1;
      const body = guarded(context, () => modelEntry({ ...trained, version }));
      if (body === undefined) return;
      const path = entryPath(registry.namespace);
      context.api({ method: 'POST', path, body }, answer => {
        if (answer.status !== 201) return again(messageOf(answer));
        context.log(`registered ${registry.model} v${version}`);
        this.finalize();
      });
    });
  }
}

/** The rows of the customers that are wanted. */
function part(all: LabelledRows, isWanted: (customer: number) => boolean): Dataset {
  const { customers } = all;
  const wanted = [...customers.keys()].filter(row => isWanted(customers[row] as number));
  const values = new Float64Array(wanted.length * columns);
  wanted.forEach((row, at) => {
    values.set(all.values.subarray(row * columns, (row + 1) * columns), at * columns);
  });
  const labels = Uint8Array.from(wanted, row => all.labels[row] as number);
  return { rows: wanted.length, columns, values, labels };
}
