/** Brings a pod's volumes about, and tells when it cannot. @upstream pkg/kubelet/volumemanager */
import {
  configMaps,
  type ConfigMap,
  type KeyToPath,
  persistentVolumeClaims,
  type Pod,
  secrets,
  type Secret,
  serviceAccounts,
  type ServiceAccountTokenProjection,
  type Volume,
} from '../api/kinds/core.js';
import { goQuote } from '../api/go-text.js';
import { createSubresource, get } from '../client/requests.js';
import type { KubeletContext } from './context.js';
import { fieldValue } from './downward.js';
import type { PodEntry } from './pod-entry.js';
import { MemoryFiles, type PodVolumes } from './pod-volumes.js';
import type { Task } from './task.js';
import { draw } from './timings.js';

/** How long a sync waits for its pod's volumes. @upstream volume_manager.go podAttachAndMountTimeout */
const waitMaxMs = 123_000;
const firstRetryMs = 500;
const retryMaxMs = 122_000;
/** @upstream pkg/apis/core/v1/defaults.go */
const defaultTokenSeconds = 3_600;

interface MountState {
  nextMs: number;
  delayMs: number;
}

type Content = Readonly<Record<string, string>>;
type Made =
  | {
      readonly content: Content;
      /** The persistent volume whose files these are, which outlive the pod. */
      readonly volumeName?: string;
    }
  | { readonly error: string }
  | { readonly claimError: string };

/** The mounts of one life of a kubelet. */
export class VolumeManager {
  /** By pod and volume: when the next try is due. */
  private readonly states = new Map<string, Map<string, MountState>>();

  constructor(private readonly context: KubeletContext) {}

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
      entry.cancel = () => {
        timer.cancel();
        resume();
      };
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
      const made = yield* this.make(entry.pod, volume);
      if ('claimError' in made) return made.claimError;
      if ('content' in made) {
        const shared = this.sharedFiles(volume, made.volumeName);
        const files = shared ?? new MemoryFiles();
        if (shared === undefined) files.replace(made.content);
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
    if (volume.nfs !== undefined) return sharedFiles(`nfs ${volume.nfs.server}:${volume.nfs.path}`);
    if (volume.hostPath !== undefined) {
      return sharedFiles(`host ${this.context.nodeName}:${volume.hostPath.path}`);
    }
    return volumeName === undefined ? undefined : sharedFiles(`volume ${volumeName}`);
  }

  /** Brings config maps, secrets and the downward API up to date in a pod that runs. */
  *refresh(entry: PodEntry): Task {
    const volumes = this.context.machine.volumes.get(entry.uid);
    for (const volume of entry.pod.spec?.volumes ?? []) {
      if (volume.configMap === undefined && volume.secret === undefined) continue;
      const made = yield* this.make(entry.pod, volume);
      if ('content' in made) volumes?.get(volume.name)?.replace(made.content);
    }
  }

  private *make(pod: Pod, volume: Volume): Task<Made> {
    if (volume.configMap !== undefined) {
      const { name = '', items, optional } = volume.configMap;
      return yield* this.fromConfigMap(pod, { name, items, optional });
    }
    if (volume.secret !== undefined) {
      const { secretName = '', items, optional } = volume.secret;
      return yield* this.fromSecret(pod, { name: secretName, items, optional });
    }
    if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined) {
      return yield* this.fromClaim(pod, volume);
    }
    if (volume.downwardAPI !== undefined) {
      return { content: downwardFiles(pod, volume.downwardAPI.items ?? []) };
    }
    if (volume.projected !== undefined) return yield* this.fromProjected(pod, volume);
    return { content: {} };
  }

  private *fromProjected(pod: Pod, volume: Volume): Task<Made> {
    const isServiceAccount = volume.name.startsWith('kube-api-access-');
    const isAsked = !isServiceAccount || this.context.config.mountsTokens;
    let content: Content = {};
    for (const source of volume.projected?.sources ?? []) {
      let made: Made = { content: {} };
      if (source.serviceAccountToken !== undefined && isAsked) {
        made = yield* this.fromToken(pod, source.serviceAccountToken);
      } else if (source.configMap !== undefined && isAsked) {
        const { name = '', items, optional } = source.configMap;
        made = yield* this.fromConfigMap(pod, { name, items, optional });
      } else if (source.secret !== undefined) {
        const { name = '', items, optional } = source.secret;
        made = yield* this.fromSecret(pod, { name, items, optional });
      } else if (source.downwardAPI !== undefined) {
        made = { content: downwardFiles(pod, source.downwardAPI.items ?? []) };
      }
      if (!('content' in made)) return made;
      content = { ...content, ...made.content };
    }
    return { content };
  }

  /** A token that is bound to the pod. @upstream pkg/kubelet/token/token_manager.go */
  private *fromToken(pod: Pod, source: ServiceAccountTokenProjection): Task<Made> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    const account = pod.spec?.serviceAccountName ?? 'default';
    const { audience = '', expirationSeconds = defaultTokenSeconds } = source;
    const spec = {
      audiences: audience === '' ? [] : [audience],
      expirationSeconds,
      boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
    };
    const of = { namespace, name: account, subresource: 'token' };
    const answer = yield* this.context.ask(createSubresource(serviceAccounts, of, { spec }));
    if (!answer.isOk) return { error: `failed to fetch token: ${answer.message}` };
    const { status } = answer.object as { readonly status?: { readonly token?: string } };
    return { content: { [source.path]: status?.token ?? '' } };
  }

  private *fromConfigMap(pod: Pod, source: Source): Task<Made> {
    const namespace = pod.metadata.namespace ?? '';
    const answer = yield* this.context.ask(get(configMaps, namespace, source.name));
    if (answer.isOk) return picked(dataOf(answer.object), source, 'configmap');
    return missing(source, `configmap ${goQuote(source.name)} not found`);
  }

  private *fromSecret(pod: Pod, source: Source): Task<Made> {
    const namespace = pod.metadata.namespace ?? '';
    const answer = yield* this.context.ask(get(secrets, namespace, source.name));
    if (answer.isOk) return picked(secretDataOf(answer.object), source, 'secret');
    return missing(source, `secret ${goQuote(source.name)} not found`);
  }

  private *fromClaim(pod: Pod, volume: Volume): Task<Made> {
    const { namespace = '', name: podName = '' } = pod.metadata;
    const claim = volume.persistentVolumeClaim?.claimName ?? `${podName}-${volume.name}`;
    const answer = yield* this.context.ask(get(persistentVolumeClaims, namespace, claim));
    if (answer.isOk && answer.object.status?.phase === 'Bound') {
      const { volumeName } = answer.object.spec ?? {};
      return { content: {}, ...(volumeName !== undefined && { volumeName }) };
    }
    const what = answer.isOk
      ? `error processing PVC ${namespace}/${claim}: PVC is not bound`
      : `error processing PVC ${namespace}/${claim}: failed to fetch PVC from API server: persistentvolumeclaims ${goQuote(claim)} not found`;
    const list = `[${volume.name}]`;
    const text = `unmounted volumes=${list}, unattached volumes=[], failed to process volumes=${list}: ${what}`;
    return { claimError: `Unable to attach or mount volumes: ${text}` };
  }

  /** Forgets a pod. */
  forget(podUid: string): void {
    this.states.delete(podUid);
  }
}

interface Source {
  readonly name: string;
  readonly items: readonly KeyToPath[] | undefined;
  readonly optional: boolean | undefined;
}

function missing(source: Source, error: string): Made {
  return source.optional === true ? { content: {} } : { error };
}

function picked(data: Content, source: Source, what: string): Made {
  if (source.items === undefined || source.items.length === 0) return { content: data };
  const content: Record<string, string> = {};
  for (const { key, path } of source.items) {
    const value = data[key];
    if (value !== undefined) content[path] = value;
    else if (source.optional !== true) {
      return {
        error: `${what} references non-existent ${what === 'secret' ? 'secret' : 'config'} key: ${key}`,
      };
    }
  }
  return { content };
}

function dataOf(object: ConfigMap): Content {
  return object.data ?? {};
}

/** The values of a secret as text. */
export function secretDataOf(object: Secret): Content {
  return Object.fromEntries(
    Object.entries(object.data ?? {}).map(([key, value]) => [key, atob(value)]),
  );
}

function downwardFiles(
  pod: Pod,
  items: readonly { readonly path: string; readonly fieldRef?: { readonly fieldPath: string } }[],
): Content {
  return Object.fromEntries(
    items.map(({ path, fieldRef }) => [path, fieldRef ? fieldValue(pod, fieldRef.fieldPath) : '']),
  );
}
