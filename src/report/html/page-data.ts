/** What the page's script reads: the same scene that the drawings show, compact. */
import { placeHolds } from './gpu-lane.js';
import type { Happening } from './happenings.js';
import type { Holder } from './holders.js';
import type { Lane } from './lanes.js';
import type { Scene } from './scene.js';
import { plot, laneWidth, type TimeScale } from './time-scale.js';

/** What the data are made from. */
export interface PageDataParts {
  readonly scene: Scene;
  readonly scale: TimeScale;
  readonly happenings: readonly Happening[];
  readonly holderOf: ReadonlyMap<number, Holder>;
  readonly lanes: readonly Lane[];
}

/** Arrays in fixed orders instead of named fields: see the script, which names them again. */
export function pageData({ scene, scale, happenings, holderOf, lanes }: PageDataParts): unknown {
  const nodeIndex = new Map(scene.nodes.map(({ name }, index) => [name, index]));
  return {
    startMs: scale.startMs,
    durationMs: scale.durationMs,
    plot: [plot.left / laneWidth, plot.width / laneWidth],
    objects: scene.objects.map(({ kind, namespace = '', name, states }) => [
      kind,
      namespace,
      name,
      states.map(({ ms, state, node }) =>
        node === undefined ? [ms, state] : [ms, state, nodeIndex.get(node) ?? -1],
      ),
    ]),
    nodes: scene.nodes.map(({ name, product, changes }) => [
      name,
      product,
      changes.map(({ ms, state = null, gpus }) => [ms, state, gpus]),
    ]),
    holds: placeHolds(scene).map(({ hold, slots }) => {
      const holder = holderOf.get(hold.pod);
      const node = nodeIndex.get(hold.node) ?? -1;
      const look = [holder?.index ?? 0, holder?.letter ?? '?', holder?.name ?? ''];
      return [hold.pod, node, hold.fromMs, hold.untilMs, slots, hold.gpus, ...look];
    }),
    happenings: happenings.map(({ ms, topic, text, sort }) => [ms, topic, text, sort]),
    lanes: lanes.map(({ lines }) => lines.map(({ points, untilMs }) => [points, untilMs])),
  };
}
