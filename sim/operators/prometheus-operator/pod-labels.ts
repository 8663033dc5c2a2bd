/** The labels of the pods that the operator makes. */
import type { KubeObject } from '../../api/object.js';
import type { Labels } from '../../api/selectors.js';
import { isRecord } from '../../api/equality.js';
import { selectorLabels as ofAlertmanager } from './alertmanager/names.js';
import { selectorLabels as ofPrometheus } from './stateful-set.js';

/** Those of the pods of a Prometheus or an Alertmanager; none for other kinds. */
export function prometheusPodLabels({ kind, metadata, spec }: KubeObject): readonly Labels[] {
  const { name = '' } = metadata;
  const given = isRecord(spec) && isRecord(spec['podMetadata']) ? spec['podMetadata'] : {};
  // The API server has looked at their types.
  const own = (given['labels'] ?? {}) as Labels;
  if (kind === 'Prometheus') return [{ ...own, ...ofPrometheus(name) }];
  return kind === 'Alertmanager' ? [{ ...own, ...ofAlertmanager(name) }] : [];
}
