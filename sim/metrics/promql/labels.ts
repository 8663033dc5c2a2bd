/** Labels of a series: sorted pairs of name and value. A label without a value is no label. */

/** The label that holds a metric's name. */
export const nameLabel = '__name__';

/** An immutable set of labels. */
export class Labels {
  private text: string | undefined;
  private ownName: string | undefined;
  private nameless: Labels | undefined;
  /** What was kept last, of which names: rules ask the same again and again. */
  private kept: { readonly of: ReadonlySet<string>; readonly labels: Labels } | undefined;

  private constructor(readonly pairs: readonly (readonly [string, string])[]) {}

  static readonly none = new Labels([]);

  /** Makes labels of what is told; a name that comes twice has the later value. */
  static of(told: Iterable<readonly [string, string]> | Readonly<Record<string, string>>): Labels {
    const pairs = Symbol.iterator in told ? told : Object.entries(told);
    const values = new Map(pairs);
    const kept = [...values].filter(([, value]) => value !== '');
    return new Labels(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The value, or '' where there is none. */
  get(name: string): string {
    for (const [own, value] of this.pairs) if (own === name) return value;
    return '';
  }

  /** One text for one set of labels. */
  get key(): string {
    this.text ??= JSON.stringify(this.pairs);
    return this.text;
  }

  /** The metric's name, or ''. */
  get name(): string {
    this.ownName ??= this.get(nameLabel);
    return this.ownName;
  }

  /** Those of these names, a set that does not change. */
  keep(names: ReadonlySet<string>): Labels {
    if (this.kept?.of !== names) {
      const labels = new Labels(this.pairs.filter(([name]) => names.has(name)));
      this.kept = { of: names, labels };
    }
    return this.kept.labels;
  }

  drop(names: ReadonlySet<string>): Labels {
    const kept = this.pairs.filter(([name]) => !names.has(name));
    return kept.length === this.pairs.length ? this : new Labels(kept);
  }

  /** With further labels or other values; '' takes a label away. */
  with(more: Iterable<readonly [string, string]>): Labels {
    return Labels.of([...this.pairs, ...more]);
  }

  /** What is left of a series that is its metric no more: without its name, and its type and unit where it has them. */
  withoutName(): Labels {
    this.nameless ??= this.drop(metadataLabels);
    return this.nameless;
  }

  record(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.pairs);
  }

  /** As Prometheus prints a series: `up{job="a"}`, and `{"up.time", job="a"}` where it must be quoted. */
  toString(): string {
    const rest = this.pairs.filter(([name]) => name !== nameLabel).map(pairText);
    if (!plainMetricName.test(this.name)) {
      const name = this.name === '' ? [] : [JSON.stringify(this.name)];
      return `{${[...name, ...rest].join(', ')}}`;
    }
    return rest.length === 0 ? this.name : `${this.name}{${rest.join(', ')}}`;
  }

  /** As errors list labels, the name among them: `{__name__="up", job="a"}`. */
  listed(): string {
    return `{${this.pairs.map(pairText).join(', ')}}`;
  }
}

const plainMetricName = /^[a-zA-Z_:][\w:]*$/;
const plainLabelName = /^[a-zA-Z_]\w*$/;

function pairText([name, value]: readonly [string, string]): string {
  return `${plainLabelName.test(name) ? name : JSON.stringify(name)}=${JSON.stringify(value)}`;
}

/** @upstream schema/labels.go */
const metadataLabels: ReadonlySet<string> = new Set([nameLabel, '__type__', '__unit__']);

/** Sorts labels as Prometheus does: pair by pair. */
export function compareLabels(a: Labels, b: Labels): number {
  const length = Math.min(a.pairs.length, b.pairs.length);
  for (let index = 0; index < length; index++) {
    const [nameA, valueA] = a.pairs[index] as readonly [string, string];
    const [nameB, valueB] = b.pairs[index] as readonly [string, string];
    if (nameA !== nameB) return nameA < nameB ? -1 : 1;
    if (valueA !== valueB) return valueA < valueB ? -1 : 1;
  }
  return a.pairs.length - b.pairs.length;
}
