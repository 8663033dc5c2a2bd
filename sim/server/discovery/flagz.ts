/** /flagz: the flags of kube-apiserver, as kubeadm starts it; the others have their defaults. @upstream component-base/zpages/flagz */
import type { ApiAnswer } from '../../api/request.js';
import type { Core } from '../core.js';
import type { RequestState } from '../request-state.js';
import { issuer } from '../authentication/token-authenticator.js';
import type { ServerSettings } from '../resources/strategy.js';
import { compareKeys } from '../../store/collection.js';
import { serveZPage, zPageHead } from './z-page.js';

/** Answers /flagz, in words unless a structure is asked for. */
export function serveFlagz({ settings }: Core, context: RequestState): ApiAnswer {
  return serveZPage(context, {
    kind: 'Flagz',
    text: () => {
      const lines = flagsOf(settings).map(([name, value]) => `${name}=${value}`);
      return `${zPageHead('flagz')}${lines.join('\n')}\n`;
    },
    fields: () => ({ flags: Object.fromEntries(flagsOf(settings)) }),
  });
}

type Flag = readonly [name: string, value: string];

function flagsOf(settings: ServerSettings): readonly Flag[] {
  const shared = Object.entries(byDefault).flatMap(([value, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name): Flag => [name, value]),
  );
  const all = [...shared, ...Object.entries({ ...others, ...kubeadm, ...settingsFlags(settings) })];
  return all.sort(([left], [right]) => compareKeys(left, right));
}

function settingsFlags(settings: ServerSettings): Readonly<Record<string, string>> {
  const { address, port } = settings.advertised;
  const { from, to } = settings.nodePorts;
  return {
    'advertise-address': address,
    'allow-privileged': String(settings.allowPrivileged),
    'external-hostname': address,
    'feature-gates': mapText(settings.featureGates),
    'runtime-config': mapText(settings.runtimeConfig),
    'secure-port': String(port),
    'service-cluster-ip-range': settings.serviceRange,
    'service-node-port-range': `${from}-${to}`,
  };
}

/** A map as the flag's own type prints it. */
function mapText(map: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(map).map(([name, value]) => `${name}=${String(value)}`);
  return pairs.sort(compareKeys).join(',');
}

const pki = '/etc/kubernetes/pki';

/** What kubeadm sets beside the settings. @upstream cmd/kubeadm/app/phases/controlplane/manifests.go */
const kubeadm: Readonly<Record<string, string>> = {
  'authorization-mode': '[Node,RBAC]',
  'client-ca-file': `${pki}/ca.crt`,
  'enable-admission-plugins': '[NodeRestriction]',
  'enable-bootstrap-token-auth': 'true',
  'etcd-cafile': `${pki}/etcd/ca.crt`,
  'etcd-certfile': `${pki}/apiserver-etcd-client.crt`,
  'etcd-keyfile': `${pki}/apiserver-etcd-client.key`,
  'etcd-servers': '[https://127.0.0.1:2379]',
  'kubelet-client-certificate': `${pki}/apiserver-kubelet-client.crt`,
  'kubelet-client-key': `${pki}/apiserver-kubelet-client.key`,
  'kubelet-preferred-address-types': '[InternalIP,ExternalIP,Hostname]',
  'proxy-client-cert-file': `${pki}/front-proxy-client.crt`,
  'proxy-client-key-file': `${pki}/front-proxy-client.key`,
  'requestheader-allowed-names': '[front-proxy-client]',
  'requestheader-client-ca-file': `${pki}/front-proxy-ca.crt`,
  'requestheader-extra-headers-prefix': '[X-Remote-Extra-]',
  'requestheader-group-headers': '[X-Remote-Group]',
  'requestheader-username-headers': '[X-Remote-User]',
  'service-account-issuer': `[${issuer}]`,
  'service-account-key-file': `[${pki}/sa.pub]`,
  'service-account-signing-key-file': `${pki}/sa.key`,
  'tls-cert-file': `${pki}/apiserver.crt`,
  'tls-private-key-file': `${pki}/apiserver.key`,
};

/** Flags by the default that they share. */
const byDefault: Readonly<Record<string, string>> = {
  '': `
    admission-control-config-file allow-metric-labels-manifest audit-log-path audit-policy-file
    audit-webhook-config-file authentication-config authentication-token-webhook-config-file
    authorization-config authorization-policy-file authorization-webhook-config-file
    debug-socket-path egress-selector-config-file encryption-provider-config
    kubelet-certificate-authority oidc-ca-file oidc-client-id oidc-groups-claim
    oidc-groups-prefix oidc-issuer-url oidc-required-claim oidc-username-prefix peer-advertise-ip
    peer-advertise-port peer-ca-file service-account-jwks-uri service-account-signing-endpoint
    show-hidden-metrics-for-version storage-backend tls-min-version token-auth-file
    tracing-config-file vmodule
  `,
  '0': `
    audit-log-batch-throttle-burst audit-log-batch-throttle-qps goaway-chance
    http2-max-streams-per-connection kubernetes-service-node-port log-json-info-buffer-size
    log-text-info-buffer-size max-connection-bytes-per-sec v
  `,
  '0s': `
    audit-log-batch-max-wait livez-grace-period service-account-max-token-expiration
    shutdown-delay-duration shutdown-watch-termination-grace-period
  `,
  '1': `
    apiserver-count audit-log-batch-max-size delete-collection-workers
  `,
  '100': `
    audit-log-maxbackup audit-log-maxsize default-watch-cache-size
  `,
  '10000': `
    audit-log-batch-buffer-size audit-webhook-batch-buffer-size
  `,
  '102400': `
    audit-log-truncate-max-event-size audit-webhook-truncate-max-event-size
  `,
  '10485760': `
    audit-log-truncate-max-batch-size audit-webhook-truncate-max-batch-size
  `,
  '10s': `
    audit-webhook-batch-initial-backoff audit-webhook-initial-backoff
    coordinated-leadership-renew-deadline
  `,
  '1m0s': `
    etcd-count-metric-poll-period request-timeout storage-initialization-timeout
  `,
  '2s': `
    coordinated-leadership-retry-period etcd-healthcheck-timeout etcd-readycheck-timeout
  `,
  '300': `
    default-not-ready-toleration-seconds default-unreachable-toleration-seconds
  `,
  '30s': `
    audit-webhook-batch-max-wait authorization-webhook-cache-unauthorized-ttl
    etcd-db-metric-poll-interval
  `,
  '400': `
    audit-webhook-batch-max-size max-requests-inflight
  `,
  '5m0s': `
    authorization-webhook-cache-authorized-ttl etcd-compaction-interval
  `,
  '5s': `
    kubelet-timeout log-flush-frequency
  `,
  '[]': `
    admission-control allow-metric-labels api-audiences cors-allowed-origins
    disable-admission-plugins disabled-metrics emulated-version etcd-servers-overrides
    min-compatibility-version
    requestheader-uid-headers
    strict-transport-security-directives
    tls-cipher-suites tls-curve-preferences tls-sni-cert-key
  `,
  'audit.k8s.io/v1': `
    audit-log-version audit-webhook-version
  `,
  false: `
    audit-log-batch-throttle-enable audit-log-compress audit-log-truncate-enabled
    audit-webhook-truncate-enabled contention-profiling disable-http2-serving
    emulation-forward-compatible enable-logs-handler encryption-provider-config-automatic-reload
    help log-json-split-stream log-text-split-stream permit-address-sharing permit-port-sharing
    runtime-config-emulation-forward-compatible send-retry-after-while-not-ready-once
    shutdown-send-retry-after version
  `,
  true: `
    aggregator-reject-forwarding-redirect anonymous-auth audit-webhook-batch-throttle-enable
    enable-garbage-collector enable-priority-and-fairness profiling
    service-account-extend-token-expiration service-account-lookup watch-cache
  `,
  v1beta1: `
    authentication-token-webhook-version authorization-webhook-version
  `,
};

const others: Readonly<Record<string, string>> = {
  'audit-log-format': 'json',
  'audit-log-maxage': '366',
  'audit-log-mode': 'blocking',
  'audit-webhook-batch-throttle-burst': '15',
  'audit-webhook-batch-throttle-qps': '10',
  'audit-webhook-mode': 'batch',
  'authentication-token-webhook-cache-ttl': '2m0s',
  'bind-address': '0.0.0.0',
  'cert-dir': '/var/run/kubernetes',
  'coordinated-leadership-lease-duration': '15s',
  'enable-aggregator-routing': 'false',
  'endpoint-reconciler-type': 'lease',
  'etcd-prefix': '/registry',
  'event-ttl': '1h0m0s',
  'kubelet-port': '10250',
  'kubelet-read-only-port': '10255',
  'lease-reuse-duration-seconds': '60',
  'logging-format': 'text',
  'max-mutating-requests-inflight': '200',
  'min-request-timeout': '1800',
  'oidc-signing-algs': '[RS256]',
  'oidc-username-claim': 'sub',
  'storage-media-type': 'application/vnd.kubernetes.protobuf',
  'watch-cache-sizes': '[events#0,events.events.k8s.io#0]',
};
