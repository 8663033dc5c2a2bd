/** The defaults of a PersistentVolume's source, of its own or within an attachment. @upstream pkg/apis/core/v1/defaults.go */
import type { PersistentVolumeSpec } from '../../../api/kinds/core.js';
import { fill, fillEmpty, within } from './fill.js';
import { resourceListDefaults } from './resource-list.js';
import { azureDiskValues, scaleIOValues } from './volume.js';

/** The spec with what its capacity and its source do not say. */
export function persistentSourceDefaults(given: PersistentVolumeSpec): PersistentVolumeSpec {
  let spec = within(given, 'capacity', resourceListDefaults);
  spec = within(spec, 'hostPath', source => fill(source, { type: '' }));
  spec = within(spec, 'iscsi', source => fillEmpty(source, { iscsiInterface: 'default' }));
  spec = within(spec, 'rbd', source =>
    fillEmpty(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
  );
  spec = within(spec, 'azureDisk', source => fill(source, azureDiskValues));
  return within(spec, 'scaleIO', source => fillEmpty(source, scaleIOValues));
}
