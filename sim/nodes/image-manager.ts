/** Sees that a container's image is there, as its pull policy says. @upstream pkg/kubelet/images/image_manager.go */
import { LateMap } from '../engine/late-map.js';
import type { Pod } from '../api/kinds/core.js';
import { goQuote } from '../api/go-text.js';
import { printDuration } from '../api/duration.js';
import { BackOff } from './back-off.js';
import type { WaitingReason } from './container-status.js';
import type { KubeletContext, PodEvent } from './context.js';
import { fullImageName, type Image } from './image-registry.js';
import type { Task } from './task.js';

/** The image, or why it is not there. */
export type Ensured =
  | { readonly isOk: true; readonly name: string; readonly image: Image }
  | { readonly isOk: false; readonly why: WaitingReason };

/** A request for an image. */
export interface ImageWanted {
  readonly pod: Pod;
  readonly image: string;
  readonly policy: string | undefined;
  /** The container that it is for; none for image volumes. */
  readonly container?: string;
}

/** The pulls of one life of a kubelet: their back-off is lost with it. */
export class ImageManager {
  private readonly backOff: BackOff;
  private readonly lastErrors = new LateMap<string, string>();

  constructor(private readonly context: KubeletContext) {
    const { imageBackOffMs, imageBackOffMaxMs } = context.config;
    this.backOff = new BackOff(imageBackOffMs, imageBackOffMaxMs);
  }

  *ensure(wanted: ImageWanted): Task<Ensured> {
    const { machine } = this.context;
    const quoted = goQuote(wanted.image);
    const full = fullImageName(wanted.image);
    if ('error' in full) {
      const message = `Failed to apply default image tag ${quoted}: ${full.error}`;
      this.tell(wanted, 'Warning', 'InspectFailed', message);
      return { isOk: false, why: { reason: 'InvalidImageName', message } };
    }
    const policy = wanted.policy ?? 'IfNotPresent';
    const image = policy === 'Always' ? undefined : machine.images.find(full.name);
    if (image !== undefined) {
      const message = `Container image ${quoted} already present on machine and can be accessed by the pod`;
      this.tell(wanted, 'Normal', 'Pulled', message);
      return { isOk: true, name: full.name, image };
    }
    if (policy === 'Never') {
      const message = `Container image ${quoted} is not present with pull policy of Never`;
      this.tell(wanted, 'Warning', 'ErrImageNeverPull', message);
      return { isOk: false, why: { reason: 'ErrImageNeverPull', message } };
    }
    return yield* this.pull(wanted, full.name);
  }

  private *pull(wanted: ImageWanted, name: string): Task<Ensured> {
    const { clock, machine } = this.context;
    const quoted = goQuote(wanted.image);
    const key = `${wanted.pod.metadata.uid ?? ''}_${wanted.image}`;
    if (this.backOff.isWaiting(key, clock.now())) {
      let message = `Back-off pulling image ${quoted}`;
      this.tell(wanted, 'Normal', 'BackOff', message);
      const last = this.lastErrors.get(key);
      if (last !== undefined) message += `: ${last}`;
      return { isOk: false, why: { reason: 'ImagePullBackOff', message } };
    }
    this.lastErrors.delete(key);
    this.tell(wanted, 'Normal', 'Pulling', `Pulling image ${quoted}`);
    const startMs = clock.now();
    const result = yield* machine.images.pull(name);
    this.context.counts.pulled(wanted.pod, startMs);
    if (!result.isOk) {
      const { message } = result;
      this.tell(wanted, 'Warning', 'Failed', `Failed to pull image ${quoted}: ${message}`);
      this.backOff.next(key, clock.now(), clock.now());
      this.lastErrors.set(key, `ErrImagePull: ${message}`);
      return { isOk: false, why: { reason: 'ErrImagePull', message } };
    }
    const duration = (ms: number) => printDuration(Math.floor(ms) * 1_000_000);
    const times = `${duration(result.pullMs)} (${duration(clock.now() - startMs)} including waiting)`;
    const size = `Image size: ${result.image.sizeBytes} bytes.`;
    this.tell(
      wanted,
      'Normal',
      'Pulled',
      `Successfully pulled image ${quoted} in ${times}. ${size}`,
    );
    return { isOk: true, name, image: result.image };
  }

  private tell(
    { pod, container }: ImageWanted,
    type: PodEvent['type'],
    reason: string,
    message: string,
  ): void {
    this.context.tell(pod, {
      type,
      reason,
      message,
      ...(container !== undefined && { container }),
    });
  }

  /** Forgets a pod. */
  forget(podUid: string): void {
    this.backOff.forget(`${podUid}_`);
    for (const key of this.lastErrors.keys())
      if (key.startsWith(podUid)) this.lastErrors.delete(key);
  }
}
