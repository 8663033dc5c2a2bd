/**
 * The memory of recommendations that smooths scaling.
 * @upstream pkg/controller/podautoscaler/horizontal.go stabilizeRecommendation*
 */

/** A number of replicas that was wanted at a time. */
export interface Recommendation {
  readonly replicas: number;
  readonly timeMs: number;
}

/** What was decided, and the memory with the new recommendation in it. */
export interface Stabilized {
  readonly replicas: number;
  readonly recommendations: readonly Recommendation[];
}

/** Without behavior: the highest recommendation of the window; one exactly as old as the window still counts. */
export function stabilized(
  recommendations: readonly Recommendation[],
  desired: number,
  options: { readonly nowMs: number; readonly downscaleWindowMs: number },
): Stabilized {
  const cutoffMs = options.nowMs - options.downscaleWindowMs;
  let replicas = desired;
  let outdatedIndex = -1;
  recommendations.forEach((recommendation, index) => {
    if (recommendation.timeMs < cutoffMs) outdatedIndex = index;
    else replicas = Math.max(replicas, recommendation.replicas);
  });
  const latest = { replicas: desired, timeMs: options.nowMs };
  return { replicas, recommendations: withLatest(recommendations, latest, outdatedIndex) };
}

/** With behavior: between the lowest of the scale-up window and the highest of the scale-down window. */
export function stabilizedWithBehavior(
  recommendations: readonly Recommendation[],
  scale: { readonly current: number; readonly desired: number },
  options: {
    readonly nowMs: number;
    readonly upWindowMs: number;
    readonly downWindowMs: number;
  },
): Stabilized {
  const upCutoffMs = options.nowMs - options.upWindowMs;
  const downCutoffMs = options.nowMs - options.downWindowMs;
  let lowest = scale.desired;
  let highest = scale.desired;
  let outdatedIndex = -1;
  recommendations.forEach(({ replicas, timeMs }, index) => {
    if (timeMs > upCutoffMs) lowest = Math.min(lowest, replicas);
    if (timeMs > downCutoffMs) highest = Math.max(highest, replicas);
    if (timeMs < upCutoffMs && timeMs < downCutoffMs) outdatedIndex = index;
  });
  const replicas = Math.min(Math.max(scale.current, lowest), highest);
  const latest = { replicas: scale.desired, timeMs: options.nowMs };
  return { replicas, recommendations: withLatest(recommendations, latest, outdatedIndex) };
}

/** The last outdated entry gives its place to the latest one, as upstream reuses the slot. */
function withLatest(
  recommendations: readonly Recommendation[],
  latest: Recommendation,
  outdatedIndex: number,
): readonly Recommendation[] {
  return outdatedIndex < 0
    ? [...recommendations, latest]
    : recommendations.with(outdatedIndex, latest);
}
