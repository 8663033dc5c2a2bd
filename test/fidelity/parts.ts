/** What of Kubernetes is simulated how: the words of the fidelity table, part by part. */

/** A part of the cluster. */
export interface Part {
  readonly name: string;
  /** The families of vectors that measure it. */
  readonly families: readonly string[];
  readonly faithful: string;
  readonly approximated: string;
  readonly absent: string;
}

/** The parts, in the order of the table. */
export const parts: readonly Part[] = [
  {
    name: 'API server',
    families: ['api'],
    faithful:
      'the chain (authentication, audit, RBAC and node authorisation, strict decoding, defaulting, admission, validation, storage), all built-in kinds, CRDs with structural schemas and conversion webhooks, CEL with its type checks, costs and libraries, four patches, managed fields, watch, paging, tables, discovery, OpenAPI, protobuf bodies, proxies of pods and services, webhooks in pods, APIServices and the API servers in pods that stand behind them, IPAddresses of Services, ServiceCIDRs, at /metrics its requests, watches, admission steps, webhooks and stored objects by upstream’s names, answered in the cluster’s network by the token that is shown; all conformance tests of sig-api-machinery (99), sig-cli (17), sig-auth (10) and sig-instrumentation (4) of 1.36 pass against `seatrial up`',
    approximated:
      'port-forward carries HTTP only; a command in a container runs when its input has ended, a shell at a terminal line by line, whatever the size of the terminal; attach shows what is printed and reads nothing; component statuses say whether a program of ours runs, not whether one of your own does; API priority and fairness classifies, and admits everything; integers above 2^53; old renewals of leases are compacted; durations at /metrics are virtual time, so most are 0, and counting begins with the first look (on `up` at the boot); continue tokens and exact lists expire as with the default compaction, counted from whole five minutes; a server-side apply over versions that a webhook converts looks at the fields of the other versions unconverted; certificates of webhooks in pods and of aggregated servers are taken for good where a caBundle is given; the played sample-apiserver believes the aggregator and keeps its objects in its process; OpenAPI leaves out what aggregated servers serve',
    absent:
      'etcd encryption, OIDC and webhook authentication, storage migration, CBOR, aggregated servers outside of the cluster; at /metrics etcd, flow control and the sizes of answers',
  },
  {
    name: 'Controllers',
    families: ['controllers'],
    faithful:
      'deployment, replica set, replication controller, stateful set, daemon set, job, cron job, endpoints and endpoint slices, namespace, service account, garbage collector, quota, node life cycle, taint eviction, also of devices, pod GC, disruption, TTL after finished, cluster role aggregation, volume binding, ephemeral volumes, PVC and PV protection, resource claims, ServiceCIDRs, in `seatrial up` the approver, signers and cleaner of certificates; kube-controller-manager’s and kube-scheduler’s secure ports with scheduler_*, workqueue_*, rest_client_*, leader election, to whom may read them; all 60 conformance tests of sig-apps pass',
    approximated:
      'batches of pods are created one after another; ours takes no lease and stands by while a real one holds it; the ports answer at every address of the first control-plane node; workqueue_adds_total counts what ours queue; the signature inside a request for a certificate is not looked at',
    absent:
      'attachment and growth of volumes, cloud providers, signing of certificates outside of `seatrial up`, storage version GC; controllers’ own metrics beyond queues and clients, the scheduler’s durations of plug-ins, process_* and go_*',
  },
  {
    name: 'Autoscaler',
    families: ['hpa'],
    faithful: 'HorizontalPodAutoscaler v2: arithmetic, behaviours, conditions, events',
    approximated: 'resource metrics come from the kubelets every 15 s, as metrics-server asks',
    absent:
      'custom and external metrics but those of GPUs, of KEDA and of prometheus-adapter, or where a provider is given',
  },
  {
    name: 'Cluster autoscaler',
    families: ['cluster-autoscaler'],
    faithful:
      'the decisions of Cluster Autoscaler 1.36.1, over the filters of the simulated scheduler: templates of node groups, bin packing, the expanders least-waste, most-pods, least-nodes and random, balancing of similar groups, limits of groups and of the cluster, the events of pods; the drain rules, utilisation, unneeded times, why a node stays, how many go at once',
    approximated:
      'upstream goes through nodes, groups and ties in no order; here the first goes first, or the seed decides; simulations are not cut short by a clock; the cloud is ours: machines come after a log-normal time that is stated, fail as stated, and go at once; the status ConfigMap’s resourceUnready stays 0',
    absent:
      'instance creation errors, soft taints, looks out of turn, pods evicted just now; the expanders price, priority and grpc; dynamic resources, provisioning requests, groups that only scale to zero or to their maximum, custom resource limits',
  },
  {
    name: 'Scheduler',
    families: ['scheduler'],
    faithful:
      'all default plug-ins with reasons and scores, preemption, the three queues with hints, sampling, volumes, dynamic resources, KubeSchedulerConfiguration, extenders, pod groups and gangs behind GenericWorkload, GangScheduling and WorkloadWithJob; all 11 conformance tests of sig-scheduling pass',
    approximated:
      'a waiting gang is tried whenever something happens, where 1.36.2 tries it without a pause (2,264 times a second were measured); ties are broken by the seed; victims are evicted one after another; virtual time stands still while an extender is asked; the DRA driver for GPUs only publishes',
    absent:
      'of pod groups: topology-aware placement, preemption for whole groups and their shared claims (gates of their own, alpha)',
  },
  {
    name: 'Kubelet',
    families: ['kubelet'],
    faithful:
      'phases, conditions, order of writes, probes and hooks (by HTTP over the network too), restarts and back-off, init and sidecar containers, termination, devices, resize, eviction, logs, heartbeats; volumes of config maps, secrets, the downward API and tokens with modes, owners, fsGroup and sub-paths, brought up to date as upstream does; the environment, that of services too; /metrics/cadvisor, /metrics/resource, /metrics/probes, /metrics/slis and /stats/summary at port 10250, to whom the API server lets in; what kubelets did for pods and how long these took to start; kubectl cp; all 106 conformance tests of sig-node and all 91 of sig-storage pass',
    approximated:
      'latencies are distributions measured on one small node; images have made-up sizes, and of their files only a few; folders need not be made before files are written to them; what a command in a container prints comes when it has ended; of /metrics a few; what init containers and Jobs wait for is read off their commands (nc, curl, wget, pg_isready, kubectl wait and their like) and asked of the simulated network, other programs are passed over',
    absent:
      'cgroups and the kernel: usage is what the workload says; limits, sysctls and capabilities can be read and decide what the small shell may do, but of limits only memory is enforced; exec runs a small shell, whatever the image holds; containers run programs of ours, agnhost among them; symbolic links; CSI drivers',
  },
  {
    name: 'Operators',
    families: ['operators'],
    faithful:
      'the objects, conditions and events of the recorded traces that pass: training-operator v1.8.1 (six kinds), mpi-operator, KServe v0.20 in Standard mode, Kueue, Trainer v2.3 with JobSet, its exclusive placement (beside the real v0.11), and the PodGroups of its podGroupPolicy; gangs of the training-operator and the mpi-operator by the flags of their Deployments',
    approximated:
      'our reading of the real operators; their webhooks are part of the model; requests do not pass through an InferenceGraph; the autoscaler class keda and the Knative mode of KServe, with its canary split and its graphs, are read from the source: no recorded trace',
    absent:
      'what is not listed by `sim/operators/index.ts`; of KServe Istio’s routes and ModelMesh; of Trainer torchtune, Flux, the webhook’s checks of Volcano’s queues, OptimizationJobs, the data cache, the progress that trainers tell and the time of runtime patches; of JobSet volume claim policies and the alpha gates, which are off',
  },
  {
    name: 'Knative Serving',
    families: ['kpa'],
    faithful:
      "the decisions of Knative's pod autoscaler, and the averages of its windows, as recorded; from the source of v1.22.1, where its kinds are: Services, Configurations, Routes, Revisions, PodAutoscalers of both classes, ServerlessServices, net-kourier's Ingress; tags and splits, panic, scale to zero and from zero with a request that waits, containerConcurrency, garbage collection",
    approximated:
      'the activator, the side-car and the gateway are played; tags of images are not resolved; the activator is asked once a second',
    absent:
      'DomainMapping, gradual roll-out, TLS, tag headers, domain templates; the mass traffic of voyages does not pass through it',
  },
  {
    name: 'Data and scaling operators',
    families: [],
    faithful:
      'from their sources, where their kinds are, without recorded traces: Spark operator v2.5.2 (SparkApplication, ScheduledSparkApplication), dask-kubernetes with kopf 1.38 (DaskCluster, DaskWorkerGroup, DaskJob, DaskAutoscaler), KEDA v2.20.2 (ScaledObject, ScaledJob, authentications, external metrics), Volcano v1.15.1 (Job, PodGroup, Queue, its scheduler with the actions and tiers of the user’s ConfigMap: enqueue, allocate, backfill, preempt, reclaim); Seldon Core v1.17.1 (SeldonDeployment: its webhook, Deployments, Services, autoscalers, ScaledObjects and budgets, the executor that walks routers, combiners and transformers in three protocols); KubeRay v1.7.0 (RayCluster with its autoscaler, RayJob in four modes of submission, RayService with pending and active clusters)',
    approximated:
      'spark-submit, the Spark driver and its executors, the Dask scheduler and workers, Ray’s head, workers, submitter and Serve do work of a stated length, not code; Spark of 4.0; calls of operators to programs leave from the API server’s address; the webhooks of KEDA check in one order; of Seldon Core the source at hand was older: chart values, image tags and some names are from its documents and from memory, models answer with what they were sent, a combiner with its first message',
    absent:
      'of Spark SparkConnect, ingresses, batch schedulers, dynamic allocation that shrinks; of KEDA all scalers but cpu, memory, cron, kubernetes-workload, prometheus and metrics-api, and formulas; of Volcano the actions shuffle, gangpreempt and gangreclaim, plug-ins that its shipped file leaves out, CronJobs, JobFlows, HyperNodes; of Seldon Core Istio and Ambassador routes, explainers, gRPC, Kafka, loggers, feedback, and all of version 2; of KubeRay RayCronJob, batch schedulers but scheduler-plugins, incremental upgrades and what stands behind its alpha gates; Flink',
  },
  {
    name: 'Kueue',
    families: [],
    faithful:
      'Kueue v0.19.2 where it is named or its kinds are, in v1beta1 and v1beta2: ResourceFlavor, ClusterQueue, LocalQueue, Cohort (also nested), WorkloadPriorityClass, Workload; Job, JobSet, PyTorchJob, TFJob, XGBoostJob, PaddleJob, MPIJob v2beta1, RayJob, RayCluster, RayService and TrainJob (by its runtime patches) are suspended, started with their flavours’ node selectors and tolerations, stopped, finished; nominal quota, borrowing and lending limits, flavorFungibility, both queueing strategies, preemption within the queue and reclaim within the cohort (classical), partial admission, reclaimable pods, stop policies, deactivation, the time-out of PodsReady with its back-off, the longest time to run; pods of their own, groups of pods (roles, excess and replaced ones, retriable groups) and Deployments, whose pods are gated and deleted when they are stopped; its conditions and events, as its five recorded traces have them',
    approximated:
      'a scheduling cycle runs when something changes, not without a pause: how often an attempt in vain is told differs; the bounds of back-off have no jitter; RuntimeClass overhead and LimitRanges are not added to what pods ask for; of the Workload webhook only the CRD’s rules',
    absent:
      'topology-aware scheduling, admission checks beyond the object (a queue with one stays inactive until somebody marks it Active, and then nothing is admitted), MultiKueue, fair sharing, elastic jobs (elastic Ray jobs keep the quota of their spec), prebuilt workloads, the other integrations (MXJob and MPIJob v1 are not in this release), the visibility server, metrics; StatefulSet, LeaderWorkerSet, AppWrapper, JAXJob and SparkApplication are not integrated, and its configuration is the shipped one',
  },
  {
    name: 'LeaderWorkerSet',
    families: [],
    faithful:
      'LeaderWorkerSet v0.10.0 from its source, where its kind is: the defaults and refusals of its webhooks, labels, variables and subgroups of its pods, exclusive topologies; the leaders’ StatefulSet by server-side apply and one of workers for each leader, services shared or for each replica, startup policy, claim templates, revisions, restart policies, roll-outs with partition, maxUnavailable and maxSurge, conditions, events, the scale subresource',
    approximated: 'our reading of its source, without recorded traces',
    absent:
      'DisaggregatedSet, the TPU variables (a hint says so), gang scheduling by Volcano, Kueue’s integration',
  },
  {
    name: 'cert-manager',
    families: [],
    faithful:
      'cert-manager v1.21.1 from its source, where its kinds are: the six controllers of Certificates with their reasons, messages and events, the approver, requests to SelfSigned and CA issuers with real X.509 chains, annotations and templates of Secrets, rotation, renewal in virtual time, back-off, Secrets of ClusterIssuers in its own namespace, cainjector, Certificates of annotated Ingresses',
    approximated:
      'RSA keys come from a small kept table, so that two may be alike; signatures are over SHA-256; of the webhook the main rules; settings of other issuers are kept, not checked',
    absent:
      'ACME, Vault, Venafi and external issuers (Ready is False with the reason NotSimulated), annotated Gateways, keystores, Ed25519, temporary certificates',
  },
  {
    name: 'Argo Rollouts',
    families: [],
    faithful:
      'Argo Rollouts v1.10 from its source, where its kinds are: canary and blue-green roll-outs with the replica arithmetic of upstream’s own tables, steps, pauses, analyses by Prometheus and by Jobs, abort, retry and promotion by the patches of its plug-in, rollback window, workloadRef, revisions, services’ selectors, conditions, phases, messages, events, the scale subresource; weights and subsets written to Istio’s routes, by which sidecars split traffic',
    approximated:
      'hashes of templates and steps; the expression language of analyses; waits are timed exactly, for nothing is resynchronised; a run’s measurements are taken in turn',
    absent:
      'Experiments, plug-ins, other providers (their measurements are errors) and traffic routers (their weights are only told), header and mirror routes; the traffic that a run derives is split by the manifests’ weights, not by those written later',
  },
  {
    name: 'Argo Workflows',
    families: [],
    faithful:
      'Argo Workflows v3.7.18 from its source, where its kinds are: Workflow, WorkflowTemplate, ClusterWorkflowTemplate and CronWorkflow; steps, graphs with depends, loops, conditions, retries, suspensions, resources, hooks and exit handlers, mutexes and semaphores, parallelism, deadlines, daemons, TTL and pod GC, sets of containers, http and data templates with their agent, memoization, artifacts that carry what was written, archived logs, the controller’s configuration; the names, labels, containers and variables of its pods, the executor that reports with their own account, the status with its nodes, messages and events, and what its validation says',
    approximated:
      'what a program prints or writes is known of the small shell alone, else said by annotations of the pod; of 198 of upstream’s examples its own CI’s 22 end as there (in four the results of programs were given); expressions are expr-lang 1.17 without time zones',
    absent:
      'executor plug-ins, metrics, event bindings, artifact GC, archives, locks in a database, links, rate limits, its server; Kubeflow Pipelines’ driver (a hint says so)',
  },
  {
    name: 'scheduler-plugins',
    families: [],
    faithful:
      'scheduler-plugins v0.34.7 from its source, as a second scheduler where pods, its kinds or flags of operators ask for it: Coscheduling, CapacityScheduling with preemption across namespaces, NodeResourcesAllocatable, the controllers of PodGroups and ElasticQuotas, the configuration of its ConfigMap',
    approximated:
      'its plug-ins run on the framework of 1.36, where upstream links 1.34; members of a gang that was sent back sit out their back-off until something outside of it happens',
    absent:
      'NodeResourceTopologyMatch and what the chart does not enable, Trimaran among it (a hint says so); changes of the ConfigMap at run time',
  },
  {
    name: 'Network and policies',
    families: ['network-policy'],
    faithful:
      'NetworkPolicy v1: validation, verdicts, enforcement after service translation (a drop is a time-out), also for DNS and the API server; cluster DNS with its A, CNAME, SRV and PTR records, services by TCP and UDP, endpoints, node ports, host ports, session affinity; all 47 conformance tests of sig-network pass',
    approximated:
      'messages between programs with a fixed latency; no TLS between programs; clients have no ports of their own; one agent cache for all nodes; an implied coredns; no source address rewriting; a program of which nothing is known listens where its image or its ports say and answers whoever looks whether it is there; hosts outside of the cluster, and on `check` and `run` Services that no manifest serves, are taken to be there',
    absent: 'ClusterNetworkPolicy and AdminNetworkPolicy are evaluated, not enforced; packets',
  },
  {
    name: 'Mesh',
    families: ['mesh'],
    faithful:
      'the security of Istio 1.30 with sidecars: PeerAuthentication, the TLS of DestinationRule with auto mTLS, RequestAuthentication, AuthorizationPolicy for HTTP and TCP (ALLOW, DENY, AUDIT, CUSTOM, dry run), path normalization, what the client sees, and what the webhook says of the three policies; where its kinds are, istiod checks them, puts sidecars into pods, and what travels between programs is let through, refused or reset by them; annotated pods are scraped through the agent at port 15020; HTTP routes of VirtualServices for what pods with sidecars send: matches, weights, subsets, redirects, direct responses, rewritten paths and authorities, aborts and delays, Envoy’s own 404 and 503; `explain traffic`, static connections and derived traffic follow them; probes and hooks are led to the agent, which asks the program; sidecars and gateways try again, pass over failing pods (outlierDetection) and keep time-outs as Envoy does by Istio’s defaults, send to ready pods alone, and answer 503 in the place of a program that has ended; istiod’s root certificate in each namespace; sidecars of the old form, which keep Jobs from ending; ingress gateways: pods of the injection template that route HTTP and HTTPS by Gateways and VirtualServices, with policies and tokens judged there, through which `check` and `explain traffic --url` go',
    approximated:
      'tokens are told to be good or bad, not verified; an external authorizer says one thing for all (in a cluster it refuses); the texts of 503s; labels are those at a pod’s start; the injected pod is written from what is known of the template; of a destination’s pods one by chance, not the least busy; each attempt opens a connection of its own; a delay, outlier detection and nodes that are down are not in reckoned flows; derived shares are those of the manifests',
    absent:
      'ambient mode, of Gateways TCP and TLS servers and client certificates, Istio’s HTTPRoutes, Sidecar, of VirtualServices TLS and TCP routes, aborts by gRPC status, mirrors, changed headers and delegates, ServiceEntry, EnvoyFilter, waypoints, egress, locality, limits of connections, several revisions; what Envoy’s other filters leave behind',
  },
  {
    name: 'Traffic and serving',
    families: ['queueing'],
    faithful:
      'open-loop non-homogeneous Poisson arrivals; queues, batching, time-outs and shedding request by request, latency from the intended start; random choice of endpoints; HTTPRoute weights',
    approximated:
      'a retry starts in the next window (1 s); constant network latency; requests under way to a node that is lost time out; on the fraud platform use, samples and gateway counters are told 15 to 20 s late; above 20,000 requests/s a replica, counts only, and then no percentiles; on voyages requests are a stream of 500/s a replica, reckoned between changes; their clients are whoever the policies let in, so they fail only where policies let nobody in, which the report says; what came of the payments of the fraud platform is told to the laws minute by minute, for each Service',
    absent:
      'keep-alive and affinity of bulk traffic; filters and header matches of routes; routes with several rules and ingress controllers on voyages',
  },
  {
    name: 'GPU metrics',
    families: [],
    faithful:
      'dcgm-exporter 4.5.3 to 4.8.2 in a pod: its text, labels, files of counters, interval, the pods that hold a GPU, shared GPUs, MIG instances, Xid errors; the delay of exporter, scrape and adapter',
    approximated:
      'use is what the workload says; clocks, power, heat and energy lie between idle and full by model; memory is the context of each program; after Xid 79 only the error can be read; replicas, renamed products and MIG by node labels or by the device plug-in’s ConfigMap (time slices and MPS, whose daemon never fails): NVIDIA’s own device plug-in runs idle beside them',
    absent:
      'DCGM_EXP counters, tensor, DRAM, PCIe and NVLink activity, use by process; of the GPU operator’s ClusterPolicy all but the device plug-in’s default configuration; on kind and k3s the ConfigMap of the device plug-in',
  },
  {
    name: 'Fraud data',
    families: ['fraud'],
    faithful: 'the handbook simulator to the byte, its features, labels and split',
    approximated:
      'the rich generator: the same people and frauds in continuous time, campaigns, delays of labels; on voyages nobody trains: scores are drawn from what a version has learned and what the world is like now, 300 labelled payments a minute, and their labels are known within the minute',
    absent: 'real transactions: none may be shipped; recordings can be replayed',
  },
  {
    name: 'Drift detectors',
    families: ['drift'],
    faithful:
      "river's streaming detectors, scipy's statistics, Evidently's and NannyML's binning, CBPE",
    approximated: 'the p-value of MMD (100 permutations)',
    absent: 'learned detectors',
  },
  {
    name: 'Allocation bench',
    families: ['allocation'],
    faithful:
      "ATC'23's policies, tie rule, orders by Go's generator, fragmentation, tables and failures; NodeResourcesFit's strategies and BalancedAllocation of 1.36 on CPU, memory and GPU",
    approximated:
      "Random's draws (means within four standard errors); back-off and retries in time; MIG by compute slices; re-packing; LLM servers by a stated model",
    absent:
      'sampling of nodes (all are scored), topology, network and storage in the bench; Bellman fragmentation',
  },
  {
    name: 'Prometheus',
    families: ['promql'],
    faithful:
      'instant and range queries, vector matching, aggregations, all functions of 3.14, subqueries, @ and offset, anchored and smoothed ranges, staleness, classic and native histograms, start timestamps, recording and alerting rules, the life of alerts, templates, text formats; scraping through network policies; its HTTP API; Prometheus in a pod with a configuration of its own: discovery by the API (pods, endpoints, slices, services, nodes), by DNS A and static, relabelling, reloading; kube-state-metrics v2.20 for the 28 kinds of its default list; Alertmanager in a pod: routes, groups and their times, matchers, inhibitions, silences, mute and active intervals, retries, webhooks with version 4 of the payload, API v2; the Prometheus operator v0.93 (Prometheus with whom it tells of alerts, ServiceMonitor, PodMonitor, PrometheusRule, Alertmanager, AlertmanagerConfig v1alpha1 with its generated configuration, namespace matchers, refusals in events, status and scale) with its config-reloader and the kubelets’ Service, where its kinds are; kube-rbac-proxy, node-exporter, Grafana and blackbox-exporter are played: all 234 rules of kube-prometheus evaluate, and of its alerts only Watchdog fires; prometheus-adapter in a pod: custom and external metrics by the rules of its file',
    approximated:
      "native histograms come of classic ones only (convert_classic_histograms_to_nhcb): programs here show text; a gateway's counters are its share of all answers; scrapes have no TLS, credentials and time-outs of their own; Alertmanager’s intervals are read in UTC, and what it would send out of the cluster is logged; on voyages of `check` monitors only run",
    absent:
      'federation, query formatting, remote write, Alertmanager’s cluster, templates and groups of alerts, other service discovery; of the operator Probe, ScrapeConfig, Thanos, TLS and credentials; of kube-state-metrics custom resources',
  },
  {
    name: 'Time travel',
    families: [],
    faithful:
      'objects, events and logs of a past instant, to the change; --follow has the same history up to the instant; dumps go on as they were: uids, status, times, events, and pods that kubelets find running',
    approximated:
      '`top` and PromQL of the past (a sample a minute); stopping on a live cluster (to the second); closeness and likely reason (rules); replayed writes carry system:masters beside their own groups, but those that were refused with 403',
    absent: 'managed fields, exec, GPU metrics and lease renewals of the past',
  },
  {
    name: 'Real backends',
    families: [],
    faithful:
      "real scheduler, controllers and API server with our kubelets; operators' webhooks and metrics.k8s.io served from this machine; on `up` a real operator in the place of its Deployment (`seatrial attach`), proved with JobSet; who wrote what, by the audit log of control-plane; the scheduler's configuration, feature gates and served APIs; stale watches, slow or failed requests and crashes of real programs; stated rules for what real time allows",
    approximated:
      "nodes are our kubelets but on kind and k3s; interleavings are drawn, not replayed; histories come from watches, and but on control-plane tell field managers, not users; what an audit log leaves out is not looked for there; requests go through the API server's proxy to real containers, at 5/s a replica, and are reckoned where our kubelets answer",
    absent:
      'webhooks of our operators on k3s and kubeconfig (their defaults are left out); exec on control-plane; kubeadm patches on control-plane; clock steps of real programs',
  },
  {
    name: 'GPUs on real nodes',
    families: [],
    faithful:
      "device plug-in v1beta1, plugin registration v1, DRA v1 and DRA health v1alpha1, as kubelet 1.36's own code speaks them",
    approximated:
      'GPUs by patched status (count only); on played nodes metrics and logs are those of our kubelets',
    absent:
      'CDI environment for DRA; metrics of real kubelets; logs on k3s; a real Docker engine was never there',
  },
  {
    name: 'Imported incidents',
    families: [],
    faithful:
      'objects, owners, nodes (names, sizes, taints, GPUs) and recorded writes with their times, users and refusals; names, uids, nodes (wherever they fit) and the times of further tries as they were recorded; final objects field by field, the order of conditions, plain and anonymised',
    approximated:
      'where a log begins part-way and no dump is of its beginning, each object starts as the log first shows it, that write taken back where sizes, templates, limits, status and owned objects tell how (patched labels, data and custom resources stand as patched), others as in the first dump; without answers in the log, dumps are taken back and pods get five minutes to come up; logs without bodies, of which only what dumps and events tell is replayed; Job pods run as long as their longest recorded run; types of patches, taken by rules; autoscalers, whose recorded writes are replayed, not computed',
    absent: "load from metrics, sosreport, webhooks, volumes' data",
  },
];
