/** Who holds GPUs, in groups that have a colour, a pattern and a letter: one may be told by each of them. */
import { markup, type Markup } from './markup.js';
import { objectName, topOwner, type Scene } from './scene.js';

/** A group of holders: the pods of one owner. */
export interface Holder {
  readonly name: string;
  /** Its colour and pattern. */
  readonly index: number;
  readonly letter: string;
  readonly gpuHours: number;
}

/** So many groups have a look of their own; the others share the last. */
export const looksMax = 8;

/** The groups, the greatest first, and which group a pod belongs to. */
export function holdersOf(scene: Scene): {
  readonly holders: readonly Holder[];
  readonly of: ReadonlyMap<number, Holder>;
} {
  const hours = new Map<number, number>();
  for (const { pod, gpus, fromMs, untilMs } of scene.holds) {
    const top = topOwner(scene, pod);
    hours.set(top, (hours.get(top) ?? 0) + (gpus * (untilMs - fromMs)) / 3_600_000);
  }
  const sorted = [...hours].sort(([a, one], [b, other]) => other - one || a - b);
  const own = sorted.length <= looksMax ? sorted : sorted.slice(0, looksMax - 1);
  const holders: Holder[] = own.map(([top, gpuHours], index) => {
    const object = scene.objects[top];
    const name = object === undefined ? 'unknown' : objectName(object);
    return { name, index, letter: letterOf(index), gpuHours };
  });
  const groups = new Map(own.map(([top], index) => [top, holders[index]]));
  const rest = sorted.slice(own.length);
  if (rest.length > 0) {
    const gpuHours = rest.reduce((sum, [, each]) => sum + each, 0);
    const index = looksMax - 1;
    const others = { name: `${rest.length} others`, index, letter: letterOf(index), gpuHours };
    holders.push(others);
    for (const [top] of rest) groups.set(top, others);
  }
  const of = new Map<number, Holder>();
  for (const { pod } of scene.holds) {
    const holder = groups.get(topOwner(scene, pod));
    if (holder !== undefined) of.set(pod, holder);
  }
  return { holders, of };
}

const letterOf = (index: number): string => String.fromCharCode(65 + index);

/** The marks of the patterns, drawn over the colour. */
const marks: readonly string[] = [
  '',
  'M-1 7L7 -1M-1 1L1 -1M5 7L7 5',
  'M0 1.5H6M0 4.5H6',
  'M1.5 0V6M4.5 0V6',
  'M-1 -1L7 7M-1 5L1 7M5 -1L7 1',
  'M1 1h1.6v1.6h-1.6zM4 4h1.6v1.6h-1.6z',
  'M0 3H6M3 0V6',
  'M-1 7L7 -1M-1 -1L7 7',
];

/** The patterns of a page; lanes and legends refer to them by `url(#holder-N)`. */
export function holderPatterns(): Markup {
  const patterns = marks.map(
    (mark, index) =>
      markup`<pattern id="holder-${index}" width="6" height="6" patternUnits="userSpaceOnUse"
        ><rect class="h${index}" width="6" height="6"
        /><path class="mark" d="${mark}" /></pattern
      >`,
  );
  return markup`<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"
    ><defs>${patterns}</defs></svg
  >`;
}
