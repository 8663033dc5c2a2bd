/**
 * What is in volumes that the kubelet writes: config maps, secrets, the downward API, tokens.
 * @upstream pkg/volume/{configmap,secret,downwardapi,projected}
 */
import { bytesOfBase64 } from '../api/base64.js';
import { textOfBytes } from '../api/bytes-text.js';
import {
  configMaps,
  type ConfigMap,
  type DownwardAPIVolumeFile,
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
import { filesOfImage } from '../workloads/files/image-files.js';
import type { KubeletContext } from './context.js';
import { fieldValue, resourceValue } from './downward.js';
import { containerNamed, containersOf, initContainersOf } from './pod-spec.js';
import type { Task } from './task.js';
import type { FileProjection } from './volume-shapes.js';

/** @upstream pkg/apis/core/v1/defaults.go */
const defaultTokenSeconds = 3_600;
const usualMode = 0o644;

type Texts = Readonly<Record<string, string>>;
type Content = Readonly<Record<string, FileProjection>>;

/** A volume's files, or why there are none. */
export type Made =
  | {
      readonly content: Content;
      /** The persistent volume whose files these are, which outlive the pod. */
      readonly volumeName?: string;
    }
  | { readonly error: string }
  | { readonly claimError: string };

/** Whether the kubelet writes the volume, and writes it anew when its sources change. */
export function isProjection({ configMap, secret, downwardAPI, projected, name }: Volume): boolean {
  if (projected !== undefined) return !name.startsWith('kube-api-access-');
  return configMap !== undefined || secret !== undefined || downwardAPI !== undefined;
}

/** Whether fields of the pod stand in it. */
export function tellsOfPod(volume: Volume): boolean {
  if (volume.downwardAPI !== undefined) return true;
  const { sources = [] } = volume.projected ?? {};
  return isProjection(volume) && sources.some(({ downwardAPI }) => downwardAPI !== undefined);
}

/** Makes the contents of volumes, as one kubelet does. */
export class VolumeContents {
  constructor(private readonly context: KubeletContext) {}

  /** What is in a volume when it is mounted, or why it cannot be. */
  *make(pod: Pod, volume: Volume): Task<Made> {
    if (volume.configMap !== undefined) {
      const { name = '', items, optional, defaultMode } = volume.configMap;
      return yield* this.fromConfigMap(pod, { name, items, optional, defaultMode });
    }
    if (volume.secret !== undefined) {
      const { secretName: name = '', items, optional, defaultMode } = volume.secret;
      return yield* this.fromSecret(pod, { name, items, optional, defaultMode });
    }
    if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined) {
      return yield* this.fromClaim(pod, volume);
    }
    if (volume.downwardAPI !== undefined) {
      const { items = [], defaultMode } = volume.downwardAPI;
      return { content: this.downwardFiles(pod, items, defaultMode) };
    }
    if (volume.projected !== undefined) return yield* this.fromProjected(pod, volume);
    const { reference = '' } = volume.image ?? {};
    return { content: reference === '' ? {} : ofImage(reference) };
  }

  private *fromProjected(pod: Pod, volume: Volume): Task<Made> {
    const isServiceAccount = volume.name.startsWith('kube-api-access-');
    const isAsked = !isServiceAccount || this.context.config.mountsTokens;
    const { sources = [], defaultMode } = volume.projected ?? {};
    let content: Content = {};
    for (const source of sources) {
      let made: Made = { content: {} };
      if (source.serviceAccountToken !== undefined && isAsked) {
        made = yield* this.fromToken(pod, source.serviceAccountToken, defaultMode);
      } else if (source.configMap !== undefined && isAsked) {
        const { name = '', items, optional } = source.configMap;
        made = yield* this.fromConfigMap(pod, { name, items, optional, defaultMode });
      } else if (source.secret !== undefined) {
        const { name = '', items, optional } = source.secret;
        made = yield* this.fromSecret(pod, { name, items, optional, defaultMode });
      } else if (source.downwardAPI !== undefined) {
        const { items = [] } = source.downwardAPI;
        made = { content: this.downwardFiles(pod, items, defaultMode) };
      }
      if (!('content' in made)) return made;
      content = { ...content, ...made.content };
    }
    return { content };
  }

  /** A token that is bound to the pod. @upstream pkg/kubelet/token/token_manager.go */
  private *fromToken(
    pod: Pod,
    source: ServiceAccountTokenProjection,
    defaultMode: number | undefined,
  ): Task<Made> {
    const { namespace = '', name = '', uid: podUid = '' } = pod.metadata;
    const account = pod.spec?.serviceAccountName ?? 'default';
    const { audience = '', expirationSeconds = defaultTokenSeconds } = source;
    const spec = {
      audiences: audience === '' ? [] : [audience],
      expirationSeconds,
      boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid: podUid },
    };
    const of = { namespace, name: account, subresource: 'token' };
    const answer = yield* this.context.ask(createSubresource(serviceAccounts, of, { spec }));
    if (!answer.isOk) return { error: `failed to fetch token: ${answer.message}` };
    const { status } = answer.object as { readonly status?: { readonly token?: string } };
    const uid = userOfAll(pod);
    // Only who runs the pod may read it; ownership by group is set on top of that.
    const isOwned = uid !== undefined || pod.spec?.securityContext?.fsGroup !== undefined;
    const mode = isOwned ? 0o600 : (defaultMode ?? usualMode);
    const owner = uid === undefined ? {} : { uid };
    return { content: { [source.path]: { text: status?.token ?? '', mode, ...owner } } };
  }

  private *fromConfigMap(pod: Pod, source: Source): Task<Made> {
    const namespace = pod.metadata.namespace ?? '';
    const answer = yield* this.context.ask(get(configMaps, namespace, source.name));
    if (answer.isOk) return picked(configDataOf(answer.object), source, 'configmap');
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

  private downwardFiles(
    pod: Pod,
    items: readonly DownwardAPIVolumeFile[],
    defaultMode: number | undefined,
  ): Content {
    const allocatable = this.context.node()?.status?.allocatable;
    const content: Record<string, FileProjection> = {};
    for (const { path, fieldRef, resourceFieldRef, mode = defaultMode ?? usualMode } of items) {
      let text = '';
      if (fieldRef !== undefined) text = fieldValue(pod, fieldRef.fieldPath);
      else if (resourceFieldRef !== undefined) {
        const { containerName = '', resource, divisor = '' } = resourceFieldRef;
        const container = containerNamed(pod, containerName);
        if (container) text = resourceValue(container, { resource, divisor, allocatable });
      }
      content[path] = { text, mode };
    }
    return content;
  }
}

function ofImage(reference: string): Content {
  const files = Object.entries(filesOfImage(reference));
  return Object.fromEntries(files.map(([path, text]) => [path, { text, mode: usualMode }]));
}

interface Source {
  readonly name: string;
  readonly items: readonly KeyToPath[] | undefined;
  readonly optional: boolean | undefined;
  readonly defaultMode: number | undefined;
}

function missing(source: Source, error: string): Made {
  return source.optional === true ? { content: {} } : { error };
}

function picked(data: Texts, source: Source, what: string): Made {
  const { items = [], defaultMode = usualMode } = source;
  const content: Record<string, FileProjection> = {};
  if (items.length === 0) {
    for (const [key, text] of Object.entries(data)) content[key] = { text, mode: defaultMode };
    return { content };
  }
  for (const { key, path, mode = defaultMode } of items) {
    const text = data[key];
    if (text !== undefined) content[path] = { text, mode };
    else if (source.optional !== true) {
      return {
        error: `${what} references non-existent ${what === 'secret' ? 'secret' : 'config'} key: ${key}`,
      };
    }
  }
  return { content };
}

/** The values of a config map as text: those that are binary too. */
function configDataOf({ data, binaryData }: ConfigMap): Texts {
  return binaryData === undefined ? (data ?? {}) : { ...data, ...decoded(binaryData) };
}

/** The values of a secret as text. */
export function secretDataOf(object: Secret): Texts {
  return decoded(object.data ?? {});
}

function decoded(values: Texts): Texts {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, textOfBytes(bytesOfBase64(value))]),
  );
}

/** The user of all containers, where they have the same. @upstream pkg/volume/util/util.go FsUserFrom */
function userOfAll(pod: Pod): number | undefined {
  const shared = pod.spec?.securityContext?.runAsUser;
  const all = [...initContainersOf(pod), ...containersOf(pod)];
  const users = new Set(all.map(({ securityContext }) => securityContext?.runAsUser ?? shared));
  const [only] = users;
  return users.size === 1 ? only : undefined;
}
