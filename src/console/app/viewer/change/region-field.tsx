/** The region of interest, typed or drawn on the picture. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { JsonRecord } from '../../core/plant.js';
import { type Region, readRegion, rectOfRegion, regionFromRect } from '../../core/region-of-interest.js';
import { Button } from '../../ui/basics.jsx';
import type { ViewerModel } from '../viewer-model.js';
import { type Draft, NumberInput } from './fields.jsx';

interface RegionFieldProps {
  readonly name: 'image_region_of_interest' | 'roi';
  readonly draft: Draft;
  /** What is in force now: the picture is its region already. */
  readonly present: JsonRecord;
  readonly model: ViewerModel;
}

/** In the order in which people say it, with the place in the configuration. */
const PARTS = [
  ['x', 0],
  ['y', 2],
  ['width', 1],
  ['height', 3],
] as const;

export function RegionField({ name, draft, present, model }: RegionFieldProps): JSX.Element {
  const inForce = readRegion(present[name]);
  const wanted = readRegion(draft.values[name]);
  const size = model.imageSize.value;
  const isDrawing = model.drawing.value !== null;
  const isChanged = String(wanted) !== String(inForce);
  const key = String(wanted);
  useEffect(() => {
    model.proposed.value = isChanged && wanted !== null ? rectOfRegion(wanted, inForce) : null;
  }, [model, key, isChanged]);
  useEffect(
    () => () => {
      model.proposed.value = null;
      model.drawing.value = null;
    },
    [model],
  );
  const draw = (): void => {
    model.drawing.value = isDrawing
      ? null
      : (rect) => {
          const region = size === null ? null : regionFromRect(rect, size, inForce);
          if (region !== null) draft.set(name, [...region]);
        };
  };
  const type = (place: number, value: number | null): void => {
    const whole: Region = inForce ?? [0, size?.width ?? 1, 0, size?.height ?? 1];
    const next = [...(wanted ?? whole)];
    next[place] = value ?? (place % 2 === 0 ? 0 : 1);
    draft.set(name, next);
  };
  return (
    <fieldset class="quick-region">
      <legend>Region of interest</legend>
      <div class="quick-pairs">
        {PARTS.map(([part, place]) => (
          <NumberInput
            key={part}
            label={part}
            value={wanted?.[place]}
            isWhole
            minimum={place % 2 === 0 ? 0 : 1}
            empty="all"
            onChange={(value) => type(place, value)}
            testId={`quick-region-${part}`}
          />
        ))}
      </div>
      <div class="row">
        <Button
          pressed={isDrawing}
          onClick={draw}
          denied={size === null ? 'There is no picture to draw on.' : null}
          testId="quick-region-draw"
        >
          {isDrawing ? 'Drag over the picture…' : 'Draw'}
        </Button>
        {wanted !== null && (
          <Button kind="quiet" onClick={() => draft.set(name, null)} testId="quick-region-all">
            Whole image
          </Button>
        )}
      </div>
    </fieldset>
  );
}
