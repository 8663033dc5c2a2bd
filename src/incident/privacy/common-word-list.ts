/** The list of everybody's words, apart from the code that asks for them. */

/** What Kubernetes says itself, separated by blanks: it is never replaced. */
export const reservedWords = `
seatrial import imported scenario incident incidents rebuilt missing recorded record records
replay restore advance steps runc crt ca standard auth cuda driver runtime major minor rev
revision full compute default http https tcp udp sctp grpc http2 h2c metrics health healthz
livez readyz admin api apis apps cpu memory gpu gpus storage disk network node nodes pod pods
job jobs cronjob cronjobs service services svc deployment deployments replicaset replicasets
statefulset statefulsets daemonset daemonsets set controller controllers manager scheduler
scheduling scheduled schedule autoscaler autoscaling horizontal vertical quota quotas resource
resources resourcequota limit limits range ranges limitrange namespace namespaces cluster
clusters config map configmap configmaps secret secrets volume volumes claim claims persistent
persistentvolumeclaim policy policies disruption budget poddisruptionbudget priority class
classes storageclass role roles binding bindings rolebinding clusterrole clusterrolebinding
account accounts serviceaccount serviceaccounts token tokens event events lease leases endpoint
endpoints endpointslice ingress ingresses gateway gateways route routes backend server client
worker workers master leader control plane kube kubelet kubectl kubernetes system public proxy
dns coredns etcd apiserver state core batch rbac crd crds custom operator operators webhook
webhooks admission mutating validating true false yes no on off none null nil always never string
integer number boolean
ifnotpresent onfailure running pending succeeded failed unknown active inactive terminating
terminated waiting ready notready available progressing complete completed suspended created
deleted updated started killing pulled pulling normal warning error info debug critical severity
firing inactive resolved low high medium normal max min average total count rate sum value
values type status reason message phase condition container containers init sidecar image images
registry tag latest stable apps baseline restricted privileged enforce audit warn version
versions v1 v2 v3 v1beta1 v1alpha1 v2beta2 update updates patch create delete get list watch
scale spec metadata labels annotations data name names key keys operator equal exists noschedule
noexecute prefernoschedule clusterip nodeport loadbalancer externalname utilization averagevalue
averageutilization containerresource object external recreate rollingupdate rolling to from of
for by in is it at an and or the with without new size up down scaled scaling above below target
percentage request requests requested used limited exceeded forbidden successfully assigned
unable fit insufficient taint taints tolerated untolerated affinity selector match matches
preemption victims found incoming helpful evicted eviction back zone region host hostname hostip
linux amd64 arm64 windows arch os instance topology product present replicas replica template
hash generated revision history group groups user users system authenticated unauthenticated
serviceaccounts masters bootstrappers at until source sources samples alert firing decision
facts what detail where guessed actor verb group body kind
`;

/** What everybody calls their things: replaced as a name, telling nothing as a part of one. */
export const commonWords = `
main web app application applications prod production staging stage dev development test testing
qa uat canary blue green frontend latency rate errors must gather local sha256 quay nvidia a100
h100 t4 tesla sxm4 pcie dcgm exporter mig driver device devices uuid model models file files log
logs path paths port ports address addresses internal internalip external hostpath emptydir dir
tmp var run lib etc usr bin opt home root local default std standard small large big one two
first second last time day hour minute week month year data store feature features train
training trainer serve serving inference predict predictor score drift monitor monitoring
dashboard alert alerts alertmanager prometheus grafana loki tempo jaeger otel telemetry spark
dask ray kafka redis postgres postgresql mysql mongo minio nginx envoy istio kueue kubeflow
kserve seldon knative argo argocd flux helm keda karpenter volcano yunikorn mpi mxjob pytorch
pytorchjob tfjob tensorflow mlflow triton vllm cache queue queues stream streams topic broker
brokers consumer producer etl pipeline pipelines workflow workflows step task tasks notebook
jupyter python java golang go node js ci cd build builder deploy release rollout sync automated
prune selfheal source destination project repo repository git chart charts nodegroup nodepool
pool pools fleet spot ondemand on-demand dedicated shared general purpose compute optimized
accelerator family component part managed instance tier env environment team owner cost center
ms sec seconds bytes percent ratio percentile p50 p90 p95 p99 bucket le quantile active-queue
inadmissible admitted workload workloads flavor cohort nominal usage usages interface eth0 lo
sda
`;
