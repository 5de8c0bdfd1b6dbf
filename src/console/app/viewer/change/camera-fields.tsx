/** The settings of a camera that people change while they watch. */
import type { JSX } from 'preact';
import type { JsonRecord } from '../../core/plant.js';
import { numberOf } from '../../core/values.js';
import type { ViewerModel } from '../viewer-model.js';
import { BackgroundField } from './background-field.jsx';
import { ChoiceField, type Draft, SwitchField } from './fields.jsx';
import { RegionField } from './region-field.jsx';

interface CameraFieldsProps {
  readonly camera: string;
  readonly draft: Draft;
  /** What is in force now. */
  readonly present: JsonRecord;
  readonly model: ViewerModel;
}

const TURNS = [
  ['0', 'none'],
  ['1', '90°'],
  ['2', '180°'],
  ['3', '270°'],
] as const;

/** Words of `image_background` that are no names. */
const NO_NAMES = [
  ['null', 'none'],
  ['true', 'the newest'],
] as const;

export function CameraFields({ camera, draft, present, model }: CameraFieldsProps): JSX.Element {
  const { values } = draft;
  const turns = (((numberOf(values.rotate) ?? 0) % 4) + 4) % 4;
  return (
    <>
      <RegionField name="roi" draft={draft} present={present} model={model} />
      <SwitchField
        label="Mirror left-right"
        isOn={values.mirror_x === true}
        onChange={(isOn) => draft.set('mirror_x', isOn)}
        testId="quick-mirror_x"
      />
      <SwitchField
        label="Mirror up-down"
        isOn={values.mirror_y === true}
        onChange={(isOn) => draft.set('mirror_y', isOn)}
        testId="quick-mirror_y"
      />
      <ChoiceField
        label="Turn, to the left"
        value={String(turns)}
        choices={TURNS}
        onChoose={(value) => draft.set('rotate', Number(value))}
        testId="quick-rotate"
      />
      <BackgroundField
        label="Background"
        camera={camera}
        draft={draft}
        others={NO_NAMES}
        onChoose={(choice) =>
          draft.set('image_background', choice === 'true' ? true : choice === 'null' ? null : choice)
        }
      />
    </>
  );
}
