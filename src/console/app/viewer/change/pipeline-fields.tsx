/** The settings of a pipeline that people change while they watch. */
import type { JSX } from 'preact';
import type { Json, JsonRecord } from '../../core/plant.js';
import { numberOf, recordOf, textOf } from '../../core/values.js';
import type { ViewerModel } from '../viewer-model.js';
import { BackgroundField } from './background-field.jsx';
import { ChoiceField, type Draft, GroupSwitch, MemberField, NumberField, SwitchField } from './fields.jsx';
import { RegionField } from './region-field.jsx';

const GOOD_REGION = { threshold: 0.3, gfscale: 1.8 };
const SLICES = { number_of_slices: 5, scale: 2, orientation: 'vertical' };
const ROTATION = { angle: 0, order: 1, mode: '0.0' };
const ROTATION_MODES = [
  ['0.0', 'fill with 0'],
  ['ortho', 'quarter turns'],
  ['nearest', 'repeat the border'],
  ['reflect', 'reflect'],
  ['mirror', 'mirror'],
  ['wrap', 'wrap around'],
] as const;

interface PipelineFieldsProps {
  readonly draft: Draft;
  /** What is in force now. */
  readonly present: JsonRecord;
  readonly model: ViewerModel;
}

export function PipelineFields({ draft, present, model }: PipelineFieldsProps): JSX.Element {
  const { values } = draft;
  const camera = textOf(values.camera_name);
  return (
    <>
      <ChoiceField
        label="Background"
        value={String(values.image_background_enable ?? false)}
        choices={[
          ['false', 'off'],
          ['true', 'on'],
          ['signed', 'signed'],
          ['passive', 'passive'],
        ]}
        onChoose={(value) => draft.set('image_background_enable', backgroundMode(value))}
        testId="quick-background"
      />
      {camera !== null && (
        <BackgroundField
          label="… taken"
          camera={camera}
          draft={draft}
          others={[['null', 'the newest']]}
          onChoose={(id) => draft.set('image_background', id === 'null' ? null : id)}
        />
      )}
      <NumberField label="Threshold" name="image_threshold" draft={draft} />
      <RegionField name="image_region_of_interest" draft={draft} present={present} model={model} />
      <Rotation draft={draft} />
      <div class="quick-pairs">
        <NumberField label="Binning" name="binning_x" draft={draft} {...BINNING} />
        <NumberField label="× rows" name="binning_y" draft={draft} {...BINNING} />
      </div>
      {(numberOf(values.binning_x) ?? 1) * (numberOf(values.binning_y) ?? 1) > 1 && (
        <SwitchField
          label="… mean"
          isOn={values.binning_mean === true}
          onChange={(isOn) => draft.set('binning_mean', isOn)}
          testId="quick-binning_mean"
        />
      )}
      <NumberField label="Averaging" name="averaging" draft={draft} isWhole />
      <GroupSwitch label="Good region" name="image_good_region" draft={draft} defaults={GOOD_REGION} />
      {values.image_good_region != null && (
        <div class="quick-pairs">
          <Member name="image_good_region" label="threshold" member="threshold" draft={draft} />
          <Member name="image_good_region" label="scale" member="gfscale" draft={draft} />
        </div>
      )}
      <GroupSwitch label="Slices" name="image_slices" draft={draft} defaults={SLICES} />
      {values.image_slices != null && <Slices draft={draft} />}
      <NumberField label="Max frame rate" name="max_frame_rate" draft={draft} minimum={0} empty="any" />
    </>
  );
}

/** Binning is absent rather than null: clients of old expect that. */
const BINNING = { isWhole: true, minimum: 1, empty: '1', whenEmpty: undefined } as const;

function backgroundMode(text: string): Json {
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

const GROUPS: Readonly<Record<string, JsonRecord>> = { image_good_region: GOOD_REGION, image_slices: SLICES };

function Member(props: {
  label: string;
  name: string;
  member: string;
  draft: Draft;
  isWhole?: boolean;
}): JSX.Element {
  return <MemberField {...props} defaults={GROUPS[props.name]!} />;
}

function Slices({ draft }: { draft: Draft }): JSX.Element {
  const slices = recordOf(draft.values.image_slices);
  return (
    <>
      <div class="quick-pairs">
        <Member name="image_slices" label="number" member="number_of_slices" draft={draft} isWhole />
        <Member name="image_slices" label="scale" member="scale" draft={draft} />
      </div>
      <ChoiceField
        label="… run"
        value={textOf(slices.orientation) ?? SLICES.orientation}
        choices={[
          ['vertical', 'vertically'],
          ['horizontal', 'horizontally'],
        ]}
        onChoose={(orientation) => draft.set('image_slices', { ...SLICES, ...slices, orientation })}
        testId="quick-orientation"
      />
    </>
  );
}

/** A number of degrees, or an object with how to get there; what is written here is the object. */
function Rotation({ draft }: { draft: Draft }): JSX.Element {
  const present = draft.values.rotation;
  const rotation = typeof present === 'number' ? { ...ROTATION, angle: present } : recordOf(present);
  const isOn = numberOf(rotation.angle) !== null;
  const mode = String(rotation.mode ?? ROTATION.mode);
  const modes = ROTATION_MODES.some(([known]) => known === mode)
    ? ROTATION_MODES
    : [[mode, mode] as const, ...ROTATION_MODES];
  return (
    <>
      <NumberField
        label="Rotation °"
        name="angle"
        draft={{
          values: rotation,
          set: (_, angle) =>
            draft.set('rotation', angle == null ? null : { ...ROTATION, ...rotation, angle }),
        }}
      />
      {isOn && (
        <ChoiceField
          label="… border"
          value={mode}
          choices={modes}
          onChoose={(chosen) => draft.set('rotation', { ...ROTATION, ...rotation, mode: chosen })}
          testId="quick-rotation-mode"
        />
      )}
    </>
  );
}
