/** A claim or a class is wrong: no node can help. */
export class AllocationError extends Error {}
