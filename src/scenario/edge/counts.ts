/** Sums by what they are of. */

/** Adds to one of them. */
export function count(counts: Map<string, number>, key: string, more: number): void {
  if (more > 0) counts.set(key, (counts.get(key) ?? 0) + more);
}

/** All of them, as whole numbers. */
export function rounded(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].map(([key, sum]) => [key, Math.round(sum)]));
}
