/** What a test of a hypothesis gives. */

/** A statistic and how likely one so large is when nothing has changed. */
export interface TestResult {
  readonly statistic: number;
  readonly pValue: number;
}
