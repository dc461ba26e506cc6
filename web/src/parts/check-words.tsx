import { Ago } from './time.tsx';

interface Props {
  readonly words: string;
  readonly at: Parameters<typeof Ago>[0]['at'];
  readonly zone: string;
  /** Milliseconds. */
  readonly now: number;
}

/** What a check found, and when: `Inactive · 1 hour ago`. */
export function CheckWords({ words, at, zone, now }: Props) {
  return (
    <>
      {words} · <Ago at={at} zone={zone} from={now} />
    </>
  );
}
