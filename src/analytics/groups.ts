import type { StoreEntry } from '../stores/directory.ts';
import { labelOf } from '../stores/labels.ts';

/** The key that stands for the stores themselves. */
export const STORE_KEY = 'store_id';

/** Stores with the same values of the first keys, or all stores. */
export interface Group {
  /** One for each of the first keys; `undefined`: the stores have no such label. */
  readonly values: readonly (string | undefined)[];
  /** The number of its stores. */
  readonly stores: number;
}

export interface Grouping {
  /** Each group comes before those that it contains; otherwise they are in the order of their values. */
  readonly groups: readonly Group[];
  /** The smallest group of each store, by the index of the store. */
  readonly leafOf: Int32Array;
  /** The groups that contain each group, by its index. */
  readonly above: readonly (readonly number[])[];
}

/**
 * Groups stores by the values of labels.
 *
 * @param subtotals whether to include the groups of fewer keys
 */
export function grouped(stores: readonly StoreEntry[], keys: readonly string[], subtotals: boolean): Grouping {
  const root = newNode([]);
  const leaves = stores.map((store) => {
    let node = root;
    node.stores++;
    for (const key of keys) {
      const value = key === STORE_KEY ? store.id : labelOf(store.labels, key);
      let child = node.children.get(value);
      if (child === undefined) {
        child = newNode([...node.values, value]);
        node.children.set(value, child);
      }
      node = child;
      node.stores++;
    }
    return node;
  });
  const groups: Group[] = [];
  const above: (readonly number[])[] = [];
  const place = new Map<Node, number>();
  const add = (node: Node, around: readonly number[]) => {
    const isShown = subtotals || node.values.length === keys.length;
    if (isShown) {
      place.set(node, groups.length);
      groups.push({ values: node.values, stores: node.stores });
      above.push(around);
    }
    const children = [...node.children.values()].sort((a, b) => compare(a.values.at(-1), b.values.at(-1)));
    for (const child of children) add(child, isShown ? [...around, place.get(node) as number] : around);
  };
  add(root, []);
  return { groups, above, leafOf: Int32Array.from(leaves, (node) => place.get(node) as number) };
}

interface Node {
  readonly values: readonly (string | undefined)[];
  stores: number;
  readonly children: Map<string | undefined, Node>;
}

function newNode(values: readonly (string | undefined)[]): Node {
  return { values, stores: 0, children: new Map() };
}

/** By UTF-16 code unit, as ids are sorted; stores without the label come last. */
function compare(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a < b ? -1 : 1;
}
