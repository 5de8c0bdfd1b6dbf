import type { JSX } from 'preact';
import { formatTime } from '../../core/format.js';
import { textOf } from '../../core/values.js';
import { listBackgrounds } from '../../data/backgrounds.js';
import { useResource } from '../../ui/resource.jsx';
import { ChoiceField, type Draft } from './fields.jsx';

const MOST = 30;

/** Which of the backgrounds of a camera; the one that is chosen stays in the list when it is old, or when there is no list. */
export function BackgroundField({
  label,
  camera,
  draft,
  others,
  onChoose,
}: {
  readonly label: string;
  readonly camera: string;
  readonly draft: Draft;
  /** Choices that are no name of a background. */
  readonly others: readonly (readonly [value: string, text: string])[];
  readonly onChoose: (value: string) => void;
}): JSX.Element {
  const chosen = textOf(draft.values.image_background);
  const known = useResource(`backgrounds ${camera}`, (signal) => listBackgrounds(camera, signal));
  const listed = (known.data ?? []).slice(0, MOST);
  const missing = chosen === null || listed.some(({ id }) => id === chosen) ? [] : [chosen];
  const names = listed.map(({ id, time }) => [id, time === null ? id : formatTime(time)] as const);
  const value = chosen ?? String(draft.values.image_background ?? null);
  return (
    <ChoiceField
      label={label}
      value={value}
      choices={[...others, ...missing.map((id) => [id, id] as const), ...names]}
      onChoose={onChoose}
      testId="quick-image_background"
    />
  );
}
