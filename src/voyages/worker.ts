/** A thread that sails what it is given, one plan after another. */
import { parentPort } from 'node:worker_threads';
import type { PlantedFault } from '../../sim/engine/planted.js';
import { laws as allLaws } from '../laws/index.js';
import type { LawSettings } from '../laws/law.js';
import type { VoyagePlan } from './plan.js';
import { sailBrief, type Brief } from './sail-brief.js';

/** What a thread is asked. */
export interface Order {
  readonly id: number;
  readonly plan: VoyagePlan;
  readonly laws: readonly string[];
  readonly planted: readonly PlantedFault[];
  readonly settings: Readonly<Record<string, LawSettings>>;
}

/** What it answers. */
export type Report =
  { readonly id: number; readonly brief: Brief } | { readonly id: number; readonly error: Error };

parentPort?.on('message', ({ id, plan, laws: names, planted, settings }: Order) => {
  const laws = allLaws.filter(({ name }) => names.includes(name));
  sailBrief(plan, { laws, planted, settings }).then(
    brief => parentPort?.postMessage({ id, brief } satisfies Report),
    (error: unknown) => parentPort?.postMessage({ id, error: error as Error } satisfies Report),
  );
});
