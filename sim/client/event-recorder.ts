/** Records events about objects, correlating them as client-go does. @upstream client-go/tools/record */
import type { HasMetadata } from '../api/object.js';

/** An event to be told. */
export interface EventToRecord {
  readonly regarding: HasMetadata;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** `spec.containers{c}`. */
  readonly fieldPath?: string;
}

/** Tells events, without waiting for the answer. */
export interface EventRecorder {
  record(event: EventToRecord): void;
}
