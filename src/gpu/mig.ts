/**
 * How a GPU is cut up by MIG: what instances there are, and where on the GPU each may lie.
 *
 * A GPU that can be cut has seven compute slices and eight memory slices. `nvidia-smi mig -lgipp`
 * tells at which memory slices an instance may begin: {0,1,2,3,4,5,6}:1 for the smallest,
 * {0,2,4,6}:2 for one with twice its memory, {0,2,4}:2, {0,4}:4, {0}:4 and {0}:8 for the larger.
 * Source: NVIDIA's MIG user guide, "Supported MIG Profiles" and "GPU Instance placements".
 */

/** What an instance has. Absent: no source states it. */
export interface MigProfile {
  /** `1g.10gb`, `1g.10gb+me`. */
  readonly name: string;
  readonly computeSlices: number;
  readonly memorySlices: number;
  /** The memory slices at which it may begin. */
  readonly starts: readonly number[];
  /** It has the media engines, of which a GPU has one set. */
  readonly hasMedia: boolean;
  /** What feature discovery tells of it, by the labels' last part. */
  readonly attributes: Readonly<Record<string, number>>;
}

/** Instances of a GPU by their profiles' names. */
export type MigLayout = Readonly<Record<string, number>>;

const computeSlicesMax = 7;
const memorySlicesMax = 8;

/** Compute slices, memory slices and starts of every profile, by the sizes that its name begins with. */
const shapes = {
  '1g': { computeSlices: 1, memorySlices: 1, starts: [0, 1, 2, 3, 4, 5, 6] },
  /** With the memory of two. */
  '1g wide': { computeSlices: 1, memorySlices: 2, starts: [0, 2, 4, 6] },
  '2g': { computeSlices: 2, memorySlices: 2, starts: [0, 2, 4] },
  '3g': { computeSlices: 3, memorySlices: 4, starts: [0, 4] },
  '4g': { computeSlices: 4, memorySlices: 4, starts: [0] },
  '7g': { computeSlices: 7, memorySlices: 8, starts: [0] },
} as const;

type Shape = keyof typeof shapes;

/** What `nvidia-smi mig -lgip` lists for an instance: multiprocessors and engines. */
type Engines = Readonly<Partial<Record<Shape, readonly number[]>>>;

const engineNames = ['multiprocessors', 'engines.copy', 'engines.decoder', 'engines.jpeg'] as const;

/** A100, of 40 and 80 GB: MIG user guide, "A100 MIG Profiles". */
export const ampereEngines: Engines = {
  '1g': [14, 1, 0, 0],
  '1g wide': [14, 1, 1, 0],
  '2g': [28, 2, 1, 0],
  '3g': [42, 3, 2, 0],
  '4g': [56, 4, 2, 0],
  '7g': [98, 7, 5, 1],
};

/** H100 and H200: MIG user guide, "H100 MIG Profiles". */
export const hopperEngines: Engines = {
  '1g': [16, 1, 1, 1],
  '1g wide': [26, 1, 1, 1],
  '2g': [32, 2, 2, 2],
  '3g': [60, 3, 3, 3],
  '4g': [64, 4, 4, 4],
  '7g': [132, 8, 7, 7],
};

/**
 * The profiles of a model whose GPU has so many MiB; `sizes` are the gigabytes in the names, in the order
 * of the shapes. The driver keeps a few per cent of an instance's memory for itself: how much is not
 * modelled, an instance has its slices' share of the whole.
 */
export function migProfiles(
  memoryMiB: number,
  sizes: Readonly<Record<Shape, number>>,
  engines: Engines = {},
): readonly MigProfile[] {
  const names = Object.keys(shapes) as Shape[];
  return names.flatMap(shape => {
    const own = shapes[shape];
    const name = `${own.computeSlices}g.${sizes[shape]}gb`;
    const engine = (at: number, count: number, hasMedia: boolean): number =>
      hasMedia && at >= 2 ? Math.max(count, 1) : count;
    const attributes = (hasMedia: boolean) => ({
      memory: Math.floor((memoryMiB * own.memorySlices) / memorySlicesMax),
      'slices.gi': own.computeSlices,
      'slices.ci': own.computeSlices,
      ...Object.fromEntries(
        (engines[shape] ?? []).map((count, at) => [engineNames[at], engine(at, count, hasMedia)]),
      ),
      'engines.encoder': 0,
      'engines.ofa': hasMedia ? 1 : 0,
    });
    const plain = {
      ...own,
      name,
      hasMedia: shape === '7g',
      attributes: attributes(shape === '7g'),
    };
    if (shape !== '1g') return [plain];
    return [plain, { ...own, name: `${name}+me`, hasMedia: true, attributes: attributes(true) }];
  });
}

/** An instance, and the memory slice at which it begins. */
export interface Placement {
  readonly profile: MigProfile;
  readonly start: number;
}

/** The driver counts the places of the largest instances first: 0; 1 and 2; 3 to 6; 7 to 14. */
export function instanceNumber({ profile, start }: Placement): number {
  const places = memorySlicesMax / profile.memorySlices;
  return places - 1 + start / profile.memorySlices;
}

/** Finds a place for every instance, the largest first; undefined when they do not fit on one GPU. */
export function place(instances: readonly MigProfile[]): readonly Placement[] | undefined {
  const compute = instances.reduce((sum, { computeSlices }) => sum + computeSlices, 0);
  const media = instances.filter(({ hasMedia }) => hasMedia).length;
  if (compute > computeSlicesMax || media > 1) return undefined;
  const ordered = [...instances].sort((a, b) => b.memorySlices - a.memorySlices);
  return placeRest(ordered, 0);
}

/** Tries every start, as there are few: at most seven instances, at most seven starts each. */
function placeRest(
  [first, ...rest]: readonly MigProfile[],
  taken: number,
): readonly Placement[] | undefined {
  if (first === undefined) return [];
  for (const start of first.starts) {
    const mask = ((1 << first.memorySlices) - 1) << start;
    if ((taken & mask) !== 0) continue;
    const others = placeRest(rest, taken | mask);
    if (others !== undefined) return [{ profile: first, start }, ...others];
  }
  return undefined;
}

/** As many instances of one profile as fit on a GPU. */
export function countMax(profile: MigProfile): number {
  let count = 0;
  while (place(Array.from({ length: count + 1 }, () => profile)) !== undefined) count++;
  return count;
}

/**
 * The layout that a value of the label nvidia.com/mig.config stands for: `all-1g.10gb`, `all-balanced`;
 * undefined when the model has no such layout. MIG's media profiles are spelled `all-1g.10gb.me`.
 * Source: mig-parted, deployments/systemd/config-default.yaml.
 */
export function layoutOf(config: string, profiles: readonly MigProfile[]): MigLayout | undefined {
  const wanted = config.replace(/^all-/, '').replace(/\.me$/, '+me');
  if (wanted === 'enabled') return {};
  if (wanted === 'balanced') {
    const [small, , , middle, large] = profiles;
    if (small === undefined || middle === undefined || large === undefined) return undefined;
    return { [small.name]: 2, [middle.name]: 1, [large.name]: 1 };
  }
  const profile = profiles.find(({ name }) => name === wanted);
  return profile === undefined ? undefined : { [profile.name]: countMax(profile) };
}

/** The values of nvidia.com/mig.config that a model of these profiles takes. */
export function configNames(profiles: readonly MigProfile[]): readonly string[] {
  const all = profiles.map(({ name }) => `all-${name.replace('+', '.')}`);
  return ['all-disabled', ...(all.length > 0 ? ['all-enabled', 'all-balanced', ...all] : [])];
}

/** The places of a layout's instances, in the order in which they lie on the GPU. */
export function placementsOf(
  layout: MigLayout,
  profiles: readonly MigProfile[],
): readonly Placement[] | undefined {
  const instances = profiles.flatMap(profile =>
    Array.from({ length: layout[profile.name] ?? 0 }, () => profile),
  );
  const placed = place(instances);
  return placed && [...placed].sort((a, b) => a.start - b.start);
}

/** `nvidia.com/mig-1g.10gb.me`: a plus may not stand in a resource's name. */
export function migResource(profile: string): string {
  return `nvidia.com/mig-${profile.replace('+', '.')}`;
}
