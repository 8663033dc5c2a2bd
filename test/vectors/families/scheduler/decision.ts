/** One decision, told in the words of the vectors. */
import type { Pod } from '../../../../sim/api/kinds/core.js';
import type { Candidate, PostFilterResult, Status } from '../../../../sim/scheduler/framework.js';
import {
  deviceState,
  extendedIn,
  unallocated,
} from '../../../../sim/scheduler/plugins/resource-claims/state.js';
import { ineligibility } from '../../../../sim/scheduler/preemption.js';
import { PodInfo } from '../../../../sim/scheduler/pod-info.js';
import type { Scores } from '../../../../sim/scheduler/runtime.js';
import { scheduleOne, type Attempt } from '../../../../sim/scheduler/schedule-one.js';
import { worldOf, type Scene, type World } from './world.js';

/** A case with one incoming pod. */
export interface SchedulerCase extends Scene {
  readonly id: string;
  readonly family: string;
  readonly pod: Pod;
  readonly expect: {
    readonly feasible: readonly string[];
    readonly heapPick?: string;
    readonly preFilter?: { readonly nodes?: readonly string[] };
    readonly allocations?: unknown;
  };
}

/** Schedules the pod of the case and tells what came of it. */
export function decide(each: SchedulerCase): unknown {
  const world = worldOf(each);
  const attempt = scheduleOne(world.framework, new PodInfo(each.pod), {
    startIndex: 0,
    percentageOfNodesToScore: 100,
    keepsRaw: true,
  });
  const isUnordered = (attempt.preFilter?.nodeNames?.size ?? 0) >= 2;
  return defined({
    preEnqueue: preEnqueue(world, each.pod),
    preFilter: preFilter(attempt),
    feasible: feasible(attempt, isUnordered),
    rejected: rejected(attempt),
    absentNodes: absentNodes(attempt),
    scores: attempt.scores === undefined ? undefined : scores(attempt, attempt.scores),
    best: attempt.best.length === 0 ? undefined : attempt.best,
    unschedulablePlugins: sortedOrNothing(attempt.unschedulablePlugins),
    ...outcome(world, attempt, isUnordered),
    allocations: each.expect.allocations === undefined ? undefined : allocations(attempt),
  });
}

function allocations({ state }: Attempt): unknown {
  const found = state.read(deviceState);
  if (found === undefined) return undefined;
  const claims = unallocated(found);
  const extended = extendedIn(found);
  return Object.fromEntries(
    [...found.byNode].map(([node, { results }]) => [
      node,
      results.map((result, index) => {
        const claim = claims[index]?.[1];
        const name = claim === extended ? '(extended resources)' : claim?.metadata.name;
        return { claim: name, result };
      }),
    ]),
  );
}

function preEnqueue({ framework }: World, pod: Pod): unknown {
  const answers = framework.at('preEnqueue').flatMap(plugin => plugin.preEnqueue?.(pod) ?? []);
  return answers.length === 0 ? undefined : answers.map(told);
}

function preFilter({ preFilter: result }: Attempt): unknown {
  if (result === undefined) return undefined;
  if (result.status !== undefined)
    return result.status.code === 'Error' ? undefined : { status: told(result.status) };
  return defined({
    nodes: result.nodeNames === undefined ? undefined : [...result.nodeNames].sort(),
    skipped: result.skipped.length === 0 ? undefined : result.skipped,
  });
}

function feasible(attempt: Attempt, isUnordered: boolean): readonly string[] {
  if (attempt.outcome.kind === 'error') return [];
  const names = attempt.feasible.map(({ name }) => name);
  return isUnordered ? names.sort() : names;
}

function rejected({ outcome: { kind }, statuses }: Attempt): unknown {
  if (kind === 'error' || statuses.size === 0) return undefined;
  return Object.fromEntries([...statuses].map(([name, answer]) => [name, told(answer)]));
}

function absentNodes({ preFilter: result, absent, outcome: { kind } }: Attempt): unknown {
  if (kind === 'error') return undefined;
  if (result?.status === undefined && result?.nodeNames === undefined) return undefined;
  return told(absent);
}

function scores({ feasible: nodes }: Attempt, found: Scores): unknown {
  const byNode = (value: (index: number) => unknown) =>
    Object.fromEntries(nodes.map(({ name }, index) => [name, value(index)]));
  const raw = found.plugins.flatMap((plugin, index) => {
    const values = found.raw[index];
    if (values === undefined || values.every(value => value === 0)) return [];
    return [[plugin, Object.fromEntries(nodes.map(({ name }, at) => [name, values[at]]))] as const];
  });
  return defined({
    plugins: found.plugins,
    skipped: found.skipped.length === 0 ? undefined : found.skipped,
    raw: raw.length === 0 ? undefined : Object.fromEntries(raw),
    weighted: byNode(index => found.weighted.map(values => values[index])),
    total: byNode(index => found.total[index]),
  });
}

function outcome(
  { framework }: World,
  attempt: Attempt,
  isUnordered: boolean,
): Record<string, unknown> {
  const { outcome: ended, pod, state, statuses, absent } = attempt;
  switch (ended.kind) {
    case 'scheduled':
      return isUnordered ? {} : { heapPick: ended.heapPick };
    case 'error':
      return { error: ended.message };
    case 'noNodes':
      return { message: ended.message };
    case 'unschedulable': {
      const { message, postFilter: result } = ended;
      if (result === undefined) return { message };
      const preemptor = { pod, state, statuses: { byNode: statuses, absent } };
      const canPreempt = framework
        .at('postFilter')
        .some(({ name }) => name === 'DefaultPreemption');
      const eligible = canPreempt ? ineligibility(framework, preemptor) === undefined : undefined;
      return { message, postFilter: postFilter(result, eligible) };
    }
  }
}

function postFilter(
  { status, nomination, preemption }: PostFilterResult,
  eligible: boolean | undefined,
): unknown {
  const best = preemption?.best ?? [];
  const isSuccess = status === undefined;
  return defined({
    code: status?.code ?? 'Success',
    reasons: status === undefined || status.reasons.length === 0 ? undefined : status.reasons,
    eligible,
    candidates: candidates(preemption?.candidates ?? []),
    notCandidates: notCandidates(preemption?.refusals),
    best: best.length === 0 ? undefined : best.map(({ node }) => node),
    nomination: isSuccess && best.length > 1 ? '*' : nomination,
  });
}

function candidates(found: readonly Candidate[]): unknown {
  if (found.length === 0) return undefined;
  return [...found]
    .sort((a, b) => (a.node < b.node ? -1 : 1))
    .map(({ node, victims, pdbViolations }) => ({
      node,
      pdbViolations,
      victims: victims.map(({ key }) => key),
    }));
}

function notCandidates(refusals: ReadonlyMap<string, Status> | undefined): unknown {
  if (refusals === undefined || refusals.size === 0) return undefined;
  return Object.fromEntries([...refusals].map(([node, answer]) => [node, told(answer)]));
}

function told({ code, plugin, reasons }: Status): unknown {
  return defined({
    code,
    plugin: plugin === '' ? undefined : plugin,
    reasons: reasons.length === 0 ? undefined : [...reasons].sort(),
  });
}

function sortedOrNothing(names: ReadonlySet<string>): readonly string[] | undefined {
  return names.size === 0 ? undefined : [...names].sort();
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
