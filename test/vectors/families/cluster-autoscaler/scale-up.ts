/** What a round of scale-up decides, as the vectors tell it. */
import { scaleUpEvents } from '../../../../sim/cluster-autoscaler/scale-up/events.js';
import { scaleUp } from '../../../../sim/cluster-autoscaler/scale-up/scale-up.js';
import { groupsOf, namesOf, nowOf, objectsOf, optionsOf, type AutoscalerCase } from './case.js';

/** The round of the case. */
export function scaledUp(each: AutoscalerCase): unknown {
  const decided = scaleUp({
    groups: groupsOf(each),
    nodes: each.nodes ?? [],
    pods: each.pods ?? [],
    unschedulable: each.unschedulable ?? [],
    objects: objectsOf(each),
    options: optionsOf(each),
    nowMs: nowOf(each),
  });
  const { result, options, best, growth, triggered, awaiting, remain } = decided;
  const texts = scaleUpEvents(decided).map(({ reason, message }) => `Normal ${reason} ${message}`);
  return {
    result,
    options: options.length === 0 ? null : sortedByGroup(options.map(optionTold)),
    ...(best !== undefined && { best: best.group.name }),
    changes: sortedByGroup(growth.map(({ group, add }) => ({ group: group.name, add }))),
    events: [...new Set(texts.map(orderedEvent))].sort(),
    triggered: namesOf(triggered),
    awaiting: namesOf(awaiting),
    remain: Object.fromEntries(
      remain.map(({ pod, reasons }) => [pod.metadata.name, Object.fromEntries(reasons)]),
    ),
  };
}

type Option = ReturnType<typeof scaleUp>['options'][number];

function optionTold({ group, nodeCount, pods }: Option) {
  return { group: group.name, nodes: nodeCount, pods: namesOf(pods) };
}

/** The event with what it lists in order: groups by name, reasons by their text. */
export function orderedEvent(event: string): string {
  const [growth] = /(?<=\[)\{.*\}(?=\])/.exec(event) ?? [];
  if (growth !== undefined) {
    return event.replace(
      growth,
      growth
        .split(/(?<=\}) (?=\{)/)
        .sort()
        .join(' '),
    );
  }
  const [reasons] = /(?<=pod didn't trigger scale-up: ).*/s.exec(event) ?? [''];
  const ordered = reasons.split(/, (?=\d+ )/).sort();
  return reasons === '' ? event : event.replace(reasons, ordered.join(', '));
}

function sortedByGroup<T extends { readonly group: string }>(list: readonly T[]): readonly T[] {
  return [...list].sort((a, b) => (a.group < b.group ? -1 : 1));
}
