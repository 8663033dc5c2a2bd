/** The map of the house: which folder may import which, and the exceptions to the rules, each with its reason. */

/** What each folder under sim/ may import besides itself. */
export const simImports: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  api: ['engine'],
  store: ['api', 'engine'],
  server: ['store', 'api', 'engine'],
  client: ['api', 'engine'],
  controllers: ['client', 'api', 'engine'],
  scheduler: ['client', 'api', 'engine'],
  // It links kube-scheduler's filters and the daemon set controller's rule for nodes, as upstream's does.
  'cluster-autoscaler': ['controllers', 'scheduler', 'client', 'api', 'engine'],
  nodes: ['workloads', 'client', 'api', 'engine'],
  network: ['workloads', 'client', 'api', 'engine'],
  metrics: ['client', 'api', 'engine'],
  // What spark-submit and a driver make on Kubernetes: an operator plays the one, a workload the other.
  spark: ['api', 'engine'],
  // Conditions of operators, and of what their executors do in pods.
  expr: ['api', 'engine'],
  // Volcano's scheduler links kube-scheduler's plug-ins, as upstream's does; the Prometheus operator
  // reads rules as Prometheus does; istiod knows what its sidecars judge by.
  operators: ['expr', 'scheduler', 'spark', 'metrics', 'network', 'client', 'api', 'engine'],
  // Prometheus in a pod is the one that answers queries elsewhere.
  workloads: ['expr', 'spark', 'metrics', 'api', 'engine'],
  http: ['server', 'api', 'engine'],
};

/** The layers of src/, from the top: a folder imports only what stands below it. */
export const srcLayers: readonly (readonly string[])[] = [
  ['cli'],
  ['vitest.ts'],
  ['matchers'],
  ['bench'],
  ['report', 'incident', 'explain'],
  ['check'],
  ['arbitraries'],
  ['voyages'],
  ['scenario', 'plan'],
  ['stacks'],
  ['laws'],
  ['drift'],
  ['models'],
  ['traffic'],
  ['backends'],
  ['cluster.ts', 'gpu'],
  ['input'],
  ['host.ts'],
];

/** Packages that sim/ may import: pure, well kept, reading no clock and drawing no random number. */
export const simPackages: readonly string[] = [
  'ipaddr.js',
  'pure-rand',
  '@lezer/common',
  '@prometheus-io/lezer-promql',
  're2js',
  'sorted-btree',
  'yaml',
];

/** Packages that only sim/http may import. */
export const httpPackages: readonly string[] = ['@peculiar/x509', 'reflect-metadata', 'ws'];

/** Folders of plug-ins: each file is named in the folder's index.ts. */
export const pluginFolders: readonly string[] = [
  'sim/controllers',
  'sim/scheduler/plugins',
  'sim/operators',
  'sim/workloads',
  'sim/server/admission',
  'src/check/rules',
  'src/bench/policies',
  'src/cli',
  'src/laws',
  'src/drift/batch',
  'src/drift/streaming',
  'src/incident/import',
  'test/vectors/families',
];

/** Files of a plug-in folder that are no plug-ins: the contract and what the plug-ins share. */
export const notPlugins: Readonly<Record<string, string>> = {
  'sim/workloads/workload.ts': 'the contract',
  'sim/workloads/api-watch.ts': 'how programs follow a collection of the API',
  'sim/operators/operator.ts': 'the contract',
  'src/drift/batch/kinds.ts': 'the two sorts of detectors',
  'src/drift/batch/pair-of-categories.ts': 'what the tests of two categories share',
  'src/drift/streaming/running-mean.ts': 'what several detectors keep',
  'src/bench/policies/policy.ts': 'the contract',
  'src/bench/policies/kube-shares.ts': 'the arithmetic that kube-scheduler policies share',
  'src/incident/import/format.ts': 'the contract',
  'src/incident/import/told-by.ts': 'what the tests of formats share',
  'src/incident/import/told-objects.ts': 'what the formats of objects share',
  'src/incident/import/told-event.ts': 'the one form of events',
  'src/incident/import/audit-body.ts': 'what is kept of an audited body',
  'src/incident/import/audit-runs.ts': 'how long pods ran, as an audit log tells it',
  'src/incident/import/patch-type.ts': 'what kind of patch an audited one must have been',
  'src/incident/import/samples-of-lines.ts': 'what the formats of samples share',
  'src/laws/law.ts': 'the contract',
  'src/laws/mesh-pairs.ts': 'what a mesh denies',
  'src/laws/judge.ts': 'judges a history by all laws',
  'src/laws/world.ts': 'the view that all laws share',
  'src/laws/story.ts': 'the words that all laws share',
  'src/laws/resources.ts': 'the types of what laws look at',
  'src/cli/command.ts': 'the contract',
  'src/cli/confirm.ts': 'the part of replay that is about real clusters',
  'src/cli/check-voyages.ts': 'the voyages of check',
  'src/cli/named-manifests.ts': 'the manifests that several commands read',
  'src/cli/explain-questions.ts': 'what explain answers about traffic and access',
  'src/cli/report-files.ts': 'which reports go to which files',
  'src/cli/configuration.ts': 'the project file that commands read',
  'src/cli/backend-options.ts': 'the options of commands that run on real clusters',
  'src/cli/options.ts': 'options that several commands take',
  'src/cli/write-reports.ts': 'writes reports where they go',
  'src/cli/published.ts': 'what `up` tells others of a cluster while it serves it',
  'src/cli/detached.ts': '`up` in the background',
  'src/cli/meant-choice.ts': 'what commander does not suggest by itself',
  'src/cli/running.ts': 'finds a running cluster for the commands that are about one',
  'src/cli/voyage-of.ts': 'finds the voyage that commands are about',
  'src/cli/main.ts': 'the entry point',
  'sim/server/admission/plugin.ts': 'the contract',
};

export const sizes = { linesMax: 400, functionLinesMax: 70, columnsMax: 100 } as const;

/** Files that may be longer, or hold longer functions or lines, each with the reason. */
export const sizeExceptions: Readonly<Record<string, string>> = {
  'sim/api/kinds/': 'generated types, one file a group',
  'sim/api/generated/': 'generated tables',
};

/** Files that may touch what is ambient, each with the reason. */
export const ambientExceptions: Readonly<Record<string, string>> = {
  'src/host.ts': 'the one place where time, chance, timers, crypto and process come in',
};

/** Files that may allocate old what they make while they run, each with the reason. */
export const oldExceptions: Readonly<Record<string, string>> = {
  'sim/api/managed-fields/built-in-schema.ts': 'made once a process for each type, for ever',
};
