/** The status of an application while it is looked at. @upstream kubeflow/spark-operator internal/controller/sparkapplication/controller.go */
import { rfc3339 } from '../../api/time.js';
import type {
  ApplicationState,
  DriverInfo,
  PodState,
  SparkApplication,
  SparkApplicationStatus,
} from './types.js';

/** What stands in a status, to be changed. */
export class StatusDraft {
  state: ApplicationState;
  error: string;
  driverInfo: DriverInfo;
  executionAttempts: number;
  submissionAttempts: number;
  executors: Record<string, PodState>;
  sparkApplicationId: string;
  submissionId: string;
  private lastSubmission: string | undefined;
  private termination: string | undefined;

  constructor(
    { status = {} }: SparkApplication,
    private readonly nowMs: () => number,
  ) {
    this.state = status.applicationState?.state ?? '';
    this.error = status.applicationState?.errorMessage ?? '';
    this.driverInfo = status.driverInfo ?? {};
    this.executionAttempts = status.executionAttempts ?? 0;
    this.submissionAttempts = status.submissionAttempts ?? 0;
    this.executors = { ...status.executorState };
    this.sparkApplicationId = status.sparkApplicationId ?? '';
    this.submissionId = status.submissionID ?? '';
    this.lastSubmission = status.lastSubmissionAttemptTime ?? undefined;
    this.termination = status.terminationTime ?? undefined;
  }

  get isTerminated(): boolean {
    return this.state === 'COMPLETED' || this.state === 'FAILED';
  }

  submitted(submissionId: string): void {
    this.submissionId = submissionId;
    this.lastSubmission = rfc3339(this.nowMs());
    this.submissionAttempts++;
  }

  terminated(options: { readonly isAnew: boolean }): void {
    if (this.termination === undefined || options.isAnew) this.termination = rfc3339(this.nowMs());
  }

  become(state: ApplicationState, error = ''): void {
    this.state = state;
    this.error = error;
  }

  /** Forgets the last run, for another one. Attempts begin anew where the application has changed. */
  reset(): void {
    const { state } = this;
    if (state === 'INVALIDATING') {
      this.submissionAttempts = 0;
      this.executionAttempts = 0;
      this.lastSubmission = undefined;
    }
    if (state !== 'SUSPENDED') this.termination = undefined;
    this.sparkApplicationId = '';
    this.error = '';
    this.driverInfo = {};
    this.executors = {};
  }

  /** As Go prints it: times are there when they are not known. */
  status(): SparkApplicationStatus {
    const { error, executionAttempts, submissionAttempts, sparkApplicationId, submissionId } = this;
    return {
      applicationState: { state: this.state, ...(error !== '' && { errorMessage: error }) },
      driverInfo: this.driverInfo,
      ...(executionAttempts > 0 && { executionAttempts }),
      ...(Object.keys(this.executors).length > 0 && { executorState: this.executors }),
      lastSubmissionAttemptTime: this.lastSubmission ?? null,
      ...(sparkApplicationId !== '' && { sparkApplicationId }),
      ...(submissionAttempts > 0 && { submissionAttempts }),
      ...(submissionId !== '' && { submissionID: submissionId }),
      terminationTime: this.termination ?? null,
    };
  }
}
