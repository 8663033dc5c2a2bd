/** Where pods could go when that was last tried: asked first the next time. @upstream simulator/scheduling/hints.go */

/** Places by pod; what two rounds have not confirmed is forgotten. */
export class Hints {
  private current = new Map<string, string>();
  private old: ReadonlyMap<string, string> = new Map();

  get(pod: string): string | undefined {
    return this.current.get(pod) ?? this.old.get(pod);
  }

  set(pod: string, node: string): void {
    this.current.set(pod, node);
  }

  /** Ends a round. */
  dropOld(): void {
    this.old = this.current;
    this.current = new Map();
  }
}
