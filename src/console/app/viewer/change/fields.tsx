/** One setting each: a label and its control. They change a draft. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Json, JsonRecord } from '../../core/plant.js';
import { recordOf } from '../../core/values.js';

export interface Draft {
  readonly values: JsonRecord;
  /** @param value undefined: the key shall be absent */
  set(key: string, value: Json | undefined): void;
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly draft: Draft;
}

export function ChoiceField({
  label,
  value,
  choices,
  onChoose,
  testId,
}: {
  label: string;
  value: string;
  choices: readonly (readonly [value: string, text: string])[];
  onChoose: (value: string) => void;
  testId: string;
}): JSX.Element {
  return (
    <label>
      <span class="quick-name">{label}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)} data-testid={testId}>
        {choices.map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function SwitchField({
  label,
  isOn,
  onChange,
  testId,
}: {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  testId: string;
}): JSX.Element {
  return (
    <label>
      <span class="quick-name">{label}</span>
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
        data-testid={testId}
      />
    </label>
  );
}

interface NumberInputProps {
  readonly label: string;
  readonly value: Json | undefined;
  readonly isWhole?: boolean;
  readonly minimum?: number;
  /** What holds while the field is empty. */
  readonly empty?: string;
  readonly onChange: (value: number | null) => void;
  readonly testId: string;
}

/** What is no number, or not finished, changes nothing. Shows what is typed as it is typed. */
export function NumberInput(props: NumberInputProps): JSX.Element {
  const { label, value, isWhole = false, minimum, empty = 'off', onChange, testId } = props;
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <label>
      <span class="quick-name">{label}</span>
      <input
        type="number"
        step={isWhole ? 1 : 'any'}
        min={minimum}
        value={typed ?? (typeof value === 'number' ? String(value) : '')}
        placeholder={empty}
        data-testid={testId}
        onInput={({ currentTarget: { value: text, validity } }) => {
          setTyped(text);
          if (text === '' ? !validity.badInput : validity.valid) onChange(text === '' ? null : Number(text));
        }}
        onBlur={() => setTyped(null)}
      />
    </label>
  );
}

/** @param whenEmpty what an empty field stands for; default null: the step is left out */
export function NumberField({
  label,
  name,
  draft,
  whenEmpty = null,
  ...rest
}: FieldProps & {
  readonly isWhole?: boolean;
  readonly minimum?: number;
  readonly empty?: string;
  readonly whenEmpty?: null | undefined;
}): JSX.Element {
  return (
    <NumberInput
      {...rest}
      label={label}
      value={draft.values[name]}
      onChange={(value) => draft.set(name, value ?? whenEmpty)}
      testId={`quick-${name}`}
    />
  );
}

/** A number inside of a group such as `image_slices`. An empty one takes the default of the group. */
export function MemberField({
  label,
  name,
  member,
  draft,
  defaults,
  isWhole = false,
}: FieldProps & {
  readonly member: string;
  readonly defaults: JsonRecord;
  readonly isWhole?: boolean;
}): JSX.Element {
  const group = recordOf(draft.values[name]);
  return (
    <NumberInput
      label={label}
      value={group[member]}
      isWhole={isWhole}
      empty={String(defaults[member])}
      onChange={(value) => draft.set(name, { ...defaults, ...group, [member]: value ?? defaults[member]! })}
      testId={`quick-${name}-${member}`}
    />
  );
}

/** Switches a group such as `image_slices` on with its defaults, and off. */
export function GroupSwitch({
  label,
  name,
  draft,
  defaults,
}: FieldProps & { readonly defaults: JsonRecord }): JSX.Element {
  return (
    <SwitchField
      label={label}
      isOn={draft.values[name] != null}
      onChange={(isOn) => draft.set(name, isOn ? defaults : null)}
      testId={`quick-${name}`}
    />
  );
}
