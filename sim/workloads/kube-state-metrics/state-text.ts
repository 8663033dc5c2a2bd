/** The metrics of all objects as text: what did not change since the last scrape is not worded again. */
import type { HasMetadata } from '../../api/object.js';
import { lineOf } from '../../api/exposition.js';
import { information, type Family, type StateResource } from './family.js';
import type { StateOptions } from './options.js';
import { shownLabels } from './shown-labels.js';

/** Words the objects of one kind. */
export class StateText {
  private readonly families: readonly Family<HasMetadata>[];
  /** By object: its lines in each family. A changed object is another one. */
  private lines = new WeakMap<HasMetadata, readonly string[]>();

  constructor(
    private readonly resource: StateResource,
    options: StateOptions,
  ) {
    const all = [...resource.families, ...mirrored(resource, options)];
    this.families = all.filter(({ name }) => options.isTold(name));
  }

  /** The text of all families. */
  of(objects: readonly HasMetadata[]): string {
    const told = objects.map(object => this.linesOf(object));
    return this.families
      .map(
        ({ name, help, type }, index) =>
          `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n` +
          told.map(lines => lines[index] ?? '').join(''),
      )
      .join('');
  }

  private linesOf(object: HasMetadata): readonly string[] {
    const known = this.lines.get(object);
    if (known !== undefined) return known;
    const identity = this.resource.identity(object);
    const lines = this.families.map(({ name, rows }) =>
      rows(object)
        .map(({ labels, value }) => name + lineOf(Object.assign({}, identity, labels), value))
        .join(''),
    );
    this.lines.set(object, lines);
    return lines;
  }
}

/** The metrics that show labels and annotations: only of those kinds for which some are allowed. */
function mirrored(
  { name, prefix }: StateResource,
  { labels, annotations }: StateOptions,
): readonly Family<HasMetadata>[] {
  if (prefix === undefined) return [];
  const listed = (lists: StateOptions['labels']): readonly string[] | undefined =>
    lists.get(name) ?? lists.get('*');
  const ofLabels = listed(labels);
  const ofAnnotations = listed(annotations);
  return [
    information(
      `${prefix}_annotations`,
      'Kubernetes annotations converted to Prometheus labels.',
      ({ metadata }) =>
        ofAnnotations === undefined
          ? []
          : [shownLabels('annotation', metadata.annotations ?? {}, ofAnnotations)],
    ),
    information(
      `${prefix}_labels`,
      'Kubernetes labels converted to Prometheus labels.',
      ({ metadata }) =>
        ofLabels === undefined ? [] : [shownLabels('label', metadata.labels ?? {}, ofLabels)],
    ),
  ];
}
