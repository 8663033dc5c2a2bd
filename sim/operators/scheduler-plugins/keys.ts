/** The names that the chart gives. @upstream scheduler-plugins v0.34.7 manifests/install/charts/as-a-second-scheduler */

/** The namespace that the chart's documentation installs it in. */
export const namespace = 'scheduler-plugins';

/** What pods ask for by spec.schedulerName, and the account of the scheduler. */
export const schedulerName = 'scheduler-plugins-scheduler';

/** The account of the controllers. */
export const controllerName = 'scheduler-plugins-controller';

/** Where the scheduler's `--config` stands. */
export const configurationFile = { configMap: 'scheduler-config', key: 'scheduler-config.yaml' };
