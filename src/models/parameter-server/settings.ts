/** The settings of a data-parallel training with parameter servers, from a scenario's parameters. */

/** What can be set; every field has a default. */
export interface TrainingSettings {
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** How long one batch takes on one GPU, in milliseconds; each batch varies by up to a tenth. */
  readonly batchMs: number;
  /** Where checkpoints go; a volume must be mounted there, or none are written. */
  readonly checkpointFolder: string;
  /** The seed of the training data: it belongs to the data, not to the run. */
  readonly dataSeed: number;
  readonly memoryBytes: number;
}

/** The defaults: five epochs of some seconds each. */
export const defaultTrainingSettings: TrainingSettings = {
  epochs: 5,
  batchesPerEpoch: 20,
  batchSize: 128,
  learningRate: 0.5,
  batchMs: 400,
  checkpointFolder: '/checkpoints',
  dataSeed: 1,
  memoryBytes: 6 * 1024 ** 3,
};
