/** The agent in a sidecar of a mesh, as scrapers find it: where it answers, and the variable that says whom it asks. */
export const metricsAgent = {
  port: 15_020,
  path: '/stats/prometheus',
  variable: 'ISTIO_PROMETHEUS_ANNOTATIONS',
} as const;
