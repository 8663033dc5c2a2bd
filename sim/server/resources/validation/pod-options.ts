/**
 * What the checks of pods and of templates of pods differ in.
 * @upstream pkg/api/pod/util.go GetValidationOptionsFromPodSpecAndMeta
 */

/** How strictly a pod's spec is looked at, and what the server allows. */
export interface PodOptions {
  /** A pod itself, not a template. */
  readonly isPod: boolean;
  /** --allow-privileged. */
  readonly allowPrivileged: boolean;
  /** An old object had bad label values in its selectors: a new one may. */
  readonly allowsInvalidSelectors?: boolean;
}
