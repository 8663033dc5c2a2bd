/** The modelled operators. */
import { argoRollouts } from './argo-rollouts.js';
import { argoWorkflows } from './argo-workflows.js';
import { certManager } from './cert-manager.js';
import { daskKubernetes } from './dask-kubernetes.js';
import { gatewayApi } from './gateway-api.js';
import { istiod } from './istiod.js';
import { jobset } from './jobset.js';
import { keda } from './keda.js';
import { kserve } from './kserve.js';
import { kuberay } from './kuberay.js';
import { knativeServing } from './knative-serving.js';
import { kueue } from './kueue.js';
import { lws } from './lws.js';
import { mpiOperator } from './mpi-operator.js';
import type { Operator } from './operator.js';
import { prometheusOperator } from './prometheus-operator.js';
import { schedulerPlugins } from './scheduler-plugins.js';
import { seldonCore } from './seldon-core.js';
import { sparkOperator } from './spark-operator.js';
import { trainer } from './trainer.js';
import { trainingOperator } from './training-operator.js';
import { volcano } from './volcano.js';

/** All modelled operators, by name. */
export const operators: Readonly<Record<string, Operator>> = {
  [argoRollouts.name]: argoRollouts,
  [argoWorkflows.name]: argoWorkflows,
  [certManager.name]: certManager,
  [daskKubernetes.name]: daskKubernetes,
  [gatewayApi.name]: gatewayApi,
  [istiod.name]: istiod,
  [jobset.name]: jobset,
  [keda.name]: keda,
  [kserve.name]: kserve,
  [knativeServing.name]: knativeServing,
  [kuberay.name]: kuberay,
  [kueue.name]: kueue,
  [lws.name]: lws,
  [mpiOperator.name]: mpiOperator,
  [prometheusOperator.name]: prometheusOperator,
  [schedulerPlugins.name]: schedulerPlugins,
  [seldonCore.name]: seldonCore,
  [sparkOperator.name]: sparkOperator,
  [trainer.name]: trainer,
  [trainingOperator.name]: trainingOperator,
  [volcano.name]: volcano,
};
