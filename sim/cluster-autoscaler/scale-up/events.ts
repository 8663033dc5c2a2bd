/** What pods are told of a scale-up. @upstream processors/status/eventing_scale_up_processor.go */
import type { Pod } from '../../api/kinds/core.js';
import type { HelplessPod, ScaleUp } from './scale-up.js';

/** An event about a pod; all are of the type Normal. */
export interface ScaleUpEvent {
  readonly pod: Pod;
  readonly reason: 'TriggeredScaleUp' | 'NotTriggerScaleUp';
  readonly message: string;
}

/** The events of a round. A round that lets a group grow tells nothing to the pods that it does not help. */
export function scaleUpEvents(decided: ScaleUp): readonly ScaleUpEvent[] {
  if (decided.result === 'ScaleUpNoOptionsAvailable') {
    return decided.remain.map(helpless => ({
      pod: helpless.pod,
      reason: 'NotTriggerScaleUp',
      message: `pod didn't trigger scale-up: ${reasonsText(helpless)}`,
    }));
  }
  if (decided.growth.length === 0) return [];
  const message = `pod triggered scale-up: [${growthText(decided)}]`;
  return decided.triggered.map(pod => ({ pod, reason: 'TriggeredScaleUp', message }));
}

function growthText({ growth }: ScaleUp): string {
  return growth
    .map(({ group: { name, targetSize, max }, add }) => {
      return `{${name} ${targetSize}->${targetSize + add} (max: ${max})}`;
    })
    .join(' ');
}

/** How many groups do not help for which reason. Upstream tells them in no order; here, as they are met. */
function reasonsText({ reasons }: HelplessPod): string {
  const counts = new Map<string, number>();
  for (const reason of [...reasons.values()].flat()) {
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ');
}
