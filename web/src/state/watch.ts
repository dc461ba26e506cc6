import { useEffect, useRef } from 'preact/hooks';
import type { EventData, EventOf, StreamRoute } from '../../api/client.ts';
import { urlOf } from './api.ts';

const RETRY = 2_000;

/** The routes that stream the events of one job. */
type JobStream = Extract<StreamRoute, `${string}/{id}/events`>;
/** The events that end a stream and carry the job. */
type FinalEvent<K extends JobStream> = Exclude<EventOf<K>['event'], 'progress' | 'deleted'>;

interface Watching<K extends JobStream> {
  readonly onProgress: (progress: EventData<K, 'progress'>) => void;
  /** Called when the job has ended; `undefined`: it was deleted. */
  readonly onEnd: (resource: EventData<K, FinalEvent<K>> | undefined) => void;
}

/** Follows the events of a job until it ends, and reconnects when the connection breaks. */
function watch<K extends JobStream>(
  url: string,
  finalEvents: readonly FinalEvent<K>[],
  { onProgress, onEnd }: Watching<K>,
): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    source = new EventSource(url);
    source.addEventListener('progress', ({ data }) => onProgress(JSON.parse(data) as EventData<K, 'progress'>));
    for (const name of finalEvents) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => {
        stop();
        onEnd(JSON.parse(data) as EventData<K, FinalEvent<K>>);
      });
    }
    source.addEventListener('deleted', () => {
      stop();
      onEnd(undefined);
    });
    source.addEventListener('error', () => {
      source?.close();
      timer = setTimeout(begin, RETRY);
    });
  };
  const stop = () => {
    source?.close();
    clearTimeout(timer);
  };
  begin();
  return stop;
}

/** Follows a job while the component is mounted and `active` is true. */
export function useWatch<K extends JobStream>(
  route: K,
  id: string,
  active: boolean,
  finalEvents: readonly FinalEvent<K>[],
  watching: Watching<K>,
): void {
  const latest = useRef(watching);
  latest.current = watching;
  useEffect(() => {
    if (!active) return;
    return watch<K>(urlOf<JobStream>(route, { path: { id } }), finalEvents, {
      onProgress: (progress) => latest.current.onProgress(progress),
      onEnd: (resource) => latest.current.onEnd(resource),
    });
  }, [route, id, active]);
}
