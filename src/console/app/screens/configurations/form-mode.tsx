import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Json, JsonRecord } from '../../core/plant.js';
import { recordOf, textOf } from '../../core/values.js';
import { MarkedText } from '../../ui/marked-text.jsx';

interface FormModeProps {
  readonly document: JsonRecord;
  readonly schema: JsonRecord;
  readonly readOnly: boolean;
  readonly onChange: (document: JsonRecord) => void;
}

/** The same document as fields: those it has, with the help of the schema; unknown keys are kept. */
export function FormMode({ document, schema, readOnly, onChange }: FormModeProps): JSX.Element {
  return (
    <div class="form-mode">
      {Object.entries(document).map(([key, value]) => (
        <Field
          key={key}
          name={key}
          value={value}
          schema={recordOf(schema[key])}
          known={key in schema}
          readOnly={readOnly}
          onChange={(next) => onChange({ ...document, [key]: next })}
        />
      ))}
    </div>
  );
}

interface FieldProps {
  readonly name: string;
  readonly value: Json;
  readonly schema: JsonRecord;
  readonly known: boolean;
  readonly readOnly: boolean;
  readonly onChange: (value: Json) => void;
}

function Field({ name, value, schema, known, readOnly, onChange }: FieldProps): JSX.Element {
  const description = textOf(schema.description);
  return (
    <label class="field" for={`field-${name}`}>
      <span>
        <code>{name}</code> {!known && <em>not in the schema</em>}{' '}
        {name.startsWith('_') && <em>put aside</em>}
      </span>
      <Input id={`field-${name}`} value={value} schema={schema} readOnly={readOnly} onChange={onChange} />
      {description !== null && (
        <small class="muted">
          <MarkedText text={description} />
        </small>
      )}
    </label>
  );
}

function Input({
  id,
  value,
  schema,
  readOnly,
  onChange,
}: Pick<FieldProps, 'value' | 'schema' | 'readOnly' | 'onChange'> & { readonly id: string }): JSX.Element {
  const [text, setText] = useState<string | null>(null);
  if (Array.isArray(schema.enum)) {
    const choices = schema.enum.map((choice) => JSON.stringify(choice));
    return (
      <select
        id={id}
        value={JSON.stringify(value)}
        disabled={readOnly}
        onChange={(event) => onChange(JSON.parse(event.currentTarget.value) as Json)}
      >
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  if (typeof value === 'boolean') {
    return (
      <input
        id={id}
        type="checkbox"
        checked={value}
        disabled={readOnly}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  const shown = text ?? (typeof value === 'string' ? value : JSON.stringify(value));
  const parsed = typeof value === 'string' ? shown : parseValue(shown);
  return (
    <input
      id={id}
      value={shown}
      readOnly={readOnly}
      aria-invalid={parsed === undefined ? 'true' : undefined}
      onInput={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        const read = typeof value === 'string' ? next : parseValue(next);
        if (read !== undefined) onChange(read);
      }}
      onBlur={() => setText(null)}
    />
  );
}

function parseValue(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
