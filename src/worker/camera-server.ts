import type { ArrayValue } from '../common/values.js';

/** What pipelines need of the camera server or manager. */
export interface CameraServer {
  /** Base address, for the instances: `http://host:8888`. */
  readonly address: string;
  cameras(): Promise<string[]>;
  /** Stream of a camera, which is started when needed. */
  stream(camera: string): Promise<string>;
  isOnline(camera: string): Promise<boolean>;
  /** One image, for cameras whose stream only their own machine can reach. */
  image(camera: string): Promise<ArrayValue>;
}
