/** The figures that a bench tells of each run: what each means, and which way is better. */

/** A figure's meaning. */
export interface FigureKind {
  readonly key: string;
  /** In a table's column. */
  readonly label: string;
  readonly unit: string;
  readonly digits: number;
  readonly better?: 'more' | 'less';
  /** What it is, in one sentence. */
  readonly definition: string;
}

/** A run's figures by key; a figure that does not apply is absent. */
export type Figures = Readonly<Record<string, number>>;

/** A group of figures that is told in one table. */
export interface FigureGroup {
  readonly title: string;
  readonly kinds: readonly FigureKind[];
}
