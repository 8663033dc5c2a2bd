/** The lane of GPUs: a row for every device of every node, filled by who holds it. */
import { shortNumber, round, verticals } from './lanes.js';
import type { Holder } from './holders.js';
import { markup, type Markup } from './markup.js';
import type { Hold, Scene, SceneNode } from './scene.js';
import { laneWidth, plot, type TimeScale } from './time-scale.js';

/** A hold with the rows that it fills. */
export interface PlacedHold {
  readonly hold: Hold;
  readonly slots: readonly number[];
}

/** Which device of its node is which row: devices keep their row, holds without names take free ones. */
export function placeHolds({ holds, nodes }: Scene): readonly PlacedHold[] {
  const rows = new Map<string, Map<string, number>>();
  const gpus = new Map(nodes.map(({ name, gpus: count }) => [name, Math.ceil(count)]));
  for (const { node, devices } of holds) {
    const own = rows.get(node) ?? new Map<string, number>();
    rows.set(node, own);
    for (const device of devices) if (!own.has(device)) own.set(device, own.size);
  }
  const placed: PlacedHold[] = [];
  for (const hold of holds) {
    const own = rows.get(hold.node);
    const named = hold.devices.flatMap(device => own?.get(device) ?? []);
    if (named.length > 0) {
      placed.push({ hold, slots: named });
      continue;
    }
    const taken = new Set(
      placed.filter(other => overlaps(other.hold, hold)).flatMap(({ slots }) => slots),
    );
    const all = Array.from({ length: gpus.get(hold.node) ?? 0 }, (_, slot) => slot);
    const free = all.filter(slot => !taken.has(slot));
    placed.push({ hold, slots: free.slice(0, Math.ceil(hold.gpus)) });
  }
  return placed;
}

function overlaps(a: Hold, b: Hold): boolean {
  return a.node === b.node && a.fromMs < b.untilMs && b.fromMs < a.untilMs;
}

const nodeGap = 5;

/** The drawing; undefined when no node has GPUs. */
export function gpuDrawing(
  scene: Scene,
  scale: TimeScale,
  holderOf: ReadonlyMap<number, Holder>,
): Markup | undefined {
  const nodes = scene.nodes.filter(({ gpus }) => gpus > 0);
  if (nodes.length === 0) return undefined;
  const count = nodes.reduce((sum, { gpus }) => sum + Math.ceil(gpus), 0);
  const row = count > 120 ? 3 : count > 48 ? 5 : 12;
  const tops = new Map<string, number>();
  let tall = 4;
  const headings: Markup[] = [];
  for (const [index, { name, gpus, product }] of nodes.entries()) {
    if (product !== nodes[index - 1]?.product) {
      headings.push(markup`<text class="tick" x="0" y="${tall + 11}">${product}</text>`);
      tall += 17;
    }
    tops.set(name, tall);
    tall += Math.max(11, Math.ceil(gpus) * row) + nodeGap;
  }
  const placed = placeHolds(scene);
  const blocks = placed.flatMap(({ hold, slots }) => {
    const top = tops.get(hold.node);
    if (top === undefined) return [];
    return runsOf(slots).map(([first, size]) =>
      block({ hold, top: top + first * row, height: size * row, scale, scene, holderOf }),
    );
  });
  const outages = nodes.flatMap(node => outagesOf(node, scale, tops.get(node.name) ?? 0, row));
  const failures = scene.unhealthy.flatMap(({ ms, id, device }) => {
    const held = placed.find(({ hold }) => hold.pod === id && hold.devices.includes(device));
    const top = tops.get(held?.hold.node ?? '');
    if (held === undefined || top === undefined) return [];
    const slot = held.slots[held.hold.devices.indexOf(device)] ?? 0;
    return [failure({ device, x: scale.x(ms), y: top + (slot + 0.5) * row })];
  });
  const labels = nodes.map(node => {
    const { name, gpus } = node;
    const top = tops.get(name) ?? 0;
    const height = Math.ceil(gpus) * row;
    const there = presence(node, scale).map(
      ([from, until]) => markup`<rect class="empty" x="${round(from)}" y="${top}"
        width="${round(until - from)}" height="${height}" />`,
    );
    return markup`${there}<text class="tick" x="${plot.left - 8}"
        y="${round(top + Math.max(11, height) / 2 + 3.5)}" text-anchor="end"
        >${clipped(name)}</text
      >`;
  });
  const products = [...new Set(nodes.map(({ product }) => product))];
  const label = `GPUs by device: ${count} of ${nodes.length} nodes (${products.join(', ')})`;
  return markup`<svg class="lane" viewBox="0 0 ${laneWidth} ${tall}" role="img" aria-label="${label}"
    >${headings}${labels}${verticals(scale, tall)}${blocks}${outages}${failures}</svg
  >`;
}

interface Block {
  readonly hold: Hold;
  readonly top: number;
  readonly height: number;
  readonly scale: TimeScale;
  readonly scene: Scene;
  readonly holderOf: ReadonlyMap<number, Holder>;
}

function block({ hold, top, height, scale, scene, holderOf }: Block): Markup {
  const holder = holderOf.get(hold.pod);
  const [from, until] = [scale.x(hold.fromMs), scale.x(hold.untilMs)];
  const width = Math.max(0.8, until - from);
  const { namespace = '', name = '' } = scene.objects[hold.pod] ?? {};
  const isRoomy = width > 12 && height >= 10;
  const letter = isRoomy
    ? markup`<text class="letter" x="${round(from + 3)}" y="${round(top + height / 2 + 3.5)}"
        >${holder?.letter}</text
      >`
    : undefined;
  return markup`<g
    ><title>${namespace}/${name}: ${shortNumber(hold.gpus)} GPUs of ${hold.node}</title
    ><rect class="hold" fill="url(#holder-${holder?.index ?? 0})" x="${round(from)}"
      y="${top}" width="${round(width)}" height="${height}" />${letter}</g
  >`;
}

function failure({ device, x, y }: { device: string; x: number; y: number }): Markup {
  const d = `M${round(x - 5)} ${round(y - 5)}l10 10m0 -10l-10 10`;
  return markup`<g><title>${device} is unhealthy</title><path class="device-halo" d="${d}"
    /><path class="device-failed" d="${d}" /></g>`;
}

/** From where to where the node is there: one that comes late or goes early has no GPUs before and after. */
function presence({ changes }: SceneNode, scale: TimeScale): (readonly [number, number])[] {
  const spans: [number, number][] = [];
  for (const [index, { ms, state }] of changes.entries()) {
    if (state === undefined) continue;
    const [from, until] = [
      scale.x(Math.max(0, ms)),
      scale.x(changes[index + 1]?.ms ?? scale.durationMs),
    ];
    const last = spans.at(-1);
    if (last !== undefined && last[1] >= from) last[1] = until;
    else spans.push([from, until]);
  }
  return spans;
}

/** Where the node is not ready. */
function outagesOf({ changes, gpus }: SceneNode, scale: TimeScale, top: number, row: number) {
  return changes.flatMap((change, index) => {
    const isUp = change.state?.startsWith('Ready') === true;
    const untilMs = changes[index + 1]?.ms ?? scale.durationMs;
    const { state } = change;
    if (state === undefined || isUp || untilMs - change.ms < 1) return [];
    const [from, until] = [scale.x(change.ms), scale.x(untilMs)];
    return [
      markup`<g><title>node ${state}</title><rect class="outage" x="${round(from)}" y="${top}"
        width="${round(Math.max(1.5, until - from))}" height="${Math.ceil(gpus) * row}" /></g>`,
    ];
  });
}

/** Neighbouring rows as one block. */
function runsOf(slots: readonly number[]): (readonly [first: number, size: number])[] {
  const runs: [number, number][] = [];
  for (const slot of [...slots].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === slot) last[1]++;
    else runs.push([slot, 1]);
  }
  return runs;
}

/** Names of nodes may be as long as host names are. */
function clipped(name: string): string {
  return name.length <= 24 ? name : `${name.slice(0, 11)}…${name.slice(-12)}`;
}
