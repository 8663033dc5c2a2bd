/** Checks of where volumes are mounted. @upstream pkg/apis/core/validation/validation.go ValidateVolumeMounts */
import type { Container, VolumeDevice, VolumeMount } from '../../../api/kinds/core.js';
import { forbidden, invalid, notFound, notSupported, required } from '../field-error.js';
import type { Errors } from './checks.js';
import { checkDescending } from './paths.js';
import type { SoundVolumes } from './volumes.js';

/** Mounts name sound volumes, and no place twice. */
export function checkMounts(
  container: Container,
  volumes: SoundVolumes,
  path: string,
  errors: Errors,
): void {
  const mounts = container.volumeMounts ?? [];
  const devices = container.volumeDevices ?? [];
  const places = new Set<string>();
  for (const [index, mount] of mounts.entries()) {
    const at = `${path}[${index}]`;
    const place = mount.mountPath ?? '';
    if (!mount.name) errors.push(required(`${at}.name`));
    if (!volumes.has(mount.name)) errors.push(notFound(`${at}.name`, mount.name ?? ''));
    if (place === '') errors.push(required(`${at}.mountPath`));
    if (places.has(place)) errors.push(invalid(`${at}.mountPath`, place, 'must be unique'));
    places.add(place);
    if (devices.some(device => device.name === mount.name)) {
      errors.push(invalid(`${at}.name`, mount.name, 'must not already exist in volumeDevices'));
    }
    if (devices.some(device => device.devicePath === place)) {
      const text = 'must not already exist as a path in volumeDevices';
      errors.push(invalid(`${at}.mountPath`, place, text));
    }
    checkMountDetails(mount, container, { path, at }, errors);
  }
}

function checkMountDetails(
  mount: VolumeMount,
  container: Container,
  { path, at }: { readonly path: string; readonly at: string },
  errors: Errors,
): void {
  // Upstream leaves the index out of these paths.
  if (mount.subPath) checkDescending(mount.subPath, `${path}.subPath`, errors);
  if (mount.subPathExpr) {
    if (mount.subPath) {
      const text = 'subPathExpr and subPath are mutually exclusive';
      errors.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, text));
    }
    checkDescending(mount.subPathExpr, `${path}.subPathExpr`, errors);
  }
  if (mount.mountPropagation !== undefined) {
    const isPrivileged = container.securityContext?.privileged === true;
    checkPropagation(mount.mountPropagation, isPrivileged, `${path}.mountPropagation`, errors);
  }
  if (mount.recursiveReadOnly !== undefined) {
    checkRecursive(mount, mount.recursiveReadOnly, `${path}.recursiveReadOnly`, errors);
  }
}

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

function checkPropagation(mode: string, isPrivileged: boolean, path: string, errors: Errors): void {
  if (!propagations.includes(mode)) errors.push(notSupported(path, mode, propagations));
  if (mode !== 'Bidirectional' || isPrivileged) return;
  const text = 'Bidirectional mount propagation is available only to privileged containers';
  errors.push(forbidden(path, text));
}

const recursiveModes = ['Disabled', 'Enabled', 'IfPossible'];

function checkRecursive(mount: VolumeMount, mode: string, path: string, errors: Errors): void {
  if (!recursiveModes.includes(mode)) errors.push(notSupported(path, mode, recursiveModes));
  if (mode !== 'Enabled' && mode !== 'IfPossible') return;
  if (mount.readOnly !== true) {
    errors.push(forbidden(path, 'may only be specified when readOnly is true'));
  }
  const propagation = mount.mountPropagation;
  if (propagation !== undefined && propagation !== 'None') {
    const text = 'may only be specified when mountPropagation is None or not specified';
    errors.push(forbidden(path, text));
  }
}

/** Devices name volumes of claims, and no place twice. */
export function checkDevices(
  container: Container,
  volumes: SoundVolumes,
  path: string,
  errors: Errors,
): void {
  const mounts = container.volumeMounts ?? [];
  const places = new Set<string>();
  const names = new Set<string>();
  for (const [index, device] of (container.volumeDevices ?? []).entries()) {
    const at = `${path}[${index}]`;
    checkDevice(device, volumes, { names, places }, at, errors);
    if (mounts.some(mount => mount.name === device.name)) {
      errors.push(invalid(`${at}.name`, device.name, 'must not already exist in volumeMounts'));
    }
    if (mounts.some(mount => mount.mountPath === device.devicePath)) {
      const text = 'must not already exist as a path in volumeMounts';
      errors.push(invalid(`${at}.devicePath`, device.devicePath, text));
    }
    if (device.name) names.add(device.name);
  }
}

function checkDevice(
  device: VolumeDevice,
  volumes: SoundVolumes,
  { names, places }: { readonly names: Set<string>; readonly places: Set<string> },
  path: string,
  errors: Errors,
): void {
  const { name = '', devicePath: place = '' } = device;
  const volume = volumes.get(name);
  if (name === '') errors.push(required(`${path}.name`));
  if (names.has(name)) errors.push(invalid(`${path}.name`, name, 'must be unique'));
  const isBlock = volume?.persistentVolumeClaim !== undefined || volume?.ephemeral !== undefined;
  if (volume !== undefined && !isBlock) {
    const text =
      'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
    errors.push(invalid(`${path}.name`, name, text));
  }
  if (volume === undefined) errors.push(notFound(`${path}.name`, name));
  if (place === '') errors.push(required(`${path}.devicePath`));
  if (places.has(place)) errors.push(invalid(`${path}.devicePath`, place, 'must be unique'));
  if (place.split('/').includes('..')) {
    errors.push(invalid(`${path}.devicePath`, place, "can not contain backsteps ('..')"));
  } else places.add(place);
}
