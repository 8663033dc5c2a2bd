/** The defaults of volumes. @upstream pkg/apis/core/v1/defaults.go */
import type {
  DownwardAPIVolumeFile,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  ProjectedVolumeSource,
  Volume,
  VolumeProjection,
} from '../../../api/kinds/core.js';
import { fieldRefDefaults, resourcesDefaults } from './container.js';
import { eachItem, fill, fillEmpty, within } from './fill.js';
import { defaultPullPolicy } from './image.js';

const readableMode = 0o644;

/** The defaults of a volume of a pod. */
export function volumeDefaults(volume: Volume): Volume {
  let count = 0;
  for (const key in volume) if (key !== 'name') count++;
  if (count === 0) return { ...volume, emptyDir: {} };
  return diskDefaults(fileDefaults(volume));
}

function fileDefaults(volume: Volume): Volume {
  let result = volume;
  if (result.configMap !== undefined) result = within(result, 'configMap', modeDefault);
  if (result.secret !== undefined) result = within(result, 'secret', modeDefault);
  if (result.projected !== undefined) result = within(result, 'projected', projectedDefaults);
  if (result.hostPath !== undefined) {
    result = within(result, 'hostPath', source => fill(source, { type: '' }));
  }
  if (result.downwardAPI !== undefined) {
    result = within(result, 'downwardAPI', source =>
      within(modeDefault(source), 'items', items => eachItem(items, downwardDefaults)),
    );
  }
  return result;
}

function diskDefaults(volume: Volume): Volume {
  let result = volume;
  if (result.image !== undefined) {
    result = within(result, 'image', image =>
      image.pullPolicy ? image : { ...image, pullPolicy: defaultPullPolicy(image.reference ?? '') },
    );
  }
  if (result.iscsi !== undefined) {
    result = within(result, 'iscsi', source => fillEmpty(source, { iscsiInterface: 'default' }));
  }
  if (result.rbd !== undefined) {
    result = within(result, 'rbd', source =>
      fillEmpty(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
    );
  }
  if (result.azureDisk !== undefined) {
    result = within(result, 'azureDisk', source => fill(source, azureDiskValues));
  }
  if (result.scaleIO !== undefined) {
    result = within(result, 'scaleIO', source => fillEmpty(source, scaleIOValues));
  }
  if (result.ephemeral !== undefined) {
    result = within(result, 'ephemeral', source =>
      within(source, 'volumeClaimTemplate', claimTemplateDefaults),
    );
  }
  return result;
}

/** What an Azure disk has when nothing is said. */
export const azureDiskValues = {
  cachingMode: 'ReadWrite',
  kind: 'Shared',
  fsType: 'ext4',
  readOnly: false,
};

/** What a ScaleIO volume has when nothing is said. */
export const scaleIOValues = { storageMode: 'ThinProvisioned', fsType: 'xfs' };

function modeDefault<T extends { readonly defaultMode?: number }>(source: T): T {
  return source.defaultMode === undefined ? { ...source, defaultMode: readableMode } : source;
}

function projectedDefaults(source: ProjectedVolumeSource): ProjectedVolumeSource {
  return within(modeDefault(source), 'sources', list => eachItem(list, projectionDefaults));
}

function projectionDefaults(projection: VolumeProjection): VolumeProjection {
  const timed = within(projection, 'serviceAccountToken', token =>
    fill(token, { expirationSeconds: 3600 }),
  );
  return within(timed, 'downwardAPI', source =>
    within(source, 'items', items => eachItem(items, downwardDefaults)),
  );
}

function downwardDefaults(file: DownwardAPIVolumeFile): DownwardAPIVolumeFile {
  return file.fieldRef === undefined ? file : within(file, 'fieldRef', fieldRefDefaults);
}

function claimTemplateDefaults(
  template: PersistentVolumeClaimTemplate,
): PersistentVolumeClaimTemplate {
  return within(template, 'spec', claimSpecDefaults);
}

/** The defaults of a claim wherever it stands. */
export function claimSpecDefaults(spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const result = fill(spec, { volumeMode: 'Filesystem', resources: {} });
  return within(result, 'resources', resourcesDefaults);
}
