/** Which terminals lie near which customers, on a square of side 100. */

/** The side of the square on which customers and terminals lie. */
export const side = 100;

/** Points on the square. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** For each customer a run of `flat`: from `offsets[customer]` to before `offsets[customer + 1]`. */
export interface NearbyTerminals {
  readonly offsets: Int32Array;
  /** Numbers of terminals, ascending within a customer. */
  readonly flat: Int32Array;
}

/**
 * The terminals at a distance of less than the radius of each customer. They are looked for in the nine
 * cells of a grid about the customer, so that a million pairs are never compared.
 */
export function nearbyTerminals(
  customers: Points,
  terminals: Points,
  radius: number,
): NearbyTerminals {
  const grid = gridOf(terminals, radius);
  const count = customers.x.length;
  const offsets = new Int32Array(count + 1);
  let flat = new Int32Array(1024);
  let end = 0;
  for (let customer = 0; customer < count; customer++) {
    const x = customers.x[customer] as number;
    const y = customers.y[customer] as number;
    const begin = end;
    for (const cell of cellsAbout(grid, x, y)) {
      const until = grid.offsets[cell + 1] as number;
      for (let at = grid.offsets[cell] as number; at < until; at++) {
        const terminal = grid.members[at] as number;
        const dx = x - (terminals.x[terminal] as number);
        const dy = y - (terminals.y[terminal] as number);
        if (Math.sqrt(dx * dx + dy * dy) >= radius) continue;
        if (end === flat.length) flat = doubled(flat);
        flat[end++] = terminal;
      }
    }
    flat.subarray(begin, end).sort();
    offsets[customer + 1] = end;
  }
  return { offsets, flat: flat.slice(0, end) };
}

interface Grid {
  readonly cells: number;
  readonly offsets: Int32Array;
  readonly members: Int32Array;
}

const cellsMax = 512;

function gridOf(points: Points, radius: number): Grid {
  const cells = Math.max(1, Math.min(cellsMax, Math.floor(side / radius)));
  const count = points.x.length;
  const cellOf = (index: number): number =>
    axis(points.y[index] as number, cells) * cells + axis(points.x[index] as number, cells);
  const offsets = new Int32Array(cells * cells + 1);
  for (let index = 0; index < count; index++) {
    const after = cellOf(index) + 1;
    offsets[after] = (offsets[after] as number) + 1;
  }
  for (let cell = 0; cell < cells * cells; cell++) {
    offsets[cell + 1] = (offsets[cell + 1] as number) + (offsets[cell] as number);
  }
  const next = offsets.slice();
  const members = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const cell = cellOf(index);
    const at = next[cell] as number;
    members[at] = index;
    next[cell] = at + 1;
  }
  return { cells, offsets, members };
}

const axis = (value: number, cells: number): number =>
  Math.min(cells - 1, Math.floor((value * cells) / side));

function cellsAbout({ cells }: Grid, x: number, y: number): number[] {
  const found: number[] = [];
  const column = axis(x, cells);
  const row = axis(y, cells);
  for (let r = Math.max(0, row - 1); r <= Math.min(cells - 1, row + 1); r++) {
    for (let c = Math.max(0, column - 1); c <= Math.min(cells - 1, column + 1); c++) {
      found.push(r * cells + c);
    }
  }
  return found;
}

function doubled(from: Int32Array): Int32Array<ArrayBuffer> {
  const to = new Int32Array(from.length * 2);
  to.set(from);
  return to;
}
