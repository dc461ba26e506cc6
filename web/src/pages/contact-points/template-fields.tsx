import { useSignal } from '@preact/signals';
import type { PreviewedMessage } from '../../../api/schema.ts';
import { type ContactPointDraft, templateOf } from '../../lib/contact-point.ts';
import { Failure } from '../../parts/failure.tsx';
import { Field, TextArea } from '../../parts/field.tsx';
import { call } from '../../state/api.ts';
import { faultOf } from '../../state/field-errors.ts';
import type { Fields } from '../../state/fields.ts';
import { useSubmit } from '../../state/submit.ts';

interface Props {
  readonly fields: Fields<ContactPointDraft>;
  readonly error: unknown;
}

/** The own texts of the messages to a contact point, with a preview. */
export function TemplateFields({ fields: { title, text, zone }, error }: Props) {
  const preview = useSignal<PreviewedMessage | undefined>(undefined);
  const { busy, error: refused, run } = useSubmit();
  const look = async () => {
    const template = templateOf({ title: title.value, text: text.value });
    preview.value = await call('POST /api/v1/contact-points/preview', {
      body: { time_zone: zone.value.trim() || undefined, template },
    });
  };
  const wrong = error ?? refused;
  return (
    <details>
      <summary>Texts of messages</summary>
      <div class="template">
        <Field
          label="Title"
          value={title}
          autoComplete="off"
          hint="A Liquid template, such as {{ store.name }} is down. Empty: the usual title."
          wrong={faultOf(wrong, 'template.title')}
        />
        <TextArea
          label="Text"
          value={text}
          rows={5}
          hint="A Liquid template. Empty: the usual text."
          wrong={faultOf(wrong, 'template.text')}
        />
        <button type="button" class="button" disabled={busy} onClick={() => run(look)}>
          Preview
        </button>
        <Failure error={refused} />
        <div role="status">
          {preview.value !== undefined && refused === undefined && (
            <>
              <p>
                <strong>{preview.value.title}</strong>
              </p>
              <p class="message-text small">{preview.value.text}</p>
            </>
          )}
        </div>
      </div>
    </details>
  );
}
