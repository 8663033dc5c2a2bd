/** Brings a pod's volumes about, and tells when it cannot. @upstream pkg/kubelet/volumemanager */
import type { Volume } from '../api/kinds/core.js';
import { LateMap } from '../engine/late-map.js';
import { goQuote } from '../api/go-text.js';
import { MemoryFiles } from '../workloads/files/memory-files.js';
import type { KubeletContext } from './context.js';
import type { PodEntry } from './pod-entry.js';
import type { PodVolumes } from './pod-volumes.js';
import { isProjection, tellsOfPod, VolumeContents } from './volume-contents.js';
import { factsOf, nodeHostsFile, setOwnership, shapeOf, textsOf } from './volume-shapes.js';
import type { Task } from './task.js';
import { draw } from './timings.js';

/** How long a sync waits for its pod's volumes. @upstream volume_manager.go podAttachAndMountTimeout */
const waitMaxMs = 123_000;
const firstRetryMs = 500;
const retryMaxMs = 122_000;

interface MountState {
  nextMs: number;
  delayMs: number;
}

/** The mounts of one life of a kubelet. */
export class VolumeManager {
  /** By pod and volume: when the next try is due. */
  private readonly states = new LateMap<string, Map<string, MountState>>();

  private readonly contents: VolumeContents;

  constructor(private readonly context: KubeletContext) {
    this.contents = new VolumeContents(context);
  }

  /** Waits until all volumes are there. False: they are not, after the time that a sync waits. */
  *waitForMounts(entry: PodEntry, isCancelled: () => boolean): Task<boolean> {
    const { clock, machine, random, timings } = this.context;
    const wanted = entry.pod.spec?.volumes ?? [];
    if (wanted.length === 0) return true;
    let volumes = machine.volumes.get(entry.uid);
    if (volumes === undefined) {
      volumes = new Map();
      machine.volumes.set(entry.uid, volumes);
      yield draw(random, timings.mountVolumes);
    }
    const untilMs = clock.now() + waitMaxMs;
    for (;;) {
      const claimError = yield* this.tryAll(entry, volumes, wanted);
      if (claimError !== undefined) {
        this.context.tell(entry.pod, {
          type: 'Warning',
          reason: 'FailedMount',
          message: claimError,
        });
        return false;
      }
      const missing = wanted.filter(({ name }) => !volumes.has(name));
      if (missing.length === 0) return true;
      if (isCancelled()) return false;
      const nextMs = Math.min(
        untilMs,
        ...missing.map(({ name }) => this.stateOf(entry, name).nextMs),
      );
      yield* this.sleepOrCancel(entry, Math.max(0, nextMs - clock.now()));
      if (isCancelled() || clock.now() >= untilMs) return false;
    }
  }

  private *sleepOrCancel(entry: PodEntry, delayMs: number): Task {
    const { clock, nodeName } = this.context;
    yield resume => {
      const timer = clock.after(delayMs, `${nodeName} mount`, resume);
      const cancel = (): void => {
        timer.cancel();
        resume();
      };
      entry.cancel = cancel;
    };
    entry.cancel = undefined;
  }

  private stateOf(entry: PodEntry, volume: string): MountState {
    const of = this.states.get(entry.uid) ?? new Map<string, MountState>();
    this.states.set(entry.uid, of);
    let state = of.get(volume);
    if (state === undefined) {
      state = { nextMs: 0, delayMs: firstRetryMs };
      of.set(volume, state);
    }
    return state;
  }

  private *tryAll(
    entry: PodEntry,
    volumes: PodVolumes,
    wanted: readonly Volume[],
  ): Task<string | undefined> {
    const { clock } = this.context;
    for (const volume of wanted) {
      if (volumes.has(volume.name)) continue;
      const state = this.stateOf(entry, volume.name);
      if (state.nextMs > clock.now()) continue;
      const made = yield* this.contents.make(entry.pod, volume);
      if ('claimError' in made) return made.claimError;
      if ('content' in made) {
        const shape = shapeOf(entry.pod, volume);
        const shared = this.sharedFiles(volume, made.volumeName);
        const files = shared ?? new MemoryFiles(shape);
        if (shared === undefined)
          files.replace(textsOf(made.content), factsOf(made.content, shape));
        else if (made.volumeName !== undefined) setOwnership(files, entry.pod);
        volumes.set(volume.name, files);
        continue;
      }
      const message = `MountVolume.SetUp failed for volume ${goQuote(volume.name)} : ${made.error}`;
      this.context.tell(entry.pod, { type: 'Warning', reason: 'FailedMount', message });
      state.nextMs = clock.now() + state.delayMs;
      state.delayMs = Math.min(state.delayMs * 2, retryMaxMs);
    }
    return undefined;
  }

  /** The files of storage that outlives the pod and that others mount too. */
  private sharedFiles(volume: Volume, volumeName: string | undefined): MemoryFiles | undefined {
    const { sharedFiles } = this.context.machine;
    const shape = shapeOf(undefined, volume);
    const { nfs, hostPath } = volume;
    if (nfs !== undefined) return sharedFiles(`nfs ${nfs.server}:${nfs.path}`, shape);
    if (hostPath !== undefined) {
      const files = sharedFiles(`host ${this.context.nodeName}:${hostPath.path}`, shape);
      // The one file of a node that pods are known to mount.
      const isHosts = hostPath.path === '/etc/hosts' && files.read('') === undefined;
      if (isHosts) files.write('', nodeHostsFile(this.context.nodeName, this.context.nodeIp));
      return files;
    }
    return volumeName === undefined ? undefined : sharedFiles(`volume ${volumeName}`, shape);
  }

  /**
   * Brings config maps, secrets and the downward API up to date in a pod that runs; `isPodOnly`: what
   * tells of the pod itself, which is known to have changed without asking anybody.
   */
  *refresh(entry: PodEntry, { isPodOnly }: { readonly isPodOnly: boolean }): Task {
    const volumes = this.context.machine.volumes.get(entry.uid);
    for (const volume of entry.pod.spec?.volumes ?? []) {
      if (!(isPodOnly ? tellsOfPod(volume) : isProjection(volume))) continue;
      const made = yield* this.contents.make(entry.pod, volume);
      if (!('content' in made)) continue;
      const facts = factsOf(made.content, shapeOf(entry.pod, volume));
      volumes?.get(volume.name)?.replace(textsOf(made.content), facts);
    }
  }

  /** Forgets a pod. */
  forget(podUid: string): void {
    this.states.delete(podUid);
  }
}
