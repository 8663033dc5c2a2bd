/** What changed in the cluster between two instants, object by object. */
import { markup, type Markup } from './markup.js';
import { objectName, type Scene } from './scene.js';

/** A change of an object between two instants. */
export interface SceneChange {
  readonly sort: 'new' | 'gone' | 'changed';
  readonly name: string;
  readonly text: string;
}

/**
 * From just before one instant to just before another, nodes first, then the objects in the order in
 * which they were first seen; nothing that came and went in between.
 */
export function changesBetween(scene: Scene, fromMs: number, untilMs: number): SceneChange[] {
  const at = <T extends { readonly ms: number }>(states: readonly T[], ms: number): T | undefined =>
    states.findLast(state => state.ms < ms);
  const objects = scene.objects.flatMap(object => {
    const [before, after] = [at(object.states, fromMs), at(object.states, untilMs)];
    return changeOf(objectName(object), placed(before), placed(after));
  });
  const nodes = scene.nodes.flatMap(({ name, changes }) => {
    const [before, after] = [at(changes, fromMs), at(changes, untilMs)];
    return changeOf(`Node ${name}`, before?.state, after?.state);
  });
  return [...nodes, ...objects];
}

function placed(
  state: { readonly state: string | null; readonly node?: string } | undefined,
): string | undefined {
  if (state === undefined || state.state === null) return undefined;
  return state.node === undefined ? state.state : `${state.state} on ${state.node}`;
}

function changeOf(
  name: string,
  before: string | undefined,
  after: string | undefined,
): SceneChange[] {
  if (before === after) return [];
  if (before === undefined) return [{ sort: 'new', name, text: after ?? '' }];
  if (after === undefined) return [{ sort: 'gone', name, text: `was ${before}` }];
  return [{ sort: 'changed', name, text: `${before} → ${after}` }];
}

const signs = { new: '+', gone: '−', changed: '~' } as const;
const shownMax = 40;

/** The changes as a list; `+` new, `−` gone, `~` changed. */
export function changeList(changes: readonly SceneChange[]): Markup {
  if (changes.length === 0) return markup`<p class="empty-state">Nothing changed.</p>`;
  const items = changes
    .slice(0, shownMax)
    .map(
      ({ sort, name, text }) =>
        markup`<li class="diff-${sort}"><b>${signs[sort]}</b> ${name} <span>${text}</span></li>`,
    );
  const more = changes.length - shownMax;
  const rest = more > 0 ? markup`<li>and ${more} more</li>` : undefined;
  return markup`<ul class="diff">${items}${rest}</ul>`;
}
