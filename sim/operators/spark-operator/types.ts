/** The shape of SparkApplications. @upstream kubeflow/spark-operator api/v1beta2/{sparkapplication,scheduledsparkapplication}_types.go */
import type {
  Affinity,
  Container,
  EnvFromSource,
  EnvVar,
  HostAlias,
  Lifecycle,
  PodDNSConfig,
  PodSecurityContext,
  PodTemplateSpec,
  SecurityContext,
  Toleration,
  Volume,
  VolumeMount,
} from '../../api/kinds/core.js';
import { kindOf, type HasMetadata } from '../../api/object.js';

type Texts = Readonly<Record<string, string>>;

/** What driver and executors have in common. */
export interface SparkPodSpec {
  readonly template?: PodTemplateSpec;
  readonly cores?: number;
  readonly coreLimit?: string;
  readonly coreRequest?: string;
  readonly memory?: string;
  readonly memoryLimit?: string;
  readonly memoryOverhead?: string;
  readonly gpu?: { readonly name: string; readonly quantity: number };
  readonly image?: string;
  readonly configMaps?: readonly { readonly name: string; readonly path: string }[];
  readonly secrets?: readonly {
    readonly name: string;
    readonly path: string;
    readonly secretType: string;
  }[];
  readonly env?: readonly EnvVar[];
  readonly envVars?: Texts;
  readonly envFrom?: readonly EnvFromSource[];
  readonly envSecretKeyRefs?: Readonly<
    Record<string, { readonly name: string; readonly key: string }>
  >;
  readonly labels?: Texts;
  readonly annotations?: Texts;
  readonly volumeMounts?: readonly VolumeMount[];
  readonly affinity?: Affinity;
  readonly tolerations?: readonly Toleration[];
  readonly podSecurityContext?: PodSecurityContext;
  readonly securityContext?: SecurityContext;
  readonly schedulerName?: string;
  readonly sidecars?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly hostNetwork?: boolean;
  readonly nodeSelector?: Texts;
  readonly dnsConfig?: PodDNSConfig;
  readonly terminationGracePeriodSeconds?: number;
  readonly serviceAccount?: string;
  readonly hostAliases?: readonly HostAlias[];
  readonly shareProcessNamespace?: boolean;
  readonly priorityClassName?: string;
  readonly javaOptions?: string;
  readonly lifecycle?: Lifecycle;
  readonly ports?: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly containerPort: number;
  }[];
}

/** The driver. */
export interface DriverSpec extends SparkPodSpec {
  readonly podName?: string;
  readonly kubernetesMaster?: string;
  readonly serviceAnnotations?: Texts;
  readonly serviceLabels?: Texts;
}

/** The executors. */
export interface ExecutorSpec extends SparkPodSpec {
  readonly instances?: number;
  readonly deleteOnTermination?: boolean;
}

/** When an application runs again. */
export interface RestartPolicy {
  readonly type?: string;
  readonly onSubmissionFailureRetries?: number;
  readonly onFailureRetries?: number;
  readonly onSubmissionFailureRetryInterval?: number;
  readonly onFailureRetryInterval?: number;
}

/** A service of the driver, and an ingress to it. */
export interface DriverIngress {
  readonly servicePort?: number;
  readonly servicePortName?: string;
  readonly serviceType?: string;
  readonly serviceAnnotations?: Texts;
  readonly serviceLabels?: Texts;
  readonly ingressURLFormat?: string;
}

/** What is wanted of an application. */
export interface SparkApplicationSpec {
  readonly type?: string;
  readonly sparkVersion?: string;
  readonly mode?: string;
  readonly proxyUser?: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly imagePullSecrets?: readonly string[];
  readonly mainClass?: string;
  readonly mainApplicationFile?: string;
  readonly arguments?: readonly string[];
  readonly sparkConf?: Texts;
  readonly hadoopConf?: Texts;
  readonly sparkConfigMap?: string;
  readonly hadoopConfigMap?: string;
  readonly volumes?: readonly Volume[];
  readonly driver: DriverSpec;
  readonly executor: ExecutorSpec;
  readonly deps?: Readonly<Record<string, readonly string[]>>;
  readonly restartPolicy?: RestartPolicy;
  readonly nodeSelector?: Texts;
  readonly memoryOverheadFactor?: string;
  readonly monitoring?: unknown;
  readonly batchScheduler?: string;
  readonly timeToLiveSeconds?: number;
  readonly pythonVersion?: string;
  readonly suspend?: boolean;
  readonly sparkUIOptions?: {
    readonly servicePort?: number;
    readonly servicePortName?: string;
    readonly serviceType?: string;
    readonly serviceAnnotations?: Texts;
    readonly serviceLabels?: Texts;
  };
  readonly driverIngressOptions?: readonly DriverIngress[];
  readonly dynamicAllocation?: {
    readonly enabled?: boolean;
    readonly initialExecutors?: number;
    readonly minExecutors?: number;
    readonly maxExecutors?: number;
    readonly shuffleTrackingEnabled?: boolean;
    readonly shuffleTrackingTimeout?: number;
  };
}

/** Where an application stands; empty: it is new. */
export type ApplicationState =
  | ''
  | 'SUBMITTED'
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'SUBMISSION_FAILED'
  | 'PENDING_RERUN'
  | 'INVALIDATING'
  | 'SUCCEEDING'
  | 'FAILING'
  | 'SUSPENDING'
  | 'SUSPENDED'
  | 'RESUMING'
  | 'UNKNOWN';

/** Where a pod stands. */
export type PodState = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'UNKNOWN';

/** What is known of the driver. */
export interface DriverInfo {
  readonly podName?: string;
  readonly webUIServiceName?: string;
  readonly webUIPort?: number;
  readonly webUIAddress?: string;
}

/** What is known of an application. */
export interface SparkApplicationStatus {
  readonly applicationState?: { readonly state: ApplicationState; readonly errorMessage?: string };
  readonly driverInfo?: DriverInfo;
  readonly executionAttempts?: number;
  readonly executorState?: Readonly<Record<string, PodState>>;
  readonly lastSubmissionAttemptTime?: string | null;
  readonly sparkApplicationId?: string;
  readonly submissionAttempts?: number;
  readonly submissionID?: string;
  readonly terminationTime?: string | null;
}

/** An application. */
export interface SparkApplication extends HasMetadata {
  readonly spec: SparkApplicationSpec;
  readonly status?: SparkApplicationStatus;
}

/** What is known of a schedule. */
export interface ScheduledStatus {
  readonly lastRun?: string | null;
  readonly nextRun?: string | null;
  readonly lastRunName?: string;
  readonly pastSuccessfulRunNames?: readonly string[];
  readonly pastFailedRunNames?: readonly string[];
  readonly scheduleState?: string;
  readonly reason?: string;
}

/** An application that runs by a schedule. */
export interface ScheduledSparkApplication extends HasMetadata {
  readonly spec: {
    readonly schedule: string;
    readonly timeZone?: string;
    readonly template: SparkApplicationSpec;
    readonly suspend?: boolean;
    readonly concurrencyPolicy?: string;
    readonly successfulRunHistoryLimit?: number;
    readonly failedRunHistoryLimit?: number;
  };
  readonly status?: ScheduledStatus;
}

const apiVersion = 'sparkoperator.k8s.io/v1beta2';

/** The kind SparkApplication. */
export const sparkApplications = kindOf<SparkApplication>(
  apiVersion,
  'SparkApplication',
  'sparkapplications',
);

/** The kind ScheduledSparkApplication. */
export const scheduledSparkApplications = kindOf<ScheduledSparkApplication>(
  apiVersion,
  'ScheduledSparkApplication',
  'scheduledsparkapplications',
);
