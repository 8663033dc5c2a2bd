/** Who waits for which events, and what they say of a change. @upstream pkg/scheduler/scheduler.go buildQueueingHintMap */
import type { Pod } from '../../api/kinds/core.js';
import type { Plugin } from '../framework.js';
import {
  action,
  matchesEvent,
  type ClusterEvent,
  type ObjectChange,
  type QueueingHint,
  type QueueingHintFunction,
} from './cluster-event.js';

/** A plug-in's interest in an event. */
export interface Interest {
  readonly plugin: string;
  readonly event: ClusterEvent;
  readonly hint?: QueueingHintFunction;
}

/** A plug-in's answer to a change. */
export interface HintAnswer {
  readonly plugin: string;
  readonly hint: QueueingHint;
}

/** The interests of the plug-ins of a profile. */
export class Hints {
  /** What `areInterested` answered, by resource and actions: each change of the cluster asks. */
  private readonly answered = new Map<string, Map<number, boolean>>();

  constructor(private readonly interests: readonly Interest[]) {}

  /**
   * The interests of these plug-ins. One that waits for new nodes but not for taints gets a say on
   * taints as well, as upstream still does for a check that is long gone.
   */
  static of(plugins: Iterable<Plugin>): Hints {
    const interests: Interest[] = [];
    for (const { name: plugin, events = [] } of plugins) {
      interests.push(...events.map(event => ({ plugin, ...event })));
      const onNodes = events.filter(({ event }) => event.resource === 'Node');
      const covers = (bit: number) => onNodes.some(({ event }) => (event.actions & bit) !== 0);
      if (covers(action.add) && !covers(action.updateNodeTaint)) {
        const event: ClusterEvent = { resource: 'Node', actions: action.updateNodeTaint };
        interests.push({ plugin, event });
      }
    }
    return new Hints(interests);
  }

  /** Whether anybody waits for the event. */
  areInterested(event: ClusterEvent): boolean {
    let byActions = this.answered.get(event.resource);
    if (byActions === undefined) this.answered.set(event.resource, (byActions = new Map()));
    let isAwaited = byActions.get(event.actions);
    if (isAwaited === undefined) {
      isAwaited = this.interests.some(interest => matchesEvent(interest.event, event));
      byActions.set(event.actions, isAwaited);
    }
    return isAwaited;
  }

  /** What the plug-in waits for. */
  eventsOf(plugin: string): readonly ClusterEvent[] {
    return this.interests
      .filter(interest => interest.plugin === plugin)
      .map(interest => interest.event);
  }

  /** The answers of those who wait for the event and are asked. */
  *answers(
    event: ClusterEvent,
    change: ObjectChange,
    pod: Pod,
    isAsked: (plugin: string) => boolean = () => true,
  ): Iterable<HintAnswer> {
    for (const interest of this.interests) {
      if (!isAsked(interest.plugin) || !matchesEvent(interest.event, event)) continue;
      yield { plugin: interest.plugin, hint: interest.hint?.(pod, change) ?? 'Queue' };
    }
  }
}
