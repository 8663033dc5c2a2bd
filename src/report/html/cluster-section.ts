/** The cluster at the slider's instant: nodes with their GPUs and pods, and what changed; the page's script fills it. */
import { markup, type Markup } from './markup.js';

/** The section, still empty. */
export function clusterSection(number: number): Markup {
  return markup`<section aria-labelledby="cluster-${number}" class="cluster" id="r${number}-cluster">
    <h3 id="cluster-${number}">The cluster at <span id="cluster-time-${number}">an instant</span></h3>
    <noscript><p class="warning">This part needs JavaScript, which is off.</p></noscript>
    <p class="note">Move the slider above: arrow keys, Page Up, Page Down, Home and End work on it,
      and so do the times in lists.</p>
    <div class="cluster-grid">
      <div><h4 id="diff-title-${number}">What changed</h4><div id="diff-${number}"></div></div>
      <div><h4>Not placed on a node</h4><div id="waiting-${number}"></div></div>
      <div class="across"><h4>Nodes, their GPUs and pods</h4><div class="nodes" id="nodes-${number}"></div></div>
      <div class="across"><h4>Other objects</h4><div id="objects-${number}"></div></div>
    </div>
  </section>`;
}
