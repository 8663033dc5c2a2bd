/** What short ways know, by key and connection, a bounded number in all. */
import type { Connection } from '../../api/request.js';

/** Values by key and connection: after as many notes as it may take it begins anew. */
export class ByConnection<V> {
  private readonly known = new Map<string, Map<Connection, V>>();
  private count = 0;

  constructor(private readonly notesMax: number) {}

  /** What was noted last. */
  get(key: string, connection: Connection): V | undefined {
    return this.known.get(key)?.get(connection);
  }

  /** Takes note of a value, instead of the one before it. */
  set(key: string, connection: Connection, value: V): void {
    if (this.count >= this.notesMax) {
      this.known.clear();
      this.count = 0;
    }
    this.count++;
    let ofKey = this.known.get(key);
    if (ofKey === undefined) this.known.set(key, (ofKey = new Map()));
    ofKey.set(connection, value);
  }
}
