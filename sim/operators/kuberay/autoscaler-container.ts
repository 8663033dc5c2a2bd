/** Ray's autoscaler beside the head. @upstream kuberay v1.7.0 controllers/ray/common/pod.go, BuildAutoscalerContainer */
import type { Container, EnvVar } from '../../api/kinds/core.js';
import { bash, keys } from './keys.js';
import { fieldEnv, labelPath } from './ray-container.js';
import type { RayCluster } from './types.js';

const start =
  'ray kuberay-autoscaler --cluster-name $(RAY_CLUSTER_NAME) --cluster-namespace $(RAY_CLUSTER_NAMESPACE)';

/** The container, with what the user wants of it. */
export function autoscalerContainer({ spec }: RayCluster, auth: readonly EnvVar[]): Container {
  const { headGroupSpec, autoscalerOptions: wanted = {} } = spec;
  const image = wanted.image ?? headGroupSpec.template.spec?.containers[0]?.image;
  const amounts = { cpu: '500m', memory: '512Mi' };
  const { envFrom = [], volumeMounts = [], securityContext, command = [], args = [] } = wanted;
  return {
    name: 'autoscaler',
    ...(image !== undefined && { image }),
    imagePullPolicy: wanted.imagePullPolicy ?? 'IfNotPresent',
    env: [
      fieldEnv('RAY_CLUSTER_NAME', labelPath(keys.cluster)),
      fieldEnv('RAY_CLUSTER_NAMESPACE', 'metadata.namespace'),
      fieldEnv('RAY_HEAD_POD_NAME', 'metadata.name'),
      { name: 'KUBERAY_CRD_VER', value: 'v1' },
      { name: 'KUBERAY_GEN_AUTOSCALER_START_CMD', value: start },
      ...auth,
      ...(wanted.env ?? []),
    ],
    ...(envFrom.length > 0 && { envFrom }),
    ...(volumeMounts.length > 0 && { volumeMounts }),
    ...(securityContext !== undefined && { securityContext }),
    command: command.length > 0 ? command : bash,
    args: args.length > 0 ? args : [start],
    resources: wanted.resources ?? { limits: amounts, requests: amounts },
  };
}
