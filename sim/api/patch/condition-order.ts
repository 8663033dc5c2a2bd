/**
 * The order that a two-way merge patch of conditions states: what the object has stays, what is new goes last.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/strategicpatch CreateTwoWayMergePatch
 */

interface Typed {
  readonly type: string;
}

/** The directive for a strategic patch of `conditions`, to be spread beside it; nothing for no conditions. */
export function conditionOrder(
  known: readonly Typed[] | undefined,
  patched: readonly Typed[],
): Readonly<Record<string, unknown>> {
  if (patched.length === 0) return {};
  const types = new Set([...(known ?? []), ...patched].map(({ type }) => type));
  return { '$setElementOrder/conditions': [...types].map(type => ({ type })) };
}
