/** A thread that sails what it is given, one plan after another. */
import { parentPort } from 'node:worker_threads';
import type { PlantedFault } from '../../sim/engine/planted.js';
import { laws as allLaws } from '../laws/index.js';
import type { LawSettings } from '../laws/law.js';
import { Unpacker, type Cargo } from './cargo.js';
import { sailBrief, type Brief } from './sail-brief.js';

/** What a thread is asked. */
export interface Order {
  readonly id: number;
  readonly cargo: Cargo;
  readonly laws: readonly string[];
  readonly planted: readonly PlantedFault[];
  readonly settings: Readonly<Record<string, LawSettings>>;
}

/** What it answers. */
export type Report =
  { readonly id: number; readonly brief: Brief } | { readonly id: number; readonly error: Error };

const unpacker = new Unpacker();

parentPort?.on('message', ({ id, cargo, laws: names, planted, settings }: Order) => {
  const laws = allLaws.filter(({ name }) => names.includes(name));
  sailBrief(unpacker.unpack(cargo), { laws, planted, settings }).then(
    brief => parentPort?.postMessage({ id, brief } satisfies Report),
    (error: unknown) => parentPort?.postMessage({ id, error: error as Error } satisfies Report),
  );
});
