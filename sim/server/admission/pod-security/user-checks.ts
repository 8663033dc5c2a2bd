/**
 * The restricted checks of users, privilege escalation and kinds of volumes.
 * @upstream staging/src/k8s.io/pod-security-admission/policy
 */
import type { PodSpec, Volume } from '../../../api/kinds/core.js';
import type { ObjectMeta } from '../../../api/kinds/meta.js';
import {
  containersText,
  joinQuoted,
  namesWhere,
  plural,
  settersText,
  sorted,
  unlessUserNamespace,
  unlessWindows,
  type Check,
  type Violation,
} from './check.js';

function allowPrivilegeEscalation(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const names = namesWhere(
    spec,
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  );
  if (names.length === 0) return undefined;
  const must = 'must set securityContext.allowPrivilegeEscalation=false';
  const reason = 'allowPrivilegeEscalation != false';
  return { reason, detail: `${containersText(names)} ${must}` };
}

function runAsNonRoot(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const reason = 'runAsNonRoot != true';
  const ofPod = spec.securityContext?.runAsNonRoot;
  const explicit = namesWhere(spec, container => {
    return container.securityContext?.runAsNonRoot === false;
  });
  const setters = settersText(ofPod === false, explicit);
  if (setters !== '') {
    return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  }
  if (ofPod === true) return undefined;
  const implicit = namesWhere(spec, ({ securityContext }) => {
    return securityContext?.runAsNonRoot === undefined;
  });
  if (implicit.length === 0) return undefined;
  const detail = `pod or ${containersText(implicit)} must set securityContext.runAsNonRoot=true`;
  return { reason, detail };
}

function runAsUser(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const names = namesWhere(spec, ({ securityContext }) => securityContext?.runAsUser === 0);
  const setters = settersText(spec.securityContext?.runAsUser === 0, names);
  if (setters === '') return undefined;
  return { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
}

const allowedVolumes: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

function restrictedVolumes(_: ObjectMeta, spec: PodSpec): Violation | undefined {
  const bad = (spec.volumes ?? []).filter(
    volume => !allowedVolumes.some(type => volume[type] !== undefined),
  );
  if (bad.length === 0) return undefined;
  const names = bad.map(volume => volume.name);
  const types = sorted(
    bad.map(volume => Object.keys(volume).find(key => key !== 'name') ?? 'unknown'),
  );
  const volumes = `${plural('volume', names.length)} ${joinQuoted(names)}`;
  const uses = names.length === 1 ? 'uses' : 'use';
  const noun = plural('restricted volume type', types.length);
  const detail = `${volumes} ${uses} ${noun} ${joinQuoted(types)}`;
  return { reason: 'restricted volume types', detail };
}

/** The checks about users and volumes. */
export const userChecks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    versions: [
      { minor: 8, check: allowPrivilegeEscalation },
      { minor: 25, check: unlessWindows(allowPrivilegeEscalation) },
    ],
  },
  {
    id: 'restrictedVolumes',
    level: 'restricted',
    versions: [{ minor: 0, check: restrictedVolumes, overrides: 'hostPathVolumes' }],
  },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    versions: [
      { minor: 0, check: runAsNonRoot },
      { minor: 35, check: unlessUserNamespace(runAsNonRoot) },
    ],
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    versions: [
      { minor: 23, check: runAsUser },
      { minor: 35, check: unlessUserNamespace(runAsUser) },
    ],
  },
];
