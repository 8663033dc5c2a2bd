/** The images of one node: what is there, and the pulls that bring more, one after another. */
import { LateMap } from '../engine/late-map.js';
import type { ContainerImage } from '../api/kinds/core.js';
import type { Clock } from '../engine/clock.js';
import type { Random } from '../engine/random.js';
import { fullImageName, type Image, type ImageRegistry, imageId } from './image-registry.js';
import { Signal, type Task } from './task.js';
import { draw, type NodeTimings } from './timings.js';

/** Images that are on a node from the start: by any name that a pod may use. */
export type PresentImages = Readonly<Record<string, Image>>;

/** What a store needs. */
export interface ImageStoreOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly timings: NodeTimings;
  readonly registry: ImageRegistry;
  readonly present: PresentImages;
  readonly serializesPulls: boolean;
}

/** What came of a pull. */
export type Pulled =
  | { readonly isOk: true; readonly image: Image; readonly pullMs: number }
  | { readonly isOk: false; readonly message: string };

/** Keeps the images of a node. It outlives the kubelet's process. */
export class ImageStore {
  private readonly pulled = new LateMap<string, Image>();
  private readonly attempts = new LateMap<string, number>();
  private pulling: Signal | undefined;
  private readonly waiting: Signal[] = [];
  /** How many times as long pulls take. */
  slowness = 1;

  constructor(private readonly options: ImageStoreOptions) {}

  /** The image, if the node has it. The name is a full one. */
  find(name: string): Image | undefined {
    return this.pulled.get(name) ?? this.present(name);
  }

  private present(name: string): Image | undefined {
    const { present, registry } = this.options;
    return Object.hasOwn(present, name) ? present[name] : registry.loaded?.(name);
  }

  /** Fetches an image; pulls wait for one another unless the node pulls in parallel. */
  *pull(name: string): Task<Pulled> {
    const { serializesPulls } = this.options;
    if (serializesPulls && this.pulling !== undefined) {
      const turn = new Signal();
      this.waiting.push(turn);
      yield turn.wait;
    }
    const mine = new Signal();
    this.pulling = mine;
    const result = yield* this.fetch(name);
    if (this.pulling === mine) this.pulling = undefined;
    this.waiting.shift()?.fire();
    return result;
  }

  /** The kubelet's process has ended, and with it the pulls that it waited for: nobody waits any more. */
  forgetPulls(): void {
    this.pulling = undefined;
    this.waiting.length = 0;
  }

  private *fetch(name: string): Task<Pulled> {
    const { clock, random, timings, registry } = this.options;
    const startMs = clock.now();
    const attempt = (this.attempts.get(name) ?? 0) + 1;
    this.attempts.set(name, attempt);
    yield draw(random, timings.registryAnswer);
    const answer = registry.pull({ image: name, attempt, nowMs: clock.now() });
    if (!answer.isOk) {
      yield answer.afterMs ?? 0;
      return { isOk: false, message: answer.message };
    }
    const { image } = answer;
    const usualMs = answer.afterMs ?? (image.sizeBytes / timings.pullBytesPerSecond) * 1_000;
    yield usualMs * this.slowness;
    this.pulled.set(name, image);
    return { isOk: true, image, pullMs: clock.now() - startMs };
  }

  /** For the Node's status: the largest first, at most so many. */
  list(imagesMax: number): readonly ContainerImage[] {
    const all = new Map<string, Image>();
    for (const [name, image] of Object.entries(this.options.present)) {
      const full = fullImageName(name);
      if ('name' in full) all.set(full.name, image);
    }
    for (const [name, image] of this.pulled) all.set(name, image);
    return [...all]
      .map(([name, { sizeBytes }]) => ({ names: [name], sizeBytes }))
      .sort(
        (a, b) =>
          b.sizeBytes - a.sizeBytes ||
          (imageId(a.names[0] ?? '') < imageId(b.names[0] ?? '') ? -1 : 1),
      )
      .slice(0, imagesMax);
  }

  /** Whether pulls have changed the list. */
  get pulledCount(): number {
    return this.pulled.size;
  }
}
