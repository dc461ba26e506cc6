import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** Milliseconds after the last key. */
const PAUSE = 160;

/** What was typed, trimmed, once typing pauses, so that not every key asks the server. */
export function usePaused(typed: string) {
  const paused = useSignal('');
  useEffect(() => {
    const timer = setTimeout(() => (paused.value = typed.trim()), PAUSE);
    return () => clearTimeout(timer);
  }, [typed, paused]);
  return paused;
}
