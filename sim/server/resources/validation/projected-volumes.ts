/** Checks of projected volumes. @upstream pkg/apis/core/validation/validation.go validateProjectionSources */
import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  Volume,
  VolumeProjection,
} from '../../../api/kinds/core.js';
import { forbidden, invalid, required } from '../field-error.js';
import type { Errors } from './checks.js';
import { checkFieldRef, checkResourceFieldRef, volumeFields } from './field-refs.js';
import { checkMode, checkNonReserved } from './paths.js';
import { checkKeyToPath } from './volumes.js';

/** A projected volume: files from several sources, none twice. */
export function checkProjected(volume: Volume, path: string, errors: Errors): void {
  const at = `${path}.projected`;
  checkMode(volume.projected?.defaultMode, `${at}.defaultMode`, errors);
  const files = new Files(at, errors);
  for (const [index, source] of (volume.projected?.sources ?? []).entries()) {
    checkProjection(source, `${at}.sources[${index}]`, files, errors);
  }
}

/** The paths of the files that were projected so far. */
class Files {
  private readonly paths = new Set<string>();

  constructor(
    readonly path: string,
    private readonly errors: Errors,
  ) {}

  add(path: string | undefined, value: string): void {
    if (!path) return;
    if (this.paths.has(path)) {
      this.errors.push(invalid(this.path, value, 'conflicting duplicate paths'));
    }
    this.paths.add(path);
  }
}

function checkProjection(
  source: VolumeProjection,
  path: string,
  files: Files,
  errors: Errors,
): void {
  let count = 0;
  for (const name of ['secret', 'configMap'] as const) {
    const part = source[name];
    if (part === undefined) continue;
    count++;
    checkKeys(part, `${path}.${name}`, files, errors);
  }
  if (source.downwardAPI !== undefined) {
    count++;
    for (const file of source.downwardAPI.items ?? []) {
      checkDownwardFile(file, `${path}.downwardAPI`, errors);
      files.add(file.path, file.path);
    }
  }
  if (source.serviceAccountToken !== undefined) {
    count++;
    checkToken(source.serviceAccountToken, path, files, errors);
  }
  if (count > 1) {
    errors.push(forbidden(path, 'may not specify more than 1 volume type per source'));
  }
}

function checkKeys(
  part: { readonly name?: string; readonly items?: readonly KeyToPath[] },
  path: string,
  files: Files,
  errors: Errors,
): void {
  if (!part.name) errors.push(required(`${path}.name`));
  for (const [index, item] of (part.items ?? []).entries()) {
    checkKeyToPath(item, `${path}.items[${index}]`, errors);
    files.add(item.path, part.name ?? '');
  }
}

function checkToken(
  token: NonNullable<VolumeProjection['serviceAccountToken']>,
  path: string,
  files: Files,
  errors: Errors,
): void {
  const seconds = token.expirationSeconds ?? 0;
  const at = `${path}.serviceAccountToken.expirationSeconds`;
  if (seconds < 600) {
    errors.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'));
  }
  if (seconds > 2 ** 32) {
    errors.push(invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  // Upstream names the volume here, not the source.
  if (!token.path) errors.push(required(`${files.path}.path`));
  else checkNonReserved(token.path, `${files.path}.path`, errors);
}

/** A file that tells something of the pod. */
export function checkDownwardFile(file: DownwardAPIVolumeFile, path: string, errors: Errors): void {
  if (!file.path) errors.push(required(`${path}.path`));
  checkNonReserved(file.path ?? '', `${path}.path`, errors);
  if (file.fieldRef !== undefined) {
    checkFieldRef(file.fieldRef, volumeFields, `${path}.fieldRef`, errors);
    if (file.resourceFieldRef !== undefined) {
      const text = 'fieldRef and resourceFieldRef can not be specified simultaneously';
      errors.push(invalid(path, 'resource', text));
    }
  } else if (file.resourceFieldRef !== undefined) {
    const at = `${path}.resourceFieldRef`;
    checkResourceFieldRef(file.resourceFieldRef, at, { needsContainer: true }, errors);
  } else {
    errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  }
  checkMode(file.mode, `${path}.mode`, errors);
}
