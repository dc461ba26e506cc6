import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

interface Props {
  readonly title: ComponentChildren;
  /** What is shown, and can be copied. */
  readonly secret: string;
  readonly onDone: () => void;
  readonly children: ComponentChildren;
}

/** A secret that the server shows only once. */
export function ShownOnce({ title, secret, onDone, children }: Props) {
  const copied = useSignal(false);
  return (
    <div class="banner issued" data-kind="good" role="status">
      <div>
        <p>
          <strong>{title}</strong>
        </p>
        <p class="code">{secret}</p>
        <p class="small">{children}</p>
      </div>
      <div class="row">
        <button
          type="button"
          class="button"
          onClick={async () => {
            await navigator.clipboard.writeText(secret);
            copied.value = true;
          }}
        >
          {copied.value ? 'Copied' : 'Copy'}
        </button>
        <button type="button" class="button plain" onClick={onDone}>
          Done
        </button>
      </div>
    </div>
  );
}
