/** The shape of analyses. @upstream argo-rollouts pkg/apis/rollouts/v1alpha1/analysis_types.go */
import type { IntOrString } from '../../api/int-or-string.js';
import type { JobTemplateSpec } from '../../api/kinds/batch.js';
import { kindOf, type HasMetadata } from '../../api/object.js';
import { groupVersion } from './keys.js';

/** How an analysis, a metric of it or a measurement stands. */
export type AnalysisPhase =
  'Pending' | 'Running' | 'Successful' | 'Failed' | 'Error' | 'Inconclusive';

/** A template that is referred to. */
export interface TemplateRef {
  readonly templateName: string;
  readonly clusterScope?: boolean;
}

/** A value that metrics name as `{{args.name}}`. */
export interface Argument {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

/** Metrics by the pattern of their names, of which something holds. */
export interface DryRun {
  readonly metricName: string;
}

/** How many measurements are kept. */
export interface MeasurementRetention {
  readonly metricName: string;
  readonly limit: number;
}

/** What is asked of Prometheus. */
export interface PrometheusMetric {
  readonly address?: string;
  readonly query?: string;
  readonly timeout?: number;
  readonly headers?: readonly { readonly key: string; readonly value: string }[];
  readonly authentication?: {
    readonly basicAuth?: { readonly username?: string; readonly password?: string };
    readonly oauth2?: { readonly tokenUrl?: string };
    readonly sigv4?: object;
  };
  readonly rangeQuery?: object;
}

/** Who measures. */
export interface MetricProvider {
  readonly prometheus?: PrometheusMetric;
  readonly job?: JobTemplateSpec;
  readonly [other: string]: unknown;
}

/** What is measured, and what it must be. */
export interface Metric {
  readonly name: string;
  readonly interval?: string;
  readonly initialDelay?: string;
  readonly count?: IntOrString;
  readonly successCondition?: string;
  readonly failureCondition?: string;
  readonly failureLimit?: IntOrString;
  readonly inconclusiveLimit?: IntOrString;
  readonly consecutiveErrorLimit?: IntOrString;
  readonly consecutiveSuccessLimit?: IntOrString;
  readonly provider: MetricProvider;
}

/** What a template says. */
export interface AnalysisTemplateSpec {
  readonly metrics?: readonly Metric[];
  readonly args?: readonly Argument[];
  readonly dryRun?: readonly DryRun[];
  readonly measurementRetention?: readonly MeasurementRetention[];
  readonly templates?: readonly TemplateRef[];
}

/** A template of a namespace, or of the cluster. */
export interface AnalysisTemplate extends HasMetadata {
  readonly spec: AnalysisTemplateSpec;
}

/** One measurement. */
export interface Measurement {
  readonly phase: AnalysisPhase;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly value?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly resumeAt?: string;
}

/** What came of a metric. */
export interface MetricResult {
  readonly name: string;
  readonly phase: AnalysisPhase;
  readonly measurements?: readonly Measurement[];
  readonly message?: string;
  readonly count?: number;
  readonly successful?: number;
  readonly failed?: number;
  readonly inconclusive?: number;
  readonly error?: number;
  readonly consecutiveError?: number;
  readonly consecutiveSuccess?: number;
  readonly dryRun?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** How many metrics ended in which way. */
export interface RunSummary {
  readonly count?: number;
  readonly successful?: number;
  readonly failed?: number;
  readonly inconclusive?: number;
  readonly error?: number;
}

/** What is known of an analysis. */
export interface AnalysisRunStatus {
  readonly phase: AnalysisPhase;
  readonly message?: string;
  readonly metricResults?: readonly MetricResult[];
  readonly startedAt?: string;
  readonly runSummary?: RunSummary;
  readonly dryRunSummary?: RunSummary;
  readonly completedAt?: string;
}

/** What an analysis measures. */
export interface AnalysisRunSpec extends Omit<AnalysisTemplateSpec, 'templates'> {
  readonly terminate?: boolean;
  readonly ttlStrategy?: {
    readonly secondsAfterCompletion?: number;
    readonly secondsAfterFailure?: number;
    readonly secondsAfterSuccess?: number;
  };
}

/** An analysis. */
export interface AnalysisRun extends HasMetadata {
  readonly spec: AnalysisRunSpec;
  readonly status?: AnalysisRunStatus;
}

/** The kind AnalysisTemplate. */
export const analysisTemplates = kindOf<AnalysisTemplate>(
  groupVersion,
  'AnalysisTemplate',
  'analysistemplates',
);
/** The kind ClusterAnalysisTemplate. */
export const clusterAnalysisTemplates = kindOf<AnalysisTemplate>(
  groupVersion,
  'ClusterAnalysisTemplate',
  'clusteranalysistemplates',
  'Cluster',
);
/** The kind AnalysisRun. */
export const analysisRuns = kindOf<AnalysisRun>(groupVersion, 'AnalysisRun', 'analysisruns');

/** Whether the phase is an end. */
export function isOver(phase: AnalysisPhase | undefined): boolean {
  return (
    phase === 'Successful' || phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive'
  );
}
