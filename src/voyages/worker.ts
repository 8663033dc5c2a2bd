/** A process that sails what it is given, one plan after another. */
import type { PlantedFault } from '../../sim/engine/planted.js';
import { collectYoung, optimizeLate, serveParent } from '../host.js';
import { laws as allLaws } from '../laws/index.js';
import type { LawSettings } from '../laws/law.js';
import { Unpacker, type Cargo } from './cargo.js';
import { sailBrief, type Brief } from './sail-brief.js';

/** What it is asked. */
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

/**
 * With V8's own setting the first 45 voyages took 13.4 s of CPU, with this one 10.7 s. Some 60 voyages later
 * the delay costs more than it saves: kept for ever, the voyages from 180 to 240 took a tenth more.
 */
const warmUpMs = 15_000;
optimizeLate(warmUpMs);

const unpacker = new Unpacker();

serveParent<Order>(async ({ id, cargo, laws: names, planted, settings }): Promise<Report> => {
  const laws = allLaws.filter(({ name }) => names.includes(name));
  try {
    return { id, brief: await sailBrief(unpacker.unpack(cargo), { laws, planted, settings }) };
  } catch (error) {
    return { id, error: error as Error };
  }
}, collectYoung);
