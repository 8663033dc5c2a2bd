/** Why a pod fits on no node. @upstream volcano v1.15.1 pkg/scheduler/api/unschedule_info.go */

/** The reasons of the nodes, or one for all. */
export class FitErrors {
  private readonly byNode = new Map<string, readonly string[]>();
  private readonly hopeless = new Set<string>();

  constructor(private readonly common = '') {}

  set(node: string, reasons: readonly string[], { isFinal }: { readonly isFinal: boolean }): void {
    this.byNode.set(node, reasons);
    if (isFinal) this.hopeless.add(node);
  }

  /** Whether the node refuses the pod. */
  has(node: string): boolean {
    return this.byNode.has(node);
  }

  /** Whether it would not help if pods went from the node. */
  isHopeless(node: string): boolean {
    return this.hopeless.has(node);
  }

  toString(): string {
    const { byNode } = this;
    const what = this.common === '' ? `0/${byNode.size} nodes are unavailable` : this.common;
    if (byNode.size === 0) return what;
    return `${what}: ${histogram([...byNode.values()].flat()).join(', ')}.`;
  }
}

/** How often each text is there, sorted. */
export function histogram(texts: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counted(counts);
}

/** Counts as texts, sorted. */
export function counted(counts: ReadonlyMap<string, number>): readonly string[] {
  return [...counts].map(([text, count]) => `${count} ${text}`).sort();
}
