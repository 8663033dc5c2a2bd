/** The recorded scenarios of kube-controller-manager, as the vectors' README describes them. */

/** A request that the script sent. */
export interface RecordedRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  readonly path: string;
  readonly contentType?: string;
  readonly body?: unknown;
}

/** One action of the script. */
export interface Act {
  readonly do: string;
  readonly request?: RecordedRequest;
  /** The request is sent once for each of these pods. */
  readonly pods?: readonly string[];
  readonly answer?: { readonly status: number; readonly message?: string };
  /** Of `wait`. */
  readonly seconds?: number;
  /** Of `align`. */
  readonly second?: number;
  /** Of `heartbeat`. */
  readonly nodes?: readonly string[];
  readonly on?: boolean;
}

/** An object, projected to what matters. */
export interface Projected {
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name?: string };
  readonly [field: string]: unknown;
}

/** An event, projected. */
export interface ProjectedEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number | '*';
  readonly regarding: { readonly kind: string; readonly name: string };
  readonly source: string;
}

/** An action, or several, and the state after it. */
export interface Step extends Act {
  readonly acts?: readonly Act[];
  readonly at: number;
  readonly scalingVaries?: boolean;
  readonly expect: {
    readonly objects: readonly Projected[];
    readonly events: readonly ProjectedEvent[];
  };
  readonly timeline?: readonly string[];
}

/** A recorded scenario. */
export interface Scenario {
  readonly id: string;
  readonly controller: string;
  readonly namespace: string;
  readonly needs?: { readonly kcmFlags?: string; readonly otherNodes?: string };
  readonly unordered?: string;
  readonly eventsVary?: boolean;
  readonly steps: readonly Step[];
}

/** The actions of a step. */
export function actsOf(step: Step): readonly Act[] {
  return step.acts ?? [step];
}

/** The recorder ended each step after so much quiet. */
const quietSeconds = 1.5;

/** How a step ended: at this time, or after so much quiet, and not before. */
export interface Snapshot {
  readonly atSeconds: number;
  readonly quietSeconds: number;
}

/** When the state after each step was recorded: just before the next action, and the last one when all was quiet. */
export function snapshotTimes({ steps }: Scenario): readonly Snapshot[] {
  const gaps = steps.slice(1).map((step, index) => {
    const before = steps[index] as Step;
    return step.at - before.at - waitOf(before);
  });
  const quiet = Math.max(quietSeconds, Math.min(...gaps, 2.5));
  return steps.map((step, index) => {
    const next = steps[index + 1];
    if (next !== undefined) return { atSeconds: next.at, quietSeconds: 0 };
    const changed = step.at + Math.max(lastChange(step), waitOf(step));
    return { atSeconds: changed + quiet, quietSeconds: quiet };
  });
}

/** The second of the minute at which the scenario's time 0 falls, when one of its steps aligns the clock. */
export function startSecond({ steps }: Scenario): number | undefined {
  const index = steps.findIndex(step => actsOf(step).some(act => act.do === 'align'));
  const next = steps[index + 1];
  const second = actsOf(steps[index] ?? ({} as Step)).find(act => act.do === 'align')?.second;
  if (next === undefined || second === undefined) return undefined;
  return second - (next.at - quietSeconds);
}

function waitOf(step: Step): number {
  return actsOf(step).reduce((sum, act) => sum + (act.seconds ?? 0), 0);
}

/** When the timeline of a step tells its last change. */
function lastChange({ timeline = [] }: Step): number {
  return timeline.reduce((last, line) => {
    const seconds = Number(/^\+(\d+(?:\.\d+)?)/.exec(line)?.[1] ?? 0);
    return Math.max(last, seconds);
  }, 0);
}
