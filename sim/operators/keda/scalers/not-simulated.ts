/**
 * Scalers of servers that no simulated cluster has. Those that connect when they are made fail as they do
 * where nobody answers; the others say that they are not simulated.
 * @upstream kedacore/keda v2.20.2 pkg/scaling/scalers_builder.go
 */

/** All types of triggers that are not made here. */
export const upstreamTypes: ReadonlySet<string> = new Set(
  `activemq apache-kafka arangodb artemis-queue aws-cloudwatch aws-dynamodb
  aws-dynamodb-streams aws-kinesis-stream aws-sqs-queue azure-app-insights azure-blob
  azure-data-explorer azure-eventhub azure-log-analytics azure-monitor azure-pipelines
  azure-queue azure-servicebus beanstalkd cassandra couchdb datadog dynatrace
  elastic-forecast elasticsearch etcd external external-mock external-push
  forgejo-runner gcp-cloudtasks gcp-pubsub gcp-stackdriver gcp-storage github-runner
  graphite huawei-cloudeye ibmmq influxdb kafka kubernetes-resource liiklus loki
  mongodb mssql mysql nats-jetstream new-relic nsq opensearch openstack-metric
  openstack-swift postgresql predictkube pulsar rabbitmq redis redis-cluster
  redis-cluster-streams redis-sentinel redis-sentinel-streams redis-streams
  selenium-grid solace-direct-messaging solace-event-queue solarwinds solr splunk
  splunk-observability sumologic temporal`.split(/\s+/),
);

type Metadata = Readonly<Record<string, string>>;

const noHost = (address: string): string => `dial tcp: lookup ${hostOf(address)}: no such host`;

function hostOf(address: string): string {
  const bare = address.replace(/^[a-z]+:\/\//, '').replace(/^[^@/]*@/, '');
  return bare.split(/[:/,]/)[0] ?? '';
}

const redis = ({ address, host = '' }: Metadata): string =>
  `connection to redis failed: ${noHost(address ?? host)}`;

/** What they say when they find no server, by type. */
export const absentServers: Readonly<Record<string, (metadata: Metadata) => string>> = {
  kafka: ({ bootstrapServers = '' }) =>
    `error creating kafka client: kafka: client has run out of available brokers to talk to: ${noHost(bootstrapServers)}`,
  rabbitmq: ({ host = '' }) => `error establishing rabbitmq connection: ${noHost(host)}`,
  redis,
  'redis-streams': redis,
};
