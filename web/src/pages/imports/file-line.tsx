import { bytes } from '../../lib/format.ts';
import { Icon } from '../../parts/icons.tsx';
import { FEEDS, type Feed } from './feeds.ts';

/** A chosen file that is not uploaded yet. */
export interface Chosen {
  readonly file: File;
  readonly feed: Feed;
  /** During the upload, the share sent so far. */
  readonly sent: number | undefined;
  readonly failure: string | undefined;
}

interface Props {
  readonly chosen: Chosen;
  readonly onFeed: (feed: Feed) => void;
  readonly onRemove: () => void;
}

export function FileLine({ chosen, onFeed, onRemove }: Props) {
  const { file, feed, sent, failure } = chosen;
  return (
    <li>
      <span class="who">
        <strong>{file.name}</strong> <span class="quiet small">{bytes(file.size)}</span>
      </span>
      <label class="select">
        <span class="unseen">Data in {file.name}</span>
        <select
          value={feed}
          disabled={sent !== undefined}
          onChange={({ currentTarget }) => onFeed(FEEDS.find((one) => one.feed === currentTarget.value)?.feed ?? feed)}
        >
          {FEEDS.map(({ feed: one, words }) => (
            <option key={one} value={one}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="button plain square"
        aria-label={`Remove ${file.name}`}
        disabled={sent !== undefined}
        onClick={onRemove}
      >
        <Icon name="cross" />
      </button>
      {sent !== undefined && <progress value={sent} max={1} aria-label={`${file.name}: upload progress`} />}
      {failure !== undefined && (
        <p class="wrong small" role="alert">
          {failure}
        </p>
      )}
    </li>
  );
}
