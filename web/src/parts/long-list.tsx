import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  /** Height of each row, in rem. */
  readonly rowHeight: number;
  readonly row: (item: T, index: number) => JSX.Element;
  /** Called when the reader scrolls near the end. */
  readonly onNearEnd: () => void;
}

/** Rows rendered beyond the window, so that fast scrolling shows no gap. */
const OVERSCAN = 12;
/** Windows before the end at which more rows are loaded. */
const EAGERNESS = 3;

/** A virtual list that scrolls with the page: only visible rows are rendered. */
export function LongList<T>({ items, keyOf, rowHeight, row, onNearEnd }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const range = useRef(signal({ from: 0, to: 40 })).current;
  const height = rowHeight * rem();
  const near = useRef(onNearEnd);
  near.current = onNearEnd;

  useEffect(() => {
    let asked = 0;
    const look = () => {
      asked = 0;
      const element = box.current;
      if (element === null) return;
      const above = -element.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor(above / height) - OVERSCAN);
      const to = Math.max(0, Math.ceil((above + innerHeight) / height)) + OVERSCAN;
      const old = range.peek();
      if (old.from !== from || old.to !== to) range.value = { from, to };
      if ((above + innerHeight * EAGERNESS) / height > items.length) near.current();
    };
    const soon = () => {
      if (asked === 0) asked = requestAnimationFrame(look);
    };
    addEventListener('scroll', soon, { passive: true });
    addEventListener('resize', soon);
    look();
    return () => {
      removeEventListener('scroll', soon);
      removeEventListener('resize', soon);
      cancelAnimationFrame(asked);
    };
  }, [height, items.length, range]);

  const { from, to } = range.value;
  return (
    <div ref={box} class="long-list" style={{ height: `${items.length * height}px` }} role="rowgroup">
      {items.slice(from, to).map((item, i) => (
        <div
          key={keyOf(item)}
          class="long-row"
          role="row"
          aria-rowindex={from + i + 2}
          style={{ transform: `translateY(${(from + i) * height}px)`, height: `${height}px` }}
        >
          {row(item, from + i)}
        </div>
      ))}
    </div>
  );
}

function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}
