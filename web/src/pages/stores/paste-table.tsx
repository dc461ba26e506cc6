import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import { count, counted } from '../../lib/format.ts';
import { type ColumnUse, labelKey, type PastedTable, storesIn, tableOf, usesOf } from '../../lib/pasted.ts';
import { Form } from '../../parts/form.tsx';
import { ScrollBox } from '../../parts/scroll-box.tsx';
import { changeStores, checkStores, type RowFault, RowFaults } from '../../state/change-stores.ts';
import { useUnsaved } from '../../state/unsaved.ts';

/** Rows shown for a check by eye. */
const SHOWN = 50;

/** Milliseconds after the last change until the cells are checked. */
const PAUSE = 500;

const USES: readonly { readonly use: ColumnUse; readonly words: string }[] = [
  { use: 'store_id', words: 'ID' },
  { use: 'name', words: 'Name' },
  { use: 'time_zone', words: 'Time zone' },
  { use: 'probe_url', words: 'Probe URL' },
  { use: 'ignore', words: 'Ignore' },
];

/** Creates and changes stores from a table that was copied in a spreadsheet. */
export function PasteTable({ onDone }: { readonly onDone: (words: string | undefined) => void }) {
  const area = useId();
  const text = useSignal('');
  const table = useSignal<PastedTable>({ header: [], rows: [] });
  const uses = useSignal<readonly ColumnUse[]>([]);
  const faults = useSignal<readonly RowFault[]>([]);
  useUnsaved(text.value !== '');
  const paste = (pasted: string) => {
    text.value = pasted;
    table.value = tableOf(pasted);
    uses.value = usesOf(table.value.header);
    faults.value = [];
  };
  // What is wrong with a cell stands beside it before anything is saved.
  useEffect(() => {
    if (table.value.rows.length === 0 || !uses.value.includes('store_id')) return;
    const timer = setTimeout(async () => {
      const [checkedTable, checkedUses] = [table.value, uses.value];
      const found = await faultsIn(checkedTable, checkedUses);
      if (table.value === checkedTable && uses.value === checkedUses) faults.value = found;
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [table.value, uses.value]);
  const save = async () => {
    faults.value = [];
    if (!uses.value.includes('store_id')) throw new Error('No column has the store ID. Select one above the table.');
    try {
      const { created, changed, unchanged } = await changeStores(storesIn(table.value, uses.value), { create: true });
      onDone(`${counted(created, 'store')} created, ${count(changed)} updated, ${count(unchanged)} unchanged.`);
    } catch (error) {
      if (error instanceof RowFaults) faults.value = error.faults;
      throw error;
    }
  };
  const { rows } = table.value;
  return (
    <Form
      class="card paste"
      save={save}
      button={`Save ${counted(rows.length, 'store')}`}
      onCancel={() => onDone(undefined)}
      subject={uses.value}
    >
      <h2>Paste a table</h2>
      <div class="field">
        <label for={area}>Cells from a spreadsheet, with their header</label>
        <textarea
          id={area}
          class="code"
          placeholder={'ID\tName\tCity\n17\tLoop\tChicago'}
          value={text.value}
          onInput={({ currentTarget }) => paste(currentTarget.value)}
        />
        <small>Stores that do not exist are created. A blank cell changes nothing.</small>
      </div>
      {rows.length > 0 && (
        <PastedRows
          table={table.value}
          uses={uses.value}
          faults={faults.value}
          onUses={(next) => (uses.value = next)}
        />
      )}
    </Form>
  );
}

/** What the server would refuse. Without an answer, nothing: saving tells. */
async function faultsIn(table: PastedTable, uses: readonly ColumnUse[]): Promise<readonly RowFault[]> {
  try {
    await checkStores(storesIn(table, uses), { create: true });
  } catch (error) {
    if (error instanceof RowFaults) return error.faults;
  }
  return [];
}

interface RowsProps {
  readonly table: PastedTable;
  readonly uses: readonly ColumnUse[];
  readonly faults: readonly RowFault[];
  readonly onUses: (uses: readonly ColumnUse[]) => void;
}

/** The pasted rows, those with a fault first: each fault stands in its row. */
function PastedRows({ table: { header, rows }, uses, faults, onUses }: RowsProps) {
  const wrong = [...new Set(faults.map(({ index }) => index))];
  const shown = [...wrong, ...[...rows.keys()].filter((row) => !wrong.includes(row))].slice(0, SHOWN);
  return (
    <ScrollBox label="Pasted stores" short>
      <table>
        <thead>
          <tr>
            <th class="number">Row</th>
            {header.map((name, column) => (
              <th key={column}>
                <UseSelect
                  name={name}
                  use={uses[column] ?? 'ignore'}
                  onChange={(use) => onUses(uses.map((old, i) => (i === column ? use : old)))}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <PastedRow
              key={row}
              row={row}
              cells={rows[row] ?? []}
              uses={uses}
              faults={faults.filter(({ index }) => index === row)}
            />
          ))}
        </tbody>
      </table>
      {rows.length > shown.length && (
        <p class="small quiet">
          {count(shown.length)} of {count(rows.length)} rows.
        </p>
      )}
    </ScrollBox>
  );
}

interface RowProps {
  readonly row: number;
  readonly cells: readonly string[];
  readonly uses: readonly ColumnUse[];
  readonly faults: readonly RowFault[];
}

function PastedRow({ row, cells, uses, faults }: RowProps) {
  const messages = (column: number) =>
    faults.filter(({ field }) => columnOf(field, uses) === column).map(({ message }) => message);
  const elsewhere = faults.filter(({ field }) => columnOf(field, uses) === -1);
  return (
    <tr>
      <td class="number">
        {row + 1}
        {elsewhere.map(({ message }) => (
          <p key={message} class="wrong small">
            {message}
          </p>
        ))}
      </td>
      {cells.map((cell, column) => (
        <td key={column} class={uses[column] === 'ignore' ? 'quiet' : undefined}>
          {cell}
          {messages(column).map((message) => (
            <p key={message} class="wrong small">
              {message}
            </p>
          ))}
        </td>
      ))}
    </tr>
  );
}

/** The column that a field of the request came from; −1: none. */
function columnOf(field: string, uses: readonly ColumnUse[]): number {
  const use = field.startsWith('set_labels.') ? field.replace('set_labels.', 'label:') : field;
  return (uses as readonly string[]).indexOf(use);
}

interface UseProps {
  readonly name: string;
  readonly use: ColumnUse;
  readonly onChange: (use: ColumnUse) => void;
}

function UseSelect({ name, use, onChange }: UseProps) {
  const label = `label:${labelKey(name.replace(/^label:/i, ''))}` as const;
  return (
    <label class="field">
      <span>{name === '' ? '–' : name}</span>
      <select value={use} onChange={({ currentTarget }) => onChange(currentTarget.value as ColumnUse)}>
        {USES.map((one) => (
          <option key={one.use} value={one.use}>
            {one.words}
          </option>
        ))}
        {label !== 'label:' && <option value={label}>Label {label.slice('label:'.length)}</option>}
      </select>
    </label>
  );
}
