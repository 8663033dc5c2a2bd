/** What the parts of the API server (admission, authorization, token issuing, ...) see of the server itself. */
import type { Kind, KubeObject } from '../api/object.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import type { LastChange } from '../store/collection.js';
import type { WebhookAnswer, WebhookCall } from './contract.js';
import type { ServerSettings } from './resources/strategy.js';
import type { ServerMetrics } from './metrics/index.js';

/** A kind of stored object, whatever its version. */
export type GroupResource = Pick<Kind, 'group' | 'resource'>;

/** Direct access to what is stored: no authentication, no admission, no defaults. */
export interface ServerAccess {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ServerSettings;
  /** The stored object (in its stored version, without managedFields), or undefined. */
  get(kind: GroupResource, namespace: string, name: string): KubeObject | undefined;
  /** All stored objects of the kind, or those of a namespace, in the order of their keys. */
  list(kind: GroupResource, namespace?: string): readonly KubeObject[];
  /** The revision of the last change of any object of the kind: caches are valid as long as it stays. */
  lastChange(kind: GroupResource): number;
  /** The same of several kinds: a number that is kept up to date. */
  lastChangeOf(kinds: readonly GroupResource[]): Readonly<LastChange>;
  /**
   * Stores a new version of an object, if it still has the resourceVersion that the given one carries
   * (none: if it does not exist yet). Returns the object as stored, or undefined when it had changed.
   */
  store(kind: GroupResource, object: KubeObject): KubeObject | undefined;
  /** The object of one version of a resource as another version of it; undefined when it cannot be told. */
  convert?(object: KubeObject, from: Kind, to: Kind): KubeObject | undefined;
  /** Calls a webhook: `options.callWebhook`. */
  readonly callWebhook: (call: WebhookCall, done: (answer: WebhookAnswer) => void) => void;
  /** The served kind of a resource (built-in or custom), to translate between names. */
  kindOf(group: string, version: string, resource: string): Kind | undefined;
  /** All served kinds, in the order of discovery. */
  kinds(): readonly Kind[];
  /** What it counts of itself. */
  readonly metrics: ServerMetrics;
}
