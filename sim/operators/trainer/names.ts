/** The names that Trainer gives, and looks for. @upstream kubeflow/trainer v2.3.0 pkg/constants */

/** The label that tells what part of a training a replicated job is. */
export const ancestorLabel = 'trainer.kubeflow.org/trainjob-ancestor-step';
/** The label of runtimes that will go. */
export const supportLabel = 'trainer.kubeflow.org/support';
/** The step that trains. */
export const trainerStep = 'trainer';
/** The step that fetches the data; its job and container are named so too. */
export const datasetStep = 'dataset-initializer';
/** The step that fetches the model; its job and container are named so too. */
export const modelStep = 'model-initializer';
/** The container that trains, and mostly its replicated job. */
export const nodeName = 'node';
/** The replicated job that starts the processes of MPI. */
export const launcherName = 'launcher';
/** The port at which the first process awaits the others. */
export const trainerPort = 29_500;
/** Where a pod finds its number. */
export const indexPath = "metadata.annotations['batch.kubernetes.io/job-completion-index']";

/** Names that a runtime sets itself. */
export const reservedEnv = {
  torch: [
    'PET_NNODES',
    'PET_NPROC_PER_NODE',
    'PET_NODE_RANK',
    'PET_MASTER_ADDR',
    'PET_MASTER_PORT',
  ],
  mpi: [
    'OMPI_MCA_orte_default_hostfile',
    'OMPI_MCA_plm_rsh_args',
    'OMPI_MCA_orte_keep_fqdn_hostnames',
    'OMPI_MCA_orte_set_default_slots',
  ],
  xgboost: ['DMLC_TRACKER_URI', 'DMLC_TRACKER_PORT', 'DMLC_TASK_ID', 'DMLC_NUM_WORKER'],
} as const;
