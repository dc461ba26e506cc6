import { Fragment } from 'preact';
import { COMMAND_KEY, singleKeys } from '../../state/shortcuts.ts';
import { OverlayDialog } from '../overlay.tsx';
import { places } from '../places.ts';
import './palette.css';

/** The shortcuts of all pages. */
export default function Shortcuts() {
  const shortcuts = [
    { keys: [COMMAND_KEY, 'K'], words: 'Search stores, pages and actions' },
    { keys: ['/'], words: 'Search the list of the page' },
    ...places().map(({ key, name }) => ({ keys: ['g', key], words: `Go to ${name}` })),
    { keys: ['?'], words: 'Show these shortcuts' },
  ];
  return (
    <OverlayDialog kind="shortcuts" labelledBy="shortcuts-title">
      {(close) => (
        <>
          <h2 id="shortcuts-title">Keyboard shortcuts</h2>
          <dl class="shortcut-list">
            {shortcuts.map(({ keys, words }) => (
              <div key={words}>
                <dt>{words}</dt>
                <dd class="nowrap">
                  {keys.map((key) => (
                    <Fragment key={key}>
                      <kbd>{key}</kbd>{' '}
                    </Fragment>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
          <label class="tick">
            <input
              type="checkbox"
              checked={singleKeys.value}
              onChange={({ currentTarget }) => (singleKeys.value = currentTarget.checked)}
            />
            Use shortcuts without {COMMAND_KEY}
          </label>
          <div>
            <button type="button" class="button" onClick={close}>
              Close
            </button>
          </div>
        </>
      )}
    </OverlayDialog>
  );
}
