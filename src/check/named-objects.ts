/** The ConfigMaps, Secrets, claims and the rest that a pod names, each with its place. */
import type { FieldPath } from '../input/located.js';
import type { Container, Volume } from '../../sim/api/kinds/core.js';
import { listOf, type PodTemplate } from './pod-template.js';

/** A name in a pod's spec. */
export interface NamedObject {
  readonly kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim';
  readonly name: string;
  readonly path: FieldPath;
  /** A key of it that must be there. */
  readonly key?: string;
  /** The pod runs without it. */
  readonly isOptional: boolean;
  /** It is a registry's credentials: the kubelet only warns when it is missing. */
  readonly isPullSecret?: boolean;
}

/** All that a template names. */
export function namedObjects(template: PodTemplate): NamedObject[] {
  const { spec, specPath, containers } = template;
  const found = containers.flatMap(({ container, path }) => fromContainer(container, path));
  listOf(spec.volumes).forEach((volume, index) => {
    found.push(...fromVolume(volume, [...specPath, 'volumes', index]));
  });
  listOf(spec.imagePullSecrets).forEach(({ name = '' }, index) => {
    const path = [...specPath, 'imagePullSecrets', index, 'name'];
    found.push({ kind: 'Secret', name, path, isOptional: false, isPullSecret: true });
  });
  return found.filter(({ name }) => name !== '');
}

function fromContainer({ env, envFrom }: Container, base: FieldPath): NamedObject[] {
  const found: NamedObject[] = [];
  listOf(env).forEach(({ valueFrom }, index) => {
    const path = [...base, 'env', index, 'valueFrom'];
    const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom ?? {};
    if (map !== undefined) found.push(keyed('ConfigMap', map, [...path, 'configMapKeyRef']));
    if (secret !== undefined) found.push(keyed('Secret', secret, [...path, 'secretKeyRef']));
  });
  listOf(envFrom).forEach(({ configMapRef: map, secretRef: secret }, index) => {
    const path = [...base, 'envFrom', index];
    if (map !== undefined) found.push(plain('ConfigMap', map, [...path, 'configMapRef']));
    if (secret !== undefined) found.push(plain('Secret', secret, [...path, 'secretRef']));
  });
  return found;
}

function fromVolume(volume: Volume, path: FieldPath): NamedObject[] {
  const found: NamedObject[] = [];
  const { configMap, secret, persistentVolumeClaim: claim, projected } = volume;
  if (configMap !== undefined) {
    found.push(...withItems('ConfigMap', configMap, [...path, 'configMap']));
  }
  if (secret !== undefined) {
    const { secretName, ...rest } = secret;
    const named = { ...rest, ...(secretName !== undefined && { name: secretName }) };
    found.push(...withItems('Secret', named, [...path, 'secret'], 'secretName'));
  }
  if (claim !== undefined) {
    const at = [...path, 'persistentVolumeClaim', 'claimName'];
    const { claimName: name } = claim;
    found.push({ kind: 'PersistentVolumeClaim', name, path: at, isOptional: false });
  }
  listOf(projected?.sources).forEach((source, index) => {
    const at = [...path, 'projected', 'sources', index];
    const { configMap: map, secret: key } = source;
    if (map !== undefined) found.push(...withItems('ConfigMap', map, [...at, 'configMap']));
    if (key !== undefined) found.push(...withItems('Secret', key, [...at, 'secret']));
  });
  return found;
}

interface Selector {
  readonly name?: string;
  readonly optional?: boolean;
}

function plain(
  kind: NamedObject['kind'],
  { name = '', optional = false }: Selector,
  path: FieldPath,
  field = 'name',
): NamedObject {
  return { kind, name, path: [...path, field], isOptional: optional };
}

function keyed(
  kind: NamedObject['kind'],
  selector: Selector & { readonly key: string },
  path: FieldPath,
): NamedObject {
  return { ...plain(kind, selector, path), key: selector.key };
}

function withItems(
  kind: NamedObject['kind'],
  source: Selector & { readonly items?: readonly { readonly key: string }[] },
  path: FieldPath,
  field = 'name',
): NamedObject[] {
  const whole = plain(kind, source, path, field);
  const keys = listOf(source.items).map(({ key }) => ({ ...whole, key }));
  return keys.length === 0 ? [whole] : keys;
}
