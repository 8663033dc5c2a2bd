/** What a pass over an autoscaler is given, and what its controller remembers between passes. */
import type { ControllerContext, View } from '../../client/contract.js';
import type { RestMapper } from '../control/rest-mapper.js';
import type { Memory } from './normalize.js';
import type { ReadScale } from './scale.js';
import type { SelectorBook } from './selector-book.js';
import type { AutoscalerSettings } from './settings.js';

/** What the controller's process keeps between passes. */
export interface AutoscalerState {
  readonly memories: Map<string, Memory>;
  readonly selectors: SelectorBook;
  readonly mapper: RestMapper;
  /** What the client makes of a scale that was answered; tests of upstream have one that changes nothing. */
  readonly readScale: ReadScale;
}

/** What a pass is given besides the autoscaler. */
export interface PassInput {
  readonly key: string;
  readonly view: View;
  readonly settings: AutoscalerSettings;
  readonly state: AutoscalerState;
  readonly context: Pick<ControllerContext, 'clock' | 'events'>;
}
