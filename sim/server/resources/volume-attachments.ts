/** VolumeAttachments. @upstream pkg/registry/storage/volumeattachment/strategy.go */
import { volumeAttachments, type VolumeAttachment } from '../../api/kinds/storage.js';
import { ageOf } from './columns/cell.js';
import { volumeAttachmentColumns } from './columns/storage.js';
import { fill, within } from './defaults/fill.js';
import { persistentSourceDefaults } from './defaults/persistent-volume.js';
import { freshStatus, keepMetadata, keepSpec, keepStatus } from './parts.js';
import { strategyOf } from './strategy.js';
import { validateAttachment, validateAttachmentUpdate } from './validation/storage-class.js';

/** The strategy of VolumeAttachments. */
export const volumeAttachment = strategyOf<VolumeAttachment>({
  kind: volumeAttachments,
  allowsUnconditionalUpdate: false,
  returnsDeletedObject: true,
  defaults: object => {
    const whole = fill(object, { status: { attached: false } });
    const told = within(whole, 'status', status => fill(status, { attached: false }));
    return within(told, 'spec', spec =>
      within(spec, 'source', source =>
        within(source, 'inlineVolumeSpec', persistentSourceDefaults),
      ),
    );
  },
  prepareForCreate: freshStatus({ attached: false }),
  prepareForUpdate: keepStatus,
  validate: validateAttachment,
  validateUpdate: validateAttachmentUpdate,
  status: {
    prepareForUpdate: (object, old) =>
      keepMetadata(
        keepSpec(object, old),
        old,
        'labels',
        'annotations',
        'finalizers',
        'ownerReferences',
      ),
    validateUpdate: validateAttachmentUpdate,
  },
  columns: volumeAttachmentColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.spec.attacher,
    object.spec.source.persistentVolumeName ?? '',
    object.spec.nodeName,
    object.status?.attached ?? false,
    ageOf(object, nowMs),
  ],
});
