/** The admission plug-ins, in the order in which they run. */
import type { AdmissionPlugin } from './plugin.js';

/** @upstream pkg/kubeapiserver/options/plugins.go AllOrderedPlugins */
export const admissionPlugins: readonly AdmissionPlugin[] = [];
