/**
 * The data header of a camera stream: six channels whose order, and whose way to announce scalars, depend on the source.
 */
import type { ChannelDefinition } from '../bsread/types.js';
import type { ElementType } from '../common/dtype.js';
import type { ChannelValue } from '../common/values.js';
import type { SourceType } from './configuration.js';
import type { OutputSettings } from './settings.js';

export const CAMERA_CHANNELS = ['image', 'width', 'height', 'timestamp', 'x_axis', 'y_axis'] as const;

export type CameraChannel = (typeof CAMERA_CHANNELS)[number];

/** `registered`: scalars without shape; `automatic` and `bsread`: scalars of shape [1]. */
export type HeaderLayout = 'registered' | 'automatic' | 'bsread';

const ORDERS: Record<HeaderLayout, readonly CameraChannel[]> = {
  registered: ['width', 'height', 'timestamp', 'image', 'x_axis', 'y_axis'],
  automatic: ['image', 'timestamp', 'width', 'height', 'x_axis', 'y_axis'],
  bsread: ['image', 'height', 'width', 'x_axis', 'y_axis', 'timestamp'],
};

export function headerLayout(sourceType: SourceType, { automaticHeader }: OutputSettings): HeaderLayout {
  if (sourceType === 'bsread' || sourceType === 'bsread_simulation') return 'bsread';
  return automaticHeader ? 'automatic' : 'registered';
}

/** What the header depends on. */
export interface CameraFormat {
  readonly imageType: ElementType;
  readonly width: number;
  readonly height: number;
}

export function sameFormat(a: CameraFormat | null, b: CameraFormat): boolean {
  return a !== null && a.imageType === b.imageType && a.width === b.width && a.height === b.height;
}

export function channelDefinitions(
  layout: HeaderLayout,
  format: CameraFormat,
  { imageCompression, scalarCompression }: OutputSettings,
): ChannelDefinition[] {
  const scalarShape = layout === 'registered' ? {} : { shape: [1] };
  const scalar = { ...scalarShape, compression: scalarCompression };
  const definitions: Record<CameraChannel, ChannelDefinition> = {
    image: {
      name: 'image',
      type: format.imageType,
      shape: [format.width, format.height],
      compression: imageCompression,
    },
    width: { name: 'width', type: 'int64', ...scalar },
    height: { name: 'height', type: 'int64', ...scalar },
    timestamp: { name: 'timestamp', type: 'float64', ...scalar },
    x_axis: { name: 'x_axis', type: 'float32', shape: [format.width], compression: scalarCompression },
    y_axis: { name: 'y_axis', type: 'float32', shape: [format.height], compression: scalarCompression },
  };
  return ORDERS[layout].map((channel) => definitions[channel]);
}

/** The values in the order of the header. */
export function channelValues(
  layout: HeaderLayout,
  values: Readonly<Record<CameraChannel, ChannelValue>>,
): ChannelValue[] {
  return ORDERS[layout].map((channel) => values[channel]);
}
